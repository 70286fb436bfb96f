/** Tags of state machines and activities. */
import { AwsError } from "../errors.ts";
import { list, required, string, structure } from "../shapes.ts";
import { MAX_TAGS, withoutTags } from "../tags.ts";
import { arn, operation, type StatesContext } from "./context.ts";

type Tags = Record<string, string>;

const tagKey = string({ min: 1, max: 128 });
export const tagShape = structure({ key: tagKey, value: string({ max: 256 }) });
const onResource = ({ resourceArn }: { resourceArn: string }) => resourceArn;

/** Adds tags. @throws AwsError TooManyTags */
export function withTags(
  tags: Record<string, string>,
  added: readonly { key?: string; value?: string }[],
  arn: string,
): Record<string, string> {
  const named = added.filter(({ key }) => key !== undefined).map(({ key, value }) => [key!, value ?? ""]);
  const all = { ...tags, ...Object.fromEntries(named) };
  if (Object.keys(all).length <= MAX_TAGS) return all;
  throw new AwsError("TooManyTags", `Too many tags: '${arn}'`, 400, { resourceName: arn });
}

export const tagResource = operation({
  action: "states:TagResource",
  input: structure({ resourceArn: arn, tags: required(list(tagShape)) }),
  resource: onResource,
  run({ resourceArn, tags }, states) {
    const { tags: before, put } = tagged(states, resourceArn);
    put(withTags(before, tags, resourceArn));
  },
});

export const untagResource = operation({
  action: "states:UntagResource",
  input: structure({ resourceArn: arn, tagKeys: required(list(tagKey)) }),
  resource: onResource,
  run({ resourceArn, tagKeys }, states) {
    const { tags, put } = tagged(states, resourceArn);
    put(withoutTags(tags, tagKeys));
  },
});

export const listTagsForResource = operation({
  action: "states:ListTagsForResource",
  input: structure({ resourceArn: arn }),
  resource: onResource,
  run({ resourceArn }, states) {
    const { tags } = tagged(states, resourceArn);
    return { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) };
  },
});

/** The tags of a state machine or an activity, and how to replace them. @throws AwsError ResourceNotFound */
function tagged({ machines, activities }: StatesContext, arn: string) {
  const machine = machines.find(arn);
  const activity = activities.get(arn);
  if (machine) {
    return { tags: machine.tags, put: (tags: Tags) => machines.put({ ...machine, tags }) };
  }
  if (activity) {
    return { tags: activity.tags, put: (tags: Tags) => activities.put(arn, { ...activity, tags }) };
  }
  throw new AwsError("ResourceNotFound", `Resource not found: '${arn}'`, 400, { resourceName: arn });
}
