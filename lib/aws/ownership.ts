/**
 * Whose a resource is. Everything that this project creates carries tags; what has one of its names without its tags, or with
 * those of another stage, belongs to somebody else, and is neither changed nor removed.
 */
import { OLD_ROLE_NAMES } from "../names.ts";
import type { Aws } from "./clients.ts";

export type Tags = Readonly<Record<string, string | undefined>>;

/** What decides about ownership. */
export type Deployer = Pick<Aws, "stage" | "caller">;

const PROJECT = "scones-unlimited";

/** The value of the tag `stage` where SCONES_STAGE is not set. */
const NO_STAGE = "default";

/** The tags of everything that is created. */
export function ownTags({ stage = NO_STAGE, caller }: Deployer): Record<string, string> {
  // IAM allows 256 characters in a tag's value.
  return { project: PROJECT, stage, "made-by": caller.slice(0, 256) };
}

/** The tags as most services take them. */
export function ownTagList(aws: Deployer): { Key: string; Value: string }[] {
  return Object.entries(ownTags(aws)).map(([Key, Value]) => ({ Key, Value }));
}

/** Tags as most services answer them, by key. */
export function byKey(tags: readonly { Key?: string; Value?: string }[] = []): Tags {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key!, Value]));
}

export function isOurs({ stage = NO_STAGE }: Pick<Deployer, "stage">, tags: Tags): boolean {
  return tags.project === PROJECT && tags.stage === stage;
}

/** Something has one of our names and belongs to somebody else. */
export class NotOursError extends Error {
  override name = "NotOursError";
}

/**
 * Checks that a resource may be changed or removed.
 * @param what for the message: `The function scones-classify-image`
 * @throws NotOursError that says whose it is, and what to do
 */
export function checkOurs(aws: Pick<Deployer, "stage">, what: string, tags: Tags): void {
  if (isOurs(aws, tags)) return;
  const own = aws.stage === undefined ? "a deployment without SCONES_STAGE" : `the stage ${aws.stage}`;
  const stage = tags.stage === NO_STAGE ? "a deployment without SCONES_STAGE" : `the stage ${tags.stage}`;
  const another = 'Set SCONES_STAGE to another short name, such as "dev2", to deploy beside it';
  if (tags.project === PROJECT && tags.stage !== undefined) {
    const by = tags["made-by"] ? `, made by ${tags["made-by"]}` : "";
    throw new NotOursError(`${what} belongs to ${stage}${by}, not to ${own}. ${another}.`);
  }
  throw new NotOursError(
    `${what} was not made by this project: it has no tag project=${PROJECT}. ${another}, or remove it yourself if ` +
      "nobody needs it.",
  );
}

/**
 * Whether an untagged resource was made by an earlier version of this project, which tagged roles only: it runs under one of
 * that version's roles, or under the role that the settings name. Earlier versions had no stages.
 */
export function isOfEarlierVersion(
  { stage, settings }: Pick<Aws, "stage" | "settings">,
  tags: Tags,
  roleArn: string | undefined,
): boolean {
  if (stage !== undefined || tags.project !== undefined || roleArn === undefined) return false;
  return Object.values(OLD_ROLE_NAMES).some((name) => roleArn.endsWith(`:role/${name}`)) ||
    Object.values(settings.roles).includes(roleArn);
}

/** Whether a role is one of an earlier version's, by its tags. */
export function isOldRole(tags: Tags): boolean {
  return tags.project === PROJECT && tags.stage === undefined;
}
