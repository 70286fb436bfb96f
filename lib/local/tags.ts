/** What the tags of all services have in common. */

/** AWS's limit for one resource. */
export const MAX_TAGS = 50;

/** The tags but those with the given keys. */
export function withoutTags(
  tags: Readonly<Record<string, string>>,
  keys: readonly string[],
): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
}
