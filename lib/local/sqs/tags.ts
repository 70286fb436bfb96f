/** Tags of queues. */
import { required, structure } from "../shapes.ts";
import { MAX_TAGS, withoutTags } from "../tags.ts";
import { existingQueue, onQueue, operation, queueArn, queueUrl, strings, tagMap } from "./context.ts";
import { invalidParameter, missingParameter } from "./errors.ts";

export const tagQueue = operation({
  action: "sqs:TagQueue",
  input: structure({ ...queueUrl, Tags: required(tagMap) }),
  ...onQueue,
  run(input, sqs) {
    const queue = existingQueue(sqs, input);
    if (Object.keys(input.Tags).length === 0) throw missingParameter("Tags");
    const tags = { ...queue.tags, ...input.Tags };
    if (Object.keys(tags).length > MAX_TAGS) {
      throw invalidParameter(`Too many tags added for queue ${queueArn(sqs, queue.name)}.`);
    }
    sqs.queues.put(queue.name, { ...queue, tags });
  },
});

export const untagQueue = operation({
  action: "sqs:UntagQueue",
  input: structure({ ...queueUrl, TagKeys: required(strings) }),
  ...onQueue,
  run(input, sqs) {
    const queue = existingQueue(sqs, input);
    if (input.TagKeys.length === 0) throw missingParameter("TagKeys");
    sqs.queues.put(queue.name, { ...queue, tags: withoutTags(queue.tags, input.TagKeys) });
  },
});

export const listQueueTags = operation({
  action: "sqs:ListQueueTags",
  input: structure(queueUrl),
  ...onQueue,
  run(input, sqs) {
    const { tags } = existingQueue(sqs, input);
    return { Tags: Object.keys(tags).length > 0 ? tags : undefined };
  },
});
