/** The tags of objects and buckets: their checks, and their form in the header `x-amz-tagging`. */
import { AwsError } from "../errors.ts";
import { MAX_TAGS } from "../tags.ts";
import { element, type Infer, list, required, string, structure } from "../shapes.ts";

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export const TAGGING = "x-amz-tagging";
const MAX_OBJECT_TAGS = 10;
/** Letters, digits, spaces and these signs. */
const TEXT = /^[\p{L}\p{Z}\p{N}+\-=._:/@]*$/u;

export const tag = structure({ Key: required(string()), Value: required(string()) });

/** The XML body of PutObjectTagging and PutBucketTagging. */
export const tagging = structure({
  TagSet: required(structure({ Tags: element("Tag", list(tag)) })),
});

export function tagsIn({ TagSet }: Infer<typeof tagging>): readonly Tag[] {
  return TagSet.Tags ?? [];
}

/** @throws AwsError BadRequest for too many, InvalidTag */
export function checkTags(tags: readonly Tag[], on: "Object" | "Bucket"): void {
  const most = on === "Object" ? MAX_OBJECT_TAGS : MAX_TAGS;
  if (tags.length > most) throw new AwsError("BadRequest", `${on} tags cannot be greater than ${most}`);
  const keys = new Set<string>();
  for (const { Key, Value } of tags) {
    const invalid = (message: string, more: object = {}) =>
      new AwsError("InvalidTag", message, 400, { TagKey: Key, ...more });
    if (Key.length < 1 || Key.length > 128 || !TEXT.test(Key)) {
      throw invalid("The TagKey you have provided is invalid");
    }
    if (Value.length > 256 || !TEXT.test(Value)) {
      throw invalid("The TagValue you have provided is invalid", { TagValue: Value });
    }
    if (/^aws:/i.test(Key)) throw invalid("System tags cannot be added/updated by requester");
    if (keys.has(Key)) throw invalid("Cannot provide multiple Tags with the same key");
    keys.add(Key);
  }
}

/** Tags as a stored header: none when there are none. */
export function taggingHeader(tags: readonly Tag[]): Record<string, string> {
  if (tags.length === 0) return {};
  return { [TAGGING]: new URLSearchParams(tags.map(({ Key, Value }) => [Key, Value])).toString() };
}

/** The tags in stored headers. */
export function storedTags(stored: Readonly<Record<string, string>>): Tag[] {
  return [...new URLSearchParams(stored[TAGGING] ?? "")].map(([Key, Value]) => ({ Key, Value }));
}

/** The tags of a request's header. @throws AwsError InvalidArgument, and like `checkTags` */
export function headerTags(text: string): Tag[] {
  const tags = storedTags({ [TAGGING]: text });
  if (
    text.split("&").some((pair) => pair.split("=").length > 2) ||
    new Set(tags.map(({ Key }) => Key)).size < tags.length
  ) {
    throw new AwsError(
      "InvalidArgument",
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name " +
        "duplicates.",
      400,
      { ArgumentName: TAGGING, ArgumentValue: text },
    );
  }
  checkTags(tags, "Object");
  return tags;
}
