/** What the operations of SQS share: stored queues, their URLs and ARNs, look-ups and resources. */
import { AwsError } from "../errors.ts";
import { operationsOn } from "../operation.ts";
import type { Core } from "../core.ts";
import { list, map, required, type Shape, string } from "../shapes.ts";
import type { Collection } from "../store.ts";
import type { Arrivals } from "../arrivals.ts";
import type { Messages } from "./messages.ts";

export interface Queue {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly modified: number;
  /** The attributes that were set; the others have their defaults. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly purged?: number;
}

export interface SqsContext {
  readonly core: Core;
  readonly queues: Collection<Queue>;
  /** Times of deletion by queue name, in milliseconds since the epoch. */
  readonly deleted: Collection<number>;
  readonly messages: Messages;
  readonly arrivals: Arrivals;
}

export const operation = operationsOn<SqsContext>();

export const queueUrl = { QueueUrl: required(string()) };
export const tagMap = map(string({ max: 256 }), { key: string({ min: 1, max: 128 }) });
export const strings: Shape<string[]> = list(string());

type ByUrl = { readonly QueueUrl: string };

/** `resource` and `policy` of an operation on the queue that a URL names. */
export const onQueue = {
  resource: ({ QueueUrl }: ByUrl, sqs: SqsContext) => queueArn(sqs, addressed(sqs, QueueUrl).name),
  policy: ({ QueueUrl }: ByUrl, sqs: SqsContext) => addressed(sqs, QueueUrl).queue?.attributes.Policy,
};

/** @throws AwsError QueueDoesNotExist */
export function existingQueue(sqs: SqsContext, { QueueUrl }: ByUrl): Queue {
  const { queue } = addressed(sqs, QueueUrl);
  if (!queue) throw queueDoesNotExist();
  return queue;
}

/** There is no queue at the address of another account, nor of another region of AWS. @throws AwsError InvalidAddress */
function addressed({ core, queues }: SqsContext, url: string): { name: string; queue?: Queue } {
  const [, host, account, name] = /^https?:\/\/([^/]+)\/(\d{12})\/([\w.-]+)\/?$/.exec(url) ?? [];
  if (name === undefined) {
    throw new AwsError("InvalidAddress", `The address ${url} is not valid for this endpoint.`, 404);
  }
  const [, region = core.region] = /^sqs\.([a-z0-9-]+)\.amazonaws\.com$/.exec(host!) ?? [];
  return { name, queue: account === core.account && region === core.region ? queues.get(name) : undefined };
}

export function queueArn({ core }: Pick<SqsContext, "core">, name: string): string {
  return `arn:aws:sqs:${core.region}:${core.account}:${name}`;
}

/** A queue's URL. Host and port are ignored when a client sends it back. */
export function urlOf({ core }: Pick<SqsContext, "core">, name: string): string {
  return `${core.endpoint()}/${core.account}/${name}`;
}

export function queueDoesNotExist(): AwsError {
  return new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
}
