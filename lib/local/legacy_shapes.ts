/**
 * Request shapes as data, in the manner of AWS's service models: each operation states beside its handler
 * what a request may contain, and `validate` reports every violation in one message worded as AWS words it.
 */
import { AwsError, unsupported } from "./errors.ts";

/** A violated constraint: where (AWS writes member paths in lower camel case) and what should hold. */
interface Violation {
  path: string;
  value: unknown;
  constraint: string;
}

export interface Shape<T> {
  /** Appends to `violations` what is wrong with `value`; throws SerializationException on a wrong JSON type. */
  check(value: unknown, path: string, violations: Violation[]): void;
  /** What must hold of a string, in the order in which AWS lists it for the members of a list. */
  readonly constraints?: readonly string[];
  /** Carries the type for `Infer`; never read. */
  readonly type?: T;
}

/** A member that must be there. */
export interface Required<T> extends Shape<T> {
  readonly required: true;
}

export type Infer<S> = S extends Shape<infer T> ? T : never;

type Members = Record<string, Shape<unknown>>;
type RequiredKeys<M extends Members> = {
  [K in keyof M]: M[K] extends { required: true } ? K : never;
}[keyof M];
type Structure<M extends Members> =
  & { [K in RequiredKeys<M>]: Infer<M[K]> }
  & { [K in Exclude<keyof M, RequiredKeys<M>>]?: Infer<M[K]> };

/** Marks a structure's member as required. */
export function required<T>(shape: Shape<T>): Required<T> {
  return { check: shape.check, required: true };
}

interface StringRules<E extends string> {
  min?: number;
  max?: number;
  pattern?: RegExp;
  /** Allowed values, in AWS's order. */
  values?: readonly E[];
}

/** A string; lengths in characters, the pattern must match the whole value. */
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
    constraints: [oneOf, shortEnough, longEnough, matching].filter((constraint) => constraint !== undefined),
    check(value, path, violations) {
      if (typeof value !== "string") throw wrongType(path, "string", value);
      const violated = (constraint: string) => violations.push({ path, value, constraint });
      if (oneOf && !values!.includes(value as E)) violated(oneOf);
      if (longEnough && value.length < min!) violated(longEnough);
      if (shortEnough && value.length > max!) violated(shortEnough);
      if (matching && !pattern!.test(value)) violated(matching);
    },
  };
}

/** A number in [min, max]; `integer` also refuses fractions. */
export function number(rules: { min?: number; max?: number; integer?: boolean } = {}): Shape<number> {
  return {
    check(value, path, violations) {
      if (typeof value !== "number" || !Number.isFinite(value)) throw wrongType(path, "number", value);
      if (rules.integer && !Number.isInteger(value)) throw wrongType(path, "integer", value);
      const violated = (constraint: string) => violations.push({ path, value, constraint });
      if (rules.min !== undefined && value < rules.min) {
        violated(`Member must have value greater than or equal to ${rules.min}`);
      }
      if (rules.max !== undefined && value > rules.max) {
        violated(`Member must have value less than or equal to ${rules.max}`);
      }
    },
  };
}

export function integer(rules: { min?: number; max?: number } = {}): Shape<number> {
  return number({ ...rules, integer: true });
}

export function boolean(): Shape<boolean> {
  return {
    check(value, path) {
      if (typeof value !== "boolean") throw wrongType(path, "boolean", value);
    },
  };
}

export function list<T>(member: Shape<T>, rules: { min?: number; max?: number } = {}): Shape<T[]> {
  return {
    check(value, path, violations) {
      if (!Array.isArray(value)) throw wrongType(path, "list", value);
      checkLength(value, value.length, path, rules, violations);
      const within: Violation[] = [];
      value.forEach((item, index) => member.check(item, `${path}.${index + 1}.member`, within));
      if (!member.constraints) violations.push(...within);
      else if (within.length > 0) {
        // Of a list of strings AWS says what must hold of each, not which one is wrong.
        const all = [...member.constraints, "Member must not be null"].join(", ");
        violations.push({ path, value, constraint: `Member must satisfy constraint: [${all}]` });
      }
    },
  };
}

export function map<T>(
  value: Shape<T>,
  rules: { min?: number; max?: number; key?: Shape<string> } = {},
): Shape<Record<string, T>> {
  return {
    check(given, path, violations) {
      if (!isObject(given)) throw wrongType(path, "map", given);
      const entries = Object.entries(given);
      checkLength(given, entries.length, path, rules, violations);
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
    check(value, path, violations) {
      if (!isObject(value)) throw wrongType(path || "the request", "structure", value);
      for (const [name, member] of Object.entries(members)) {
        const given = value[name];
        const at = path === "" ? lowerFirst(name) : `${path}.${lowerFirst(name)}`;
        if (given !== undefined && given !== null) member.check(given, at, violations);
        else if ("required" in member) {
          violations.push({ path: at, value: null, constraint: "Member must not be null" });
        }
      }
    },
  };
}

/**
 * A member that AWS honours and the local AWS does not: naming it is an error, so that nothing is lost silently.
 * @param harmless values that ask for nothing, such as `false`; many clients send AWS's defaults
 */
export function notSupported<T extends string | boolean = never>(...harmless: T[]): Shape<T> {
  return {
    check(value, path) {
      if (!harmless.includes(value as T)) throw unsupported(`the member '${path}'`);
    },
  };
}

/** The member, spelled as in the model, whose absence `validate` complained of first; for services that word it otherwise. */
export function missingMember(error: AwsError): string | undefined {
  const path = /Value null at '([^']+)' failed to satisfy constraint: Member must not be null/.exec(
    error.message,
  )?.[1];
  const name = path?.split(".").at(-1);
  return name && name.charAt(0).toUpperCase() + name.slice(1);
}

/**
 * Checks a request against its shape.
 * @throws AwsError ValidationException with AWS's wording, up to ten violations in one message, or
 * SerializationException for a wrong JSON type.
 */
export function validate<T>(shape: Shape<T>, value: unknown): T {
  const violations: Violation[] = [];
  shape.check(value, "", violations);
  if (violations.length === 0) return withoutNulls(value) as T;
  const count = violations.length === 1 ? "1 validation error" : `${violations.length} validation errors`;
  const texts = violations.slice(0, 10).map(({ path, value, constraint }) =>
    `Value ${
      value === null ? "null" : `'${printed(value)}'`
    } at '${path}' failed to satisfy constraint: ${constraint}`
  );
  throw new AwsError("ValidationException", `${count} detected: ${texts.join("; ")}`);
}

/** A member that is null counts as absent; lists and maps hold none. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}

function checkLength(
  value: unknown,
  length: number,
  path: string,
  rules: { min?: number; max?: number },
  violations: Violation[],
): void {
  const violated = (constraint: string) => violations.push({ path, value, constraint });
  if (rules.min !== undefined && length < rules.min) {
    violated(`Member must have length greater than or equal to ${rules.min}`);
  }
  if (rules.max !== undefined && length > rules.max) {
    violated(`Member must have length less than or equal to ${rules.max}`);
  }
}

/** As Java, in which AWS's services are written, prints strings, numbers and lists of them. */
function printed(value: unknown): string {
  const isPlain = Array.isArray(value) && value.every((item) => typeof item !== "object");
  const text = typeof value === "string" ? value : isPlain ? `[${value.join(", ")}]` : JSON.stringify(value);
  return text.length > 256 ? `${text.slice(0, 256)}…` : text;
}

function wrongType(path: string, expected: string, value: unknown): AwsError {
  const given = value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
  return new AwsError("SerializationException", `Expected ${expected} at '${path}', got ${given}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
