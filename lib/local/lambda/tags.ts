/** Tags of functions: tag, untag, list. */
import type { Core } from "../core.ts";
import { query, required, string, structure } from "../shapes.ts";
import { MAX_TAGS, withoutTags } from "../tags.ts";
import { operation } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { functionReference } from "./names.ts";
import { tagKeys, tags } from "./settings.ts";

const Resource = required(string({
  min: 1,
  max: 10_000,
  pattern:
    /arn:(aws[a-zA-Z\-]*):lambda:[a-z0-9\-]+:\d{12}:function:[a-zA-Z0-9\-_]+(:(\$LATEST|[a-zA-Z0-9\-_]+))?/,
}));
const onResource = (input: { Resource: string }) => input.Resource;

export const tagResource = operation({
  action: "lambda:TagResource",
  input: structure({ Resource, Tags: required(tags) }),
  resource: onResource,
  http: { at: "POST /2017-03-31/tags/{Resource}", status: 204 },
  run({ Resource, Tags }, { core, records }) {
    const name = taggedFunction(core, Resource);
    const record = records.get(name);
    const merged = { ...record.tags, ...Tags };
    if (Object.keys(merged).length > MAX_TAGS) {
      throw invalidParameter(`Number of tags exceeds resource tag limit of ${MAX_TAGS}.`);
    }
    records.functions.put(name, { ...record, tags: merged });
  },
});

export const untagResource = operation({
  action: "lambda:UntagResource",
  input: structure({ Resource, TagKeys: required(query("tagKeys", tagKeys)) }),
  resource: onResource,
  http: { at: "DELETE /2017-03-31/tags/{Resource}", status: 204 },
  run({ Resource, TagKeys }, { core, records }) {
    const name = taggedFunction(core, Resource);
    const record = records.get(name);
    records.functions.put(name, { ...record, tags: withoutTags(record.tags, TagKeys) });
  },
});

export const listTags = operation({
  action: "lambda:ListTags",
  input: structure({ Resource }),
  resource: onResource,
  http: { at: "GET /2017-03-31/tags/{Resource}" },
  run: ({ Resource }, { core, records }) => ({ Tags: records.get(taggedFunction(core, Resource)).tags }),
});

/** The function's name. @throws AwsError for versions and aliases, which cannot have tags */
function taggedFunction(core: Core, arn: string): string {
  const { name, qualifier } = functionReference(core, arn);
  if (qualifier === undefined) return name;
  throw invalidParameter(
    "Tags on function aliases and versions are not supported. Please specify a function ARN.",
  );
}
