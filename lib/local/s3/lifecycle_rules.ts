/** The rules of a lifecycle configuration: their shape, their checks, and when they let an object expire. */
import { AwsError } from "../errors.ts";
import { malformedXml } from "../protocols/xml.ts";
import { boolean, element, type Infer, integer, list, required, string, structure } from "../shapes.ts";
import type { StoredObject } from "./index.ts";
import { storedTags, tag } from "./tags.ts";

const DAY_MS = 86_400_000;
const MAX_RULES = 1000;

const sizes = { ObjectSizeGreaterThan: integer({ min: 0 }), ObjectSizeLessThan: integer({ min: 1 }) };
const transition = {
  StorageClass: string({
    values: [
      "GLACIER",
      "STANDARD_IA",
      "ONEZONE_IA",
      "INTELLIGENT_TIERING",
      "DEEP_ARCHIVE",
      "GLACIER_IR",
    ] as const,
  }),
};

const rule = structure({
  ID: string({ max: 255 }),
  Status: required(string({ values: ["Enabled", "Disabled"] as const })),
  Prefix: string(),
  Filter: structure({
    Prefix: string(),
    Tag: tag,
    ...sizes,
    And: structure({ Prefix: string(), Tags: element("Tag", list(tag)), ...sizes }),
  }),
  Expiration: structure({ Date: string(), Days: integer(), ExpiredObjectDeleteMarker: boolean() }),
  Transitions: element("Transition", list(structure({ Date: string(), Days: integer(), ...transition }))),
  NoncurrentVersionTransitions: element(
    "NoncurrentVersionTransition",
    list(structure({ NoncurrentDays: integer(), NewerNoncurrentVersions: integer(), ...transition })),
  ),
  NoncurrentVersionExpiration: structure({ NoncurrentDays: integer(), NewerNoncurrentVersions: integer() }),
  AbortIncompleteMultipartUpload: structure({ DaysAfterInitiation: integer() }),
});

export const lifecycleConfiguration = structure({ Rules: required(element("Rule", list(rule))) });

export type LifecycleRule = Infer<typeof rule>;

/** Checks rules, and names those without a name. @throws AwsError MalformedXML, InvalidArgument, InvalidRequest */
export function checkedRules(rules: readonly LifecycleRule[]): LifecycleRule[] {
  if (rules.length === 0 || rules.length > MAX_RULES) throw malformedXml();
  const named = rules.map((rule) => ({ ...rule, ID: rule.ID || crypto.randomUUID() }));
  if (new Set(named.map(({ ID }) => ID)).size < named.length) {
    throw invalid("Rule ID must be unique. Found same ID for more than one rule");
  }
  for (const rule of named) check(rule);
  return named;
}

function check(rule: LifecycleRule): void {
  const { Filter, Prefix, Expiration, Transitions = [] } = rule;
  if ((Filter === undefined) === (Prefix === undefined)) throw malformedXml();
  if (Filter && Object.keys(Filter).length > 1) throw malformedXml();
  const actions = [
    Expiration,
    rule.Transitions,
    rule.NoncurrentVersionTransitions,
    rule.NoncurrentVersionExpiration,
    rule.AbortIncompleteMultipartUpload,
  ];
  if (actions.every((action) => action === undefined)) {
    throw new AwsError("InvalidRequest", "At least one action needs to be specified in a rule");
  }
  if (Expiration && Object.keys(Expiration).length !== 1) throw malformedXml();
  if (Expiration?.Days !== undefined && Expiration.Days < 1) {
    throw invalid("'Days' for Expiration action must be a positive integer");
  }
  for (const { Date: date } of [Expiration ?? {}, ...Transitions]) {
    if (date !== undefined && !(Date.parse(date) % DAY_MS === 0)) {
      throw invalid("'Date' must be at midnight GMT");
    }
  }
}

/**
 * When a rule lets an object expire, in milliseconds since the epoch: as on AWS at the midnight (UTC) after its days.
 * Undefined when it does not.
 */
export function expiryBy(rule: LifecycleRule, object: StoredObject): number | undefined {
  const { Days, Date: date } = rule.Expiration ?? {};
  if (rule.Status !== "Enabled" || !concerns(rule, object)) return undefined;
  if (date !== undefined) return Date.parse(date);
  if (Days === undefined) return undefined;
  return Math.ceil((object.LastModified + Days * DAY_MS) / DAY_MS) * DAY_MS;
}

/** What the keys begin with that a rule concerns. */
export function prefixOf({ Prefix, Filter = {} }: LifecycleRule): string {
  return Prefix ?? Filter.Prefix ?? Filter.And?.Prefix ?? "";
}

function concerns(rule: LifecycleRule, { Key, Size, Headers }: StoredObject): boolean {
  const { And = {}, Tag, ...own } = rule.Filter ?? {};
  const { ObjectSizeGreaterThan: above = -1, ObjectSizeLessThan: below = Infinity } = { ...own, ...And };
  const wanted = [...And.Tags ?? [], ...Tag ? [Tag] : []];
  const tags = wanted.length > 0 ? storedTags(Headers) : [];
  return Key.startsWith(prefixOf(rule)) && Size > above && Size < below &&
    wanted.every(({ Key, Value }) => tags.some((tag) => tag.Key === Key && tag.Value === Value));
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidArgument", message);
}
