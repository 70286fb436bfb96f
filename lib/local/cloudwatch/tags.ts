/** Tags of alarms. */
import { AwsError } from "../errors.ts";
import { list, required, string, structure } from "../shapes.ts";
import { MAX_TAGS, withoutTags } from "../tags.ts";
import type { Alarm } from "./alarm.ts";
import { type CloudWatchContext, operation } from "./context.ts";
import { invalidValue } from "./errors.ts";
import { tagKey, tagList } from "./members.ts";

const resourceArn = { ResourceARN: required(string({ min: 1, max: 1024 })) };

type ByArn = { readonly ResourceARN: string };
const onResource = { resource: ({ ResourceARN }: ByArn) => ResourceARN };

export const tagResource = operation({
  action: "cloudwatch:TagResource",
  input: structure({ ...resourceArn, Tags: required(tagList) }),
  ...onResource,
  run(input, cloudwatch) {
    const alarm = existingResource(cloudwatch, input);
    cloudwatch.alarms.put({ ...alarm, tags: withTags(alarm.tags, input.Tags) });
    return {};
  },
});

export const untagResource = operation({
  action: "cloudwatch:UntagResource",
  input: structure({ ...resourceArn, TagKeys: required(list(tagKey)) }),
  ...onResource,
  run(input, cloudwatch) {
    const alarm = existingResource(cloudwatch, input);
    cloudwatch.alarms.put({ ...alarm, tags: withoutTags(alarm.tags, input.TagKeys) });
    return {};
  },
});

export const listTagsForResource = operation({
  action: "cloudwatch:ListTagsForResource",
  input: structure(resourceArn),
  ...onResource,
  run(input, cloudwatch) {
    const { tags } = existingResource(cloudwatch, input);
    return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
  },
});

/** Adds tags. @throws AwsError InvalidParameterValue for more than AWS takes */
export function withTags(
  tags: Alarm["tags"],
  given: readonly { Key: string; Value: string }[],
): Record<string, string> {
  const all = { ...tags, ...Object.fromEntries(given.map(({ Key, Value }) => [Key, Value])) };
  if (Object.keys(all).length <= MAX_TAGS) return all;
  throw invalidValue(`A resource can have at most ${MAX_TAGS} tags.`);
}

/** @throws AwsError ResourceNotFoundException */
function existingResource({ alarms }: CloudWatchContext, { ResourceARN }: ByArn): Alarm {
  const alarm = alarms.get(/^arn:[^:]+:cloudwatch:[^:]*:\d{12}:alarm:(.+)$/s.exec(ResourceARN)?.[1] ?? "");
  if (alarm?.AlarmArn === ResourceARN) return alarm;
  throw new AwsError("ResourceNotFoundException", "Unknown", 404, {
    ResourceType: "AWS::CloudWatch::Alarm",
    ResourceId: ResourceARN,
  });
}
