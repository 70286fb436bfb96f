/** AddTags, ListTags and DeleteTags for all SageMaker resources, by ARN. */
import { page } from "../pages.ts";
import { integer, list, required, string, structure } from "../shapes.ts";
import { operation } from "./context.ts";
import { invalid } from "./errors.ts";
import { invalidToken } from "./listing.ts";
import { tagKey, tagList } from "./names.ts";
import type { Records } from "./records.ts";

interface Tag {
  Key: string;
  Value: string;
}

const resourceArn = string({ max: 256, pattern: /arn:.*/ });
const onResource = ({ ResourceArn }: { ResourceArn: string }) => ResourceArn;

export const addTags = operation({
  action: "sagemaker:AddTags",
  input: structure({ ResourceArn: required(resourceArn), Tags: required(tagList) }),
  resource: onResource,
  run({ ResourceArn, Tags }, sagemaker) {
    tag(sagemaker, ResourceArn, Tags);
    return { Tags: tagsOf(sagemaker, ResourceArn) };
  },
});

export const listTags = operation({
  action: "sagemaker:ListTags",
  input: structure({
    ResourceArn: required(resourceArn),
    NextToken: string({ max: 8192 }),
    MaxResults: integer({ min: 50 }),
  }),
  resource: onResource,
  run({ ResourceArn, NextToken, MaxResults = 50 }, sagemaker) {
    const { items, next } = page(tagsOf(sagemaker, ResourceArn), {
      key: ({ Key }) => [Key],
      limit: MaxResults,
      token: NextToken,
      list: "tags",
      invalidToken,
    });
    return { Tags: items, NextToken: next };
  },
});

export const deleteTags = operation({
  action: "sagemaker:DeleteTags",
  input: structure({
    ResourceArn: required(resourceArn),
    TagKeys: required(list(tagKey, { min: 1, max: 50 })),
  }),
  resource: onResource,
  run({ ResourceArn, TagKeys }, sagemaker) {
    const kept = tagsOf(sagemaker, ResourceArn).filter(({ Key }) => !TagKeys.includes(Key));
    sagemaker.tags.delete(ResourceArn);
    tag(sagemaker, ResourceArn, kept);
  },
});

/** Adds tags to a resource. @throws AwsError ValidationException when two have the same key */
export function tag({ tags }: Pick<Records, "tags">, arn: string, added: readonly Tag[] = []): void {
  if (added.length === 0) return;
  if (new Set(added.map(({ Key }) => Key)).size < added.length) {
    throw invalid("Duplicate tag keys are not allowed.");
  }
  const entries = added.map(({ Key, Value }) => [Key, Value]);
  tags.put(arn, { ...tags.get(arn), ...Object.fromEntries(entries) });
}

function tagsOf({ tags }: Pick<Records, "tags">, arn: string): Tag[] {
  return Object.entries(tags.get(arn) ?? {}).map(([Key, Value]) => ({ Key, Value }));
}
