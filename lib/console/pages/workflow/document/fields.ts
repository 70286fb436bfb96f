/** Changing fields so that everything else, the order of the keys included, stays as it was. */
import { type Fields, isObject, type Path } from "./asl.ts";

/** The order in which people write a state's fields: where a field is put that was not there. */
const ORDER = [
  ...["Comment", "QueryLanguage", "StartAt", "Version", "Type", "Resource", "Credentials", "InputPath"],
  ...["Parameters", "Arguments", "Result", "Error", "ErrorPath", "Cause", "CausePath"],
  ...["Seconds", "SecondsPath", "Timestamp", "TimestampPath", "Choices", "Default"],
  ...[
    "ItemsPath",
    "Items",
    "ItemReader",
    "ItemSelector",
    "ItemBatcher",
    "MaxConcurrency",
    "MaxConcurrencyPath",
  ],
  ...[
    "ToleratedFailurePercentage",
    "ToleratedFailureCount",
    "Label",
    "ItemProcessor",
    "Iterator",
    "Branches",
  ],
  ...["ResultWriter", "ResultSelector", "ResultPath", "OutputPath", "Output", "Assign"],
  ...["TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"],
  ...["Retry", "Catch", "Next", "End", "States"],
];

/**
 * The value with another one at the path, `undefined` for none: a key, or an item of an array, is removed then. Objects on
 * the way that are missing are made; all that is not on the way stays the same object.
 */
export function setAt<T>(root: T, path: Path, value: unknown): T {
  if (path.length === 0) return value as T;
  const [key, ...rest] = path as [string | number, ...(string | number)[]];
  if (Array.isArray(root)) {
    const child = rest.length === 0 ? value : setAt(root[key as number], rest, value);
    return (child === undefined ? root.toSpliced(key as number, 1) : root.with(key as number, child)) as T;
  }
  const holder: Fields = isObject(root) ? root : {};
  const before = Object.hasOwn(holder, key) ? holder[key] : undefined;
  const child = rest.length === 0
    ? value
    : setAt(before ?? (typeof rest[0] === "number" ? [] : {}), rest, value);
  return withField(holder, String(key), child) as T;
}

/** The object with a field, in its place when it has it, else in the usual one; without it for `undefined`. */
export function withField(holder: Fields, key: string, value: unknown): Fields {
  const entries = Object.entries(holder);
  if (value === undefined) return Object.fromEntries(entries.filter(([name]) => name !== key));
  if (Object.hasOwn(holder, key)) return { ...holder, [key]: value };
  const rank = ORDER.indexOf(key);
  const later = rank < 0 ? -1 : entries.findIndex(([name]) => ORDER.indexOf(name) > rank);
  return Object.fromEntries(entries.toSpliced(later < 0 ? entries.length : later, 0, [key, value]));
}

/** The object with another key and value in place of a key. */
export function withKeyReplaced(holder: Fields, key: string, other: string, value: unknown): Fields {
  return Object.fromEntries(
    Object.entries(holder).map(([name, old]) => name === key ? [other, value] : [name, old]),
  );
}

/** The object with a new key right after another one; first when there is no other. */
export function withKeyAfter(holder: Fields, after: string | undefined, key: string, value: unknown): Fields {
  const entries = Object.entries(holder);
  const index = after === undefined ? -1 : entries.findIndex(([name]) => name === after);
  return Object.fromEntries(entries.toSpliced(index + 1, 0, [key, value]));
}
