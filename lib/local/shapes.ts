/**
 * Request shapes as data, like AWS's service models: an operation states what a request may contain, and `validate`
 * finds every violation. The protocol words them (protocols/protocol.ts).
 */

/** What is wrong with a request, and where; paths are in lower camel case, as AWS writes them. */
export type Violation =
  | { readonly kind: "constraint"; path: string; value: unknown; constraint: string }
  /** The JSON type is not the model's. */
  | { readonly kind: "type"; path: string; value: unknown; expected: string }
  /** A member that AWS supports and the local AWS does not. */
  | { readonly kind: "unsupported"; path: string; value: unknown };

/** Where a REST request carries a member; by default in the body. Labels follow from the operation's path. */
export type Location =
  | { readonly in: "header" | "headers" | "query" | "queries"; readonly name: string }
  /** An element of the XML body whose name is not the member's. */
  | { readonly in: "element"; readonly name: string }
  /** The whole body; a structure is read as XML under this root. */
  | { readonly in: "payload"; readonly name: string };

export interface Shape<T> {
  readonly kind:
    | "string"
    | "number"
    | "integer"
    | "boolean"
    | "timestamp"
    | "blob"
    | "list"
    | "map"
    | "structure"
    | "any";
  /** Appends to `violations` what is wrong with `value`. */
  check(value: unknown, path: string, violations: Violation[]): void;
  /** A structure's members. */
  readonly members?: Members;
  /** The shape of a list's items or a map's values. */
  readonly member?: Shape<unknown>;
  /** A string's constraints, in the order in which AWS lists them for the items of a list. */
  readonly constraints?: readonly string[];
  readonly location?: Location;
  readonly required?: boolean;
  /** Only for type inference (`Infer`); never set. */
  readonly type?: T;
}

/** A member that must be there. */
export interface Required<T> extends Shape<T> {
  readonly required: true;
}

export type Infer<S> = S extends Shape<infer T> ? T : never;

type Members = Readonly<Record<string, Shape<unknown>>>;
type RequiredKeys<M extends Members> = {
  [K in keyof M]: M[K] extends { required: true } ? K : never;
}[keyof M];
/** The type of a structure with these members. */
export type Structure<M extends Members> =
  & { [K in RequiredKeys<M>]: Infer<M[K]> }
  & { [K in Exclude<keyof M, RequiredKeys<M>>]?: Infer<M[K]> };

/** Marks a structure's member as required. */
export function required<T>(shape: Shape<T>): Required<T> {
  return { ...shape, required: true };
}

/** A member that a REST request carries in this header. */
export function header<T>(name: string, shape: Shape<T>): Shape<T> {
  return { ...shape, location: { in: "header", name: name.toLowerCase() } };
}

/** A map that a REST request carries in all headers that begin with `prefix`. */
export function headers<T>(prefix: string, shape: Shape<T>): Shape<T> {
  return { ...shape, location: { in: "headers", name: prefix.toLowerCase() } };
}

/** A member that a REST request carries as a query parameter. */
export function query<T>(name: string, shape: Shape<T>): Shape<T> {
  return { ...shape, location: { in: "query", name } };
}

/** A map that a REST request carries in all query parameters that begin with `prefix`. */
export function queries<T>(prefix: string, shape: Shape<T>): Shape<T> {
  return { ...shape, location: { in: "queries", name: prefix } };
}

/** A member with another name in an XML body; for a list, the name of its items. */
export function element<T>(name: string, shape: Shape<T>): Shape<T> {
  return { ...shape, location: { in: "element", name } };
}

/** A member that is a REST request's whole body: raw bytes, or a structure as XML under `root`. */
export function payload<T>(shape: Shape<T>, root = ""): Shape<T> {
  return { ...shape, location: { in: "payload", name: root } };
}

interface StringRules<E extends string> {
  min?: number;
  max?: number;
  pattern?: RegExp;
  /** Allowed values, in AWS's order. */
  values?: readonly E[];
}

/** A string. Lengths are in UTF-16 code units; the pattern must match the whole value. */
export function string<E extends string = string>(rules: StringRules<E> = {}): Shape<E> {
  const { values, min, max } = rules;
  const pattern = rules.pattern && new RegExp(`^(?:${rules.pattern.source})$`, "u");
  const oneOf = values && `Member must satisfy enum value set: [${values.join(", ")}]`;
  const longEnough = min === undefined
    ? undefined
    : `Member must have length greater than or equal to ${min}`;
  const shortEnough = max === undefined ? undefined : `Member must have length less than or equal to ${max}`;
  const matching = rules.pattern && `Member must satisfy regular expression pattern: ${rules.pattern.source}`;
  return {
    kind: "string",
    constraints: [oneOf, shortEnough, longEnough, matching].filter((constraint) => constraint !== undefined),
    check(value, path, violations) {
      if (typeof value !== "string") return wrongType(value, path, "string", violations);
      const violated = (constraint: string) =>
        violations.push({ kind: "constraint", path, value, constraint });
      if (oneOf && !values!.includes(value as E)) violated(oneOf);
      if (longEnough && value.length < min!) violated(longEnough);
      if (shortEnough && value.length > max!) violated(shortEnough);
      if (matching && !pattern!.test(value)) violated(matching);
    },
  };
}

interface Range {
  min?: number;
  max?: number;
}

/** A number in [min, max]. */
export function number(rules: Range = {}): Shape<number> {
  return {
    kind: "number",
    check(value, path, violations) {
      if (typeof value !== "number" || !Number.isFinite(value)) {
        return wrongType(value, path, "number", violations);
      }
      checkRange(value, value, path, rules, "value", violations);
    },
  };
}

/** A whole number in [min, max]. */
export function integer(rules: Range = {}): Shape<number> {
  const whole = number(rules);
  return {
    kind: "integer",
    check(value, path, violations) {
      if (typeof value === "number" && Number.isFinite(value) && !Number.isInteger(value)) {
        return wrongType(value, path, "integer", violations);
      }
      whole.check(value, path, violations);
    },
  };
}

export function boolean(): Shape<boolean> {
  return {
    kind: "boolean",
    check(value, path, violations) {
      if (typeof value !== "boolean") wrongType(value, path, "boolean", violations);
    },
  };
}

/** A point in time, in seconds since the epoch; the query protocol and CBOR have it in other forms. */
export function timestamp(): Shape<number> {
  return {
    kind: "timestamp",
    check(value, path, violations) {
      if (typeof value !== "number" || !Number.isFinite(value)) {
        wrongType(value, path, "timestamp", violations);
      }
    },
  };
}

/** A raw body: bytes, or a stream of them where the protocol streams. Only for payloads. */
export function blob<B = Uint8Array<ArrayBuffer>>(): Shape<B> {
  return { kind: "blob", check() {} };
}

export function list<T>(member: Shape<T>, rules: Range = {}): Shape<T[]> {
  return {
    kind: "list",
    member,
    check(value, path, violations) {
      if (!Array.isArray(value)) return wrongType(value, path, "list", violations);
      checkRange(value.length, value, path, rules, "length", violations);
      const within: Violation[] = [];
      value.forEach((item, index) => member.check(item, `${path}.${index + 1}.member`, within));
      if (!member.constraints || within.some(({ kind }) => kind !== "constraint")) violations.push(...within);
      else if (within.length > 0) {
        // For a list of strings AWS lists the constraints of every item, not which item is wrong.
        const all = [...member.constraints, "Member must not be null"].join(", ");
        const constraint = `Member must satisfy constraint: [${all}]`;
        violations.push({ kind: "constraint", path, value, constraint });
      }
    },
  };
}

export function map<T>(
  value: Shape<T>,
  rules: Range & { key?: Shape<string> } = {},
): Shape<Record<string, T>> {
  return {
    kind: "map",
    member: value,
    check(given, path, violations) {
      if (!isObject(given)) return wrongType(given, path, "map", violations);
      const entries = Object.entries(given);
      checkRange(entries.length, given, path, rules, "length", violations);
      for (const [key, item] of entries) {
        rules.key?.check(key, `${path}.key`, violations);
        value.check(item, `${path}.${key}.member`, violations);
      }
    },
  };
}

/** A structure. As on AWS, members that the model does not name are ignored. */
export function structure<M extends Members>(members: M): Shape<Structure<M>> {
  return {
    kind: "structure",
    members,
    check(value, path, violations) {
      if (!isObject(value)) return wrongType(value, path || "the request", "structure", violations);
      for (const [name, member] of Object.entries(members)) {
        const given = value[name];
        const at = path === "" ? lowerFirst(name) : `${path}.${lowerFirst(name)}`;
        if (given !== undefined && given !== null) member.check(given, at, violations);
        else if (member.required) {
          violations.push({ kind: "constraint", path: at, value: null, constraint: MUST_NOT_BE_NULL });
        }
      }
    },
  };
}

const MUST_NOT_BE_NULL = "Member must not be null";

/** The name, spelled as in the model, of the required member that is missing; undefined for other violations. */
export function missingMember(violation: Violation): string | undefined {
  if (violation.kind !== "constraint" || violation.constraint !== MUST_NOT_BE_NULL) return undefined;
  return memberOf(violation);
}

/** The name of the member that violates its shape, spelled as in the model. */
export function memberOf({ path }: Violation): string {
  const name = path.split(".").at(-1)!;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/**
 * A member that AWS supports and the local AWS does not: setting it is an error, never silently ignored.
 * @param harmless allowed values that change nothing, such as `false`; many clients send AWS's defaults
 */
export function notSupported<T extends string | boolean = never>(...harmless: T[]): Shape<T> {
  return {
    kind: "any",
    check(value, path, violations) {
      if (!harmless.includes(value as T)) violations.push({ kind: "unsupported", path, value });
    },
  };
}

/**
 * Checks a request's members against a shape. `input` has those that the model names, without null members: AWS treats
 * these as absent, and ignores others.
 */
export function validate<T>(
  shape: Shape<T>,
  value: unknown,
): { readonly input: T; readonly violations: readonly Violation[] } {
  const violations: Violation[] = [];
  shape.check(value, "", violations);
  return { input: (violations.length > 0 ? value : known(shape, value)) as T, violations };
}

/**
 * Converts a tree of strings (query protocol, XML) to the types that the shape expects. A string that does not
 * convert stays one, so that `check` reports it.
 */
export function fromTexts(shape: Shape<unknown>, value: unknown): unknown {
  switch (shape.kind) {
    case "integer":
      return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
    case "number":
      return typeof value === "string" && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value) ? Number(value) : value;
    case "timestamp": {
      const seconds = typeof value === "string" && value !== "" ? Date.parse(value) / 1000 : NaN;
      return Number.isNaN(seconds) ? value : seconds;
    }
    case "boolean":
      return value === "true" ? true : value === "false" ? false : value;
    case "list":
      return (Array.isArray(value) ? value : [value]).map((item) => fromTexts(shape.member!, item));
    case "map":
    case "structure": {
      if (value === "") return {}; // an empty element
      if (!isObject(value)) return value;
      const entries = Object.entries(value).map(([key, item]) => {
        const name = shape.kind === "map" ? key : memberOfElement(shape.members!, key);
        const member = shape.kind === "map" ? shape.member : shape.members![name];
        return [name, member ? fromTexts(member, item) : item];
      });
      return Object.fromEntries(entries);
    }
    default:
      return value;
  }
}

/** The reverse of `fromTexts` for XML: members under the names of their elements, at every level. */
export function toElements(shape: Shape<unknown>, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => toElements(shape.member!, item));
  if (shape.kind !== "structure" || !isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const member = shape.members![name]!;
      return [member.location?.in === "element" ? member.location.name : name, toElements(member, item)];
    }),
  );
}

/** The name of the member that an XML element stands for. */
function memberOfElement(members: Members, element: string): string {
  const renamed = Object.entries(members).find(([, { location }]) =>
    location?.in === "element" && location.name === element
  );
  return renamed?.[0] ?? element;
}

/** The part of a valid value that the shape knows, without null members. */
function known(shape: Shape<unknown>, value: unknown): unknown {
  if (shape.kind === "list") return (value as unknown[]).map((item) => known(shape.member!, item));
  if (shape.kind === "map") {
    const entries = Object.entries(value as object).filter(([, item]) => item !== null);
    return Object.fromEntries(entries.map(([name, item]) => [name, known(shape.member!, item)]));
  }
  if (shape.kind !== "structure") return value;
  const given = value as Record<string, unknown>;
  const found: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape.members!)) {
    const item = given[name];
    if (item !== undefined && item !== null) found[name] = known(member, item);
  }
  return found;
}

function checkRange(
  measured: number,
  value: unknown,
  path: string,
  { min = -Infinity, max = Infinity }: Range,
  what: "value" | "length",
  violations: Violation[],
): void {
  const violated = (constraint: string) => violations.push({ kind: "constraint", path, value, constraint });
  if (measured < min) violated(`Member must have ${what} greater than or equal to ${min}`);
  if (measured > max) violated(`Member must have ${what} less than or equal to ${max}`);
}

function wrongType(value: unknown, path: string, expected: string, violations: Violation[]): void {
  violations.push({ kind: "type", path, value, expected });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
