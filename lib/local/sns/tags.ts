/** Tags of topics. */
import { AwsError } from "../errors.ts";
import { list, required, string, structure } from "../shapes.ts";
import { MAX_TAGS, withoutTags } from "../tags.ts";
import { invalid, onArn, operation, type SnsContext, type Topic } from "./context.ts";

const tagKey = string({ min: 1, max: 128 });
export const tagList = list(
  structure({ Key: required(tagKey), Value: required(string({ max: 256 })) }),
  { max: MAX_TAGS },
);
const resourceArn = { ResourceArn: required(string({ min: 1, max: 1011 })) };

type ByArn = { readonly ResourceArn: string };
const onResource = onArn(({ ResourceArn }: ByArn) => ResourceArn);

export const tagResource = operation({
  action: "sns:TagResource",
  input: structure({ ...resourceArn, Tags: required(tagList) }),
  ...onResource,
  run(input, sns) {
    const topic = existingResource(sns, input);
    const tags = withTags(topic.tags, input.Tags);
    if (Object.keys(tags).length > MAX_TAGS) {
      throw new AwsError(
        "TagLimitExceeded",
        "Could not complete request: tag quota of per resource exceeded",
      );
    }
    sns.topics.put(topic.TopicArn, { ...topic, tags });
    return {};
  },
});

export const untagResource = operation({
  action: "sns:UntagResource",
  input: structure({ ...resourceArn, TagKeys: required(list(tagKey)) }),
  ...onResource,
  run(input, sns) {
    const topic = existingResource(sns, input);
    sns.topics.put(topic.TopicArn, { ...topic, tags: withoutTags(topic.tags, input.TagKeys) });
    return {};
  },
});

export const listTagsForResource = operation({
  action: "sns:ListTagsForResource",
  input: structure(resourceArn),
  ...onResource,
  run(input, sns) {
    const { tags } = existingResource(sns, input);
    return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
  },
});

/** Adds tags. @throws AwsError InvalidParameter when two of the given ones have the same key */
export function withTags(
  tags: Topic["tags"],
  given: readonly { Key: string; Value: string }[],
): Record<string, string> {
  if (new Set(given.map(({ Key }) => Key)).size < given.length) {
    throw invalid("Duplicated keys are not allowed.");
  }
  return { ...tags, ...Object.fromEntries(given.map(({ Key, Value }) => [Key, Value])) };
}

/** @throws AwsError ResourceNotFound, which tag operations answer instead of NotFound */
function existingResource({ topics }: SnsContext, { ResourceArn }: ByArn): Topic {
  const topic = topics.get(ResourceArn);
  if (!topic) throw new AwsError("ResourceNotFound", "Resource does not exist", 404);
  return topic;
}
