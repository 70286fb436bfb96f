/** AddTags, ListTags and DeleteTags of any SageMaker resource, by ARN. */
import type { Core } from "../services.ts";
import { operation } from "../legacy_protocols.ts";
import { integer, list, required, string, structure } from "../legacy_shapes.ts";

export interface Tag {
  Key: string;
  Value: string;
}

const tagKey = string({ min: 1, max: 128, pattern: /([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)/u });
const tagValue = string({ max: 256, pattern: /([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)/u });
export const tagList = list(structure({ Key: required(tagKey), Value: required(tagValue) }), { max: 50 });
const resourceArn = string({ max: 256, pattern: /arn:.*/ });

export class Tags {
  readonly #tags;

  constructor(readonly core: Core) {
    this.#tags = core.store.collection<Record<string, string>>("sagemaker-tags");
  }

  add(arn: string, tags: readonly Tag[] = []): void {
    if (tags.length === 0) return;
    this.#tags.put(arn, {
      ...this.#tags.get(arn),
      ...Object.fromEntries(tags.map((tag) => [tag.Key, tag.Value])),
    });
  }

  of(arn: string): Tag[] {
    return Object.entries(this.#tags.get(arn) ?? {}).map(([Key, Value]) => ({ Key, Value }));
  }

  /** Forgets the tags of a deleted resource, or some of them. */
  remove(arn: string, keys?: readonly string[]): void {
    const kept = keys ? this.of(arn).filter((tag) => !keys.includes(tag.Key)) : [];
    this.#tags.delete(arn);
    this.add(arn, kept);
  }

  readonly operations = {
    AddTags: operation(
      structure({ ResourceArn: required(resourceArn), Tags: required(tagList) }),
      ({ ResourceArn, Tags }, call) => {
        this.core.siblings.iam.authorize(call.principal, "sagemaker:AddTags", ResourceArn);
        this.add(ResourceArn, Tags);
        return { Tags: this.of(ResourceArn) };
      },
    ),
    ListTags: operation(
      structure({
        ResourceArn: required(resourceArn),
        NextToken: string({ max: 8192 }),
        MaxResults: integer({ min: 50 }),
      }),
      ({ ResourceArn }, call) => {
        this.core.siblings.iam.authorize(call.principal, "sagemaker:ListTags", ResourceArn);
        return { Tags: this.of(ResourceArn) };
      },
    ),
    DeleteTags: operation(
      structure({
        ResourceArn: required(resourceArn),
        TagKeys: required(list(tagKey, { min: 1, max: 50 })),
      }),
      ({ ResourceArn, TagKeys }, call) => {
        this.core.siblings.iam.authorize(call.principal, "sagemaker:DeleteTags", ResourceArn);
        this.remove(ResourceArn, TagKeys);
      },
    ),
  };
}
