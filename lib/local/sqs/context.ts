/** What the operations of SQS share: the queues as they are stored, finding and authorising them. */
import { AwsError } from "../errors.ts";
import type { Call, Core } from "../services.ts";
import type { Collection } from "../store.ts";
import { list, map, required, type Shape, string } from "../legacy_shapes.ts";
import type { Arrivals } from "./arrivals.ts";
import type { Messages } from "./messages.ts";

export interface Queue {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly modified: number;
  /** Those that were set; the others have their defaults. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly purged?: number;
}

export interface SqsContext {
  readonly core: Core;
  readonly queues: Collection<Queue>;
  /** When queues were deleted, by name. */
  readonly deleted: Collection<number>;
  readonly messages: Messages;
  readonly arrivals: Arrivals;
}

export const queueUrl = { QueueUrl: required(string()) };
export const tagMap = map(string({ max: 256 }), { key: string({ min: 1, max: 128 }) });
export const strings: Shape<string[]> = list(string());

export function queueArn({ core }: SqsContext, name: string): string {
  return `arn:aws:sqs:${core.region}:${core.account}:${name}`;
}

/** The URL that clients name a queue by; its host and port count for nothing when they send it back. */
export function urlOf({ core }: SqsContext, name: string): string {
  return `${core.endpoint()}/${core.account}/${name}`;
}

/**
 * The queue that a URL names, once the caller may do `action` to it.
 * @throws AwsError InvalidAddress, QueueDoesNotExist, AccessDeniedException
 */
export function authorizedQueue(sqs: SqsContext, call: Call, action: string, url: string): Queue {
  const [, account, name] = /^https?:\/\/[^/]+\/(\d{12})\/([\w.-]+)\/?$/.exec(url) ?? [];
  if (name === undefined) {
    throw new AwsError("InvalidAddress", `The address ${url} is not valid for this endpoint.`, 404);
  }
  const queue = account === sqs.core.account ? sqs.queues.get(name) : undefined;
  authorize(sqs, call, action, name, queue);
  if (!queue) throw queueDoesNotExist();
  return queue;
}

/** What a queue's policy says counts beside the caller's own. */
export function authorize(sqs: SqsContext, call: Call, action: string, name: string, queue?: Queue): void {
  const policy = queue?.attributes.Policy;
  sqs.core.siblings.iam.authorize(call.principal, `sqs:${action}`, queueArn(sqs, name), {}, policy);
}

export function queueDoesNotExist(): AwsError {
  return new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
}
