/** Queues: create, delete, find, list, attributes, purge. */
import { AwsError, unsupported } from "../errors.ts";
import { page } from "../pages.ts";
import { integer, map, required, string, structure } from "../shapes.ts";
import { describeQueue, expireMessages, nameIn, withAttributes } from "./attributes.ts";
import {
  existingQueue,
  onQueue,
  operation,
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

/** The time before a deleted queue's name can be reused, and between two purges (AWS, DeleteQueue, PurgeQueue). */
const MINUTE_MS = 60_000;
const PAGE = 1000;
const paging = { MaxResults: integer({ min: 1, max: PAGE }), NextToken: string() };

export const createQueue = operation({
  action: "sqs:CreateQueue",
  tagging: "sqs:TagQueue",
  input: structure({ QueueName: required(string()), Attributes: map(string()), tags: tagMap }),
  resource({ QueueName }, sqs) {
    checkName(QueueName);
    return queueArn(sqs, QueueName);
  },
  run({ QueueName: name, Attributes = {}, tags = {} }, sqs) {
    const { core, queues, deleted } = sqs;
    const QueueUrl = urlOf(sqs, name);
    const attributes = withAttributes(sqs, {}, Attributes);
    const old = queues.get(name);
    if (old) {
      checkSame(sqs, old, attributes);
      return { QueueUrl };
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
    return { QueueUrl };
  },
});

export const deleteQueue = operation({
  action: "sqs:DeleteQueue",
  input: structure(queueUrl),
  ...onQueue,
  run(input, sqs) {
    const { name } = existingQueue(sqs, input);
    sqs.core.store.transaction(() => {
      sqs.queues.delete(name);
      sqs.deleted.put(name, sqs.core.now());
      sqs.messages.clear(name);
    });
    sqs.arrivals.announce(name);
  },
});

export const getQueueUrl = operation({
  action: "sqs:GetQueueUrl",
  input: structure({ QueueName: required(string()), QueueOwnerAWSAccountId: string() }),
  resource: ({ QueueName }, sqs) => queueArn(sqs, QueueName),
  policy: (input, sqs) => ownedQueue(input, sqs)?.attributes.Policy,
  run(input, sqs) {
    if (!ownedQueue(input, sqs)) throw queueDoesNotExist();
    return { QueueUrl: urlOf(sqs, input.QueueName) };
  },
});

export const listQueues = operation({
  action: "sqs:ListQueues",
  input: structure({ QueueNamePrefix: string(), ...paging }),
  resource: (_input, sqs) => queueArn(sqs, ""),
  run(input, sqs) {
    const { urls, NextToken } = pageOfUrls(sqs, sqs.queues.list(input.QueueNamePrefix), input);
    return { QueueUrls: urls.length > 0 ? urls : undefined, NextToken };
  },
});

export const listDeadLetterSourceQueues = operation({
  action: "sqs:ListDeadLetterSourceQueues",
  input: structure({ ...queueUrl, ...paging }),
  ...onQueue,
  run(input, sqs) {
    const { name } = existingQueue(sqs, input);
    const sources = sqs.queues.list().filter(({ attributes: { RedrivePolicy } }) =>
      RedrivePolicy !== undefined && nameIn(sqs, JSON.parse(RedrivePolicy).deadLetterTargetArn) === name
    );
    const { urls, NextToken } = pageOfUrls(sqs, sources, input);
    // In SQS's model this list alone has a lower-case name; it is also returned when it is empty.
    return { queueUrls: urls, NextToken };
  },
});

export const getQueueAttributes = operation({
  action: "sqs:GetQueueAttributes",
  input: structure({ ...queueUrl, AttributeNames: strings }),
  ...onQueue,
  run(input, sqs) {
    const queue = existingQueue(sqs, input);
    expireMessages(sqs, queue);
    const Attributes = describeQueue(sqs, queue, input.AttributeNames ?? []);
    return { Attributes: Object.keys(Attributes).length > 0 ? Attributes : undefined };
  },
});

export const setQueueAttributes = operation({
  action: "sqs:SetQueueAttributes",
  input: structure({ ...queueUrl, Attributes: required(map(string())) }),
  ...onQueue,
  run(input, sqs) {
    const queue = existingQueue(sqs, input);
    const attributes = withAttributes(sqs, queue.attributes, input.Attributes);
    sqs.queues.put(queue.name, { ...queue, attributes, modified: sqs.core.now() });
  },
});

export const purgeQueue = operation({
  action: "sqs:PurgeQueue",
  input: structure(queueUrl),
  ...onQueue,
  run(input, sqs) {
    const { core, queues, messages } = sqs;
    const queue = existingQueue(sqs, input);
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
      queues.put(queue.name, { ...queue, purged: now });
    });
  },
});

function ownedQueue(
  { QueueName, QueueOwnerAWSAccountId: owner }: { QueueName: string; QueueOwnerAWSAccountId?: string },
  { core, queues }: SqsContext,
): Queue | undefined {
  return owner === undefined || owner === core.account ? queues.get(QueueName) : undefined;
}

/** As on AWS, there is a token for the rest only when MaxResults is given. */
function pageOfUrls(
  sqs: SqsContext,
  queues: readonly Queue[],
  { MaxResults, NextToken }: { MaxResults?: number; NextToken?: string },
): { urls: string[]; NextToken?: string } {
  const { items, next } = page(queues, {
    key: ({ name }) => [name],
    limit: MaxResults ?? PAGE,
    token: NextToken || undefined,
    invalidToken: () => invalidValue(NextToken, "NextToken", "Invalid token."),
  });
  const urls = items.map(({ name }) => urlOf(sqs, name));
  return { urls, NextToken: MaxResults === undefined ? undefined : next };
}

function checkName(name: string): void {
  if (/^[\w-]{1,75}\.fifo$/.test(name)) throw unsupported("FIFO queues", "UnsupportedOperation");
  if (/^[\w-]{1,80}$/.test(name)) return;
  throw invalidParameter(
    "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
  );
}

/** Creating a queue again succeeds if its attributes are the same. @throws AwsError QueueNameExists */
function checkSame(sqs: SqsContext, queue: Queue, attributes: Readonly<Record<string, string>>): void {
  const current = describeQueue(sqs, queue, ["All"]);
  const other = Object.keys(attributes).find((key) => attributes[key] !== current[key]);
  if (other === undefined) return;
  throw new AwsError(
    "QueueNameExists",
    `A queue already exists with the same name and a different value for attribute ${other}`,
  );
}
