/** Queues: create, find, describe, change, tag, purge, delete. */
import { AwsError, unsupported } from "../errors.ts";
import { operation } from "../legacy_protocols.ts";
import { integer, map, required, string, structure } from "../legacy_shapes.ts";
import { describe, expireMessages, nameIn, withAttributes } from "./attributes.ts";
import {
  authorize,
  authorizedQueue,
  type Queue,
  queueArn,
  queueDoesNotExist,
  queueUrl,
  type SqsContext,
  strings,
  tagMap,
  urlOf,
} from "./context.ts";
import { invalidParameter, invalidValue } from "./errors.ts";

/** How long a deleted queue's name cannot be used, and how long one purge excludes another (AWS, DeleteQueue, PurgeQueue). */
const MINUTE_MS = 60_000;
const PAGE = 1000;
const paging = { MaxResults: integer({ min: 1, max: PAGE }), NextToken: string() };

export function queueOperations(sqs: SqsContext) {
  const { core, queues, deleted, messages, arrivals } = sqs;
  const change = (queue: Queue, changes: Partial<Queue>) => queues.put(queue.name, { ...queue, ...changes });

  return {
    CreateQueue: operation(
      structure({ QueueName: required(string()), Attributes: map(string()), tags: tagMap }),
      ({ QueueName: name, Attributes = {}, tags = {} }, call) => {
        checkName(name);
        authorize(sqs, call, "CreateQueue", name);
        const old = queues.get(name);
        const attributes = withAttributes(sqs, {}, Attributes);
        if (old) {
          const current = describe(sqs, old, ["All"]);
          const other = Object.keys(attributes).find((key) => attributes[key] !== current[key]);
          if (other === undefined) return { QueueUrl: urlOf(sqs, name) };
          throw new AwsError(
            "QueueNameExists",
            `A queue already exists with the same name and a different value for attribute ${other}`,
          );
        }
        const now = core.now();
        if (now < (deleted.get(name) ?? -Infinity) + MINUTE_MS) {
          throw new AwsError(
            "QueueDeletedRecently",
            "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
          );
        }
        core.store.transaction(() => {
          deleted.delete(name);
          queues.put(name, { name, created: now, modified: now, attributes, tags });
        });
        return { QueueUrl: urlOf(sqs, name) };
      },
    ),

    DeleteQueue: operation(structure(queueUrl), ({ QueueUrl }, call) => {
      const { name } = authorizedQueue(sqs, call, "DeleteQueue", QueueUrl);
      core.store.transaction(() => {
        queues.delete(name);
        deleted.put(name, core.now());
        messages.clear(name);
      });
      arrivals.announce(name);
    }),

    GetQueueUrl: operation(
      structure({ QueueName: required(string()), QueueOwnerAWSAccountId: string() }),
      ({ QueueName: name, QueueOwnerAWSAccountId: owner = core.account }, call) => {
        const queue = owner === core.account ? queues.get(name) : undefined;
        authorize(sqs, call, "GetQueueUrl", name, queue);
        if (!queue) throw queueDoesNotExist();
        return { QueueUrl: urlOf(sqs, name) };
      },
    ),

    ListQueues: operation(
      structure({ QueueNamePrefix: string(), ...paging }),
      ({ QueueNamePrefix = "", MaxResults, NextToken }, call) => {
        authorize(sqs, call, "ListQueues", "");
        return page(queues.list(QueueNamePrefix), MaxResults, NextToken, (QueueUrls) => ({ QueueUrls }));
      },
    ),

    ListDeadLetterSourceQueues: operation(
      structure({ ...queueUrl, ...paging }),
      ({ QueueUrl, MaxResults, NextToken }, call) => {
        const { name } = authorizedQueue(sqs, call, "ListDeadLetterSourceQueues", QueueUrl);
        const sources = queues.list().filter(({ attributes: { RedrivePolicy } }) =>
          RedrivePolicy !== undefined && nameIn(sqs, JSON.parse(RedrivePolicy).deadLetterTargetArn) === name
        );
        // The one list whose name SQS writes with a small letter, and always.
        return { queueUrls: [], ...page(sources, MaxResults, NextToken, (queueUrls) => ({ queueUrls })) };
      },
    ),

    GetQueueAttributes: operation(
      structure({ ...queueUrl, AttributeNames: strings }),
      ({ QueueUrl, AttributeNames = [] }, call) => {
        const queue = authorizedQueue(sqs, call, "GetQueueAttributes", QueueUrl);
        expireMessages(sqs, queue);
        const Attributes = describe(sqs, queue, AttributeNames);
        return Object.keys(Attributes).length > 0 ? { Attributes } : {};
      },
    ),

    SetQueueAttributes: operation(
      structure({ ...queueUrl, Attributes: required(map(string())) }),
      ({ QueueUrl, Attributes }, call) => {
        const queue = authorizedQueue(sqs, call, "SetQueueAttributes", QueueUrl);
        const attributes = withAttributes(sqs, queue.attributes, Attributes);
        change(queue, { attributes, modified: core.now() });
      },
    ),

    PurgeQueue: operation(structure(queueUrl), ({ QueueUrl }, call) => {
      const queue = authorizedQueue(sqs, call, "PurgeQueue", QueueUrl);
      const now = core.now();
      if (queue.purged !== undefined && now < queue.purged + MINUTE_MS) {
        throw new AwsError(
          "PurgeQueueInProgress",
          `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
          403,
        );
      }
      core.store.transaction(() => {
        messages.clear(queue.name);
        change(queue, { purged: now });
      });
    }),

    TagQueue: operation(structure({ ...queueUrl, Tags: required(tagMap) }), ({ QueueUrl, Tags }, call) => {
      const queue = authorizedQueue(sqs, call, "TagQueue", QueueUrl);
      const tags = { ...queue.tags, ...Tags };
      if (Object.keys(tags).length > 50) {
        throw invalidParameter(`Too many tags added for queue ${queueArn(sqs, queue.name)}.`);
      }
      change(queue, { tags });
    }),

    UntagQueue: operation(
      structure({ ...queueUrl, TagKeys: required(strings) }),
      ({ QueueUrl, TagKeys }, call) => {
        const queue = authorizedQueue(sqs, call, "UntagQueue", QueueUrl);
        const tags = Object.fromEntries(Object.entries(queue.tags).filter(([key]) => !TagKeys.includes(key)));
        change(queue, { tags });
      },
    ),

    ListQueueTags: operation(structure(queueUrl), ({ QueueUrl }, call) => {
      const { tags } = authorizedQueue(sqs, call, "ListQueueTags", QueueUrl);
      return Object.keys(tags).length > 0 ? { Tags: tags } : {};
    }),
  };

  /** Only who sets MaxResults is given a token for the rest, as on AWS. */
  function page(
    found: readonly Queue[],
    max: number | undefined,
    token: string | undefined,
    answer: (urls: string[]) => object,
  ): object {
    const after = token === undefined ? "" : nameOf(token);
    const rest = found.filter(({ name }) => name > after);
    const shown = rest.slice(0, max ?? PAGE);
    if (shown.length === 0) return {};
    const more = max !== undefined && rest.length > max;
    return {
      ...answer(shown.map(({ name }) => urlOf(sqs, name))),
      ...(more ? { NextToken: btoa(shown.at(-1)!.name) } : {}),
    };
  }
}

function nameOf(token: string): string {
  try {
    return atob(token);
  } catch {
    throw invalidValue(token, "NextToken", "Invalid token.");
  }
}

function checkName(name: string): void {
  if (/^[\w-]{1,75}\.fifo$/.test(name)) throw unsupported("FIFO queues", "UnsupportedOperation");
  if (/^[\w-]{1,80}$/.test(name)) return;
  throw invalidParameter(
    "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
  );
}
