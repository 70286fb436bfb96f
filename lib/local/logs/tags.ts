/** Tags of log groups. */
import { AwsError } from "../errors.ts";
import { list, map, required, string, structure } from "../shapes.ts";
import { MAX_TAGS, withoutTags } from "../tags.ts";
import { existingGroup, givenGroup, type LogsContext, operation } from "./context.ts";

const tagKey = string({ min: 1, max: 128, pattern: /([\p{L}\p{Z}\p{N}_.:\/=+\-@]+)/u });
export const tags = map(string({ max: 256, pattern: /([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)/u }), { key: tagKey });
const resourceArn = { resourceArn: required(string({ min: 1, max: 1011, pattern: /[\w+=/:,.@-]*/ })) };

type ByArn = { readonly resourceArn: string };
const onResource = { resource: ({ resourceArn }: ByArn) => resourceArn };

export const tagResource = operation({
  action: "logs:TagResource",
  input: structure({ ...resourceArn, tags: required(tags) }),
  ...onResource,
  run({ tags, ...input }, logs) {
    const name = taggedGroup(logs, input);
    logs.tags.put(name, withTags(logs.tags.get(name) ?? {}, tags));
  },
});

export const untagResource = operation({
  action: "logs:UntagResource",
  input: structure({ ...resourceArn, tagKeys: required(list(tagKey, { max: 50 })) }),
  ...onResource,
  run({ tagKeys, ...input }, logs) {
    const name = taggedGroup(logs, input);
    logs.tags.put(name, withoutTags(logs.tags.get(name) ?? {}, tagKeys));
  },
});

export const listTagsForResource = operation({
  action: "logs:ListTagsForResource",
  input: structure(resourceArn),
  ...onResource,
  run: (input, logs) => ({ tags: logs.tags.get(taggedGroup(logs, input)) ?? {} }),
});

/** Adds tags. @throws AwsError TooManyTagsException */
export function withTags(old: Record<string, string>, given: Record<string, string>): Record<string, string> {
  const all = { ...old, ...given };
  if (Object.keys(all).length <= MAX_TAGS) return all;
  throw new AwsError("TooManyTagsException", `A resource can have ${MAX_TAGS} tags.`);
}

/** The name of the group with an ARN. @throws AwsError ResourceNotFoundException */
function taggedGroup(logs: LogsContext, { resourceArn }: ByArn): string {
  return existingGroup(logs, givenGroup({ logGroupIdentifier: resourceArn })).name;
}
