/** TagResource, UntagResource, ListTags. */
import { required, string, structure } from "../legacy_shapes.ts";
import { functionReference, invalidParameter } from "./names.ts";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./rest.ts";
import { tagKeys, tags } from "./settings.ts";

const Resource = required(string({
  min: 1,
  max: 10_000,
  pattern:
    /arn:(aws[a-zA-Z\-]*):lambda:[a-z0-9\-]+:\d{12}:function:[a-zA-Z0-9\-_]+(:(\$LATEST|[a-zA-Z0-9\-_]+))?/,
}));

/** AWS's limit of tags on one resource. */
const MAX_TAGS = 50;
const TAGS = "/2017-03-31/tags/{Resource}";

export function tagRoutes({ core, records }: Parts): Route[] {
  /** The name of the function; tags sit on functions, not on versions. */
  const tagged = (arn: string): string => {
    const { name, qualifier } = functionReference(core, arn);
    if (qualifier !== undefined) {
      throw invalidParameter(
        "Tags on function aliases and versions are not supported. Please specify a function ARN.",
      );
    }
    return name;
  };
  return [
    route(`POST ${TAGS}`, structure({ Resource, Tags: required(tags) }), (input, { principal }) => {
      core.siblings.iam.authorize(principal, "lambda:TagResource", input.Resource);
      const name = tagged(input.Resource);
      const record = records.get(name);
      const merged = { ...record.tags, ...input.Tags };
      if (Object.keys(merged).length > MAX_TAGS) {
        throw invalidParameter(`Number of tags exceeds resource tag limit of ${MAX_TAGS}.`);
      }
      records.functions.put(name, { ...record, tags: merged });
    }, 204),

    route(`DELETE ${TAGS}`, structure({ Resource, TagKeys: required(tagKeys) }), (input, { principal }) => {
      core.siblings.iam.authorize(principal, "lambda:UntagResource", input.Resource);
      const name = tagged(input.Resource);
      const record = records.get(name);
      const kept = Object.entries(record.tags).filter(([key]) => !input.TagKeys.includes(key));
      records.functions.put(name, { ...record, tags: Object.fromEntries(kept) });
    }, 204),

    route(`GET ${TAGS}`, structure({ Resource }), (input, { principal }) => {
      core.siblings.iam.authorize(principal, "lambda:ListTags", input.Resource);
      return { Tags: records.get(tagged(input.Resource)).tags };
    }),
  ];
}
