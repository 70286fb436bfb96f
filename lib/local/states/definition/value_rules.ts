/** The rules of paths, payload templates and intrinsic functions. */
import { type Expression, parseIntrinsic } from "../language/intrinsic_parser.ts";
import { ARITIES } from "../language/intrinsics.ts";
import { isObject, isPath, referencePath } from "../language/paths.ts";
import type { Report } from "./report.ts";

const PATHS = ["InputPath", "OutputPath"];
const REFERENCE_PATHS = [
  ...["ResultPath", "SecondsPath", "TimestampPath", "ItemsPath"],
  ...["TimeoutSecondsPath", "HeartbeatSecondsPath", "MaxConcurrencyPath"],
];
/** Fields with payload templates. */
const TEMPLATES = ["Parameters", "ResultSelector", "ItemSelector"];

/** Checks the paths and templates of a state. */
export function checkPaths(state: Record<string, unknown>, at: string, report: Report): void {
  for (const field of PATHS) checkPath(state[field], `${at}/${field}`, report);
  for (const field of REFERENCE_PATHS) {
    const path = state[field];
    if (path === undefined || path === null) continue;
    // A result cannot be stored in the context object, but numbers can be read from it.
    const plain = field === "ResultPath" ? path : String(path).replace(/^\$\$/, "$");
    if (typeof plain !== "string" || !referencePath(plain)) {
      report.invalid(`Value is not a Reference Path: ${path}`, `${at}/${field}`);
    }
  }
  for (const field of ["ErrorPath", "CausePath"]) {
    if (state[field] !== undefined) checkDynamic(field, state[field], `${at}/${field}`, report);
  }
  for (const field of TEMPLATES) checkTemplate(state[field], `${at}/${field}`, report);
}

/** Checks a path; absent and null are valid. */
export function checkPath(path: unknown, at: string, report: Report): void {
  if (path === undefined || path === null) return;
  if (typeof path === "string" && isVariable(path)) return report.unsupported(`variables ('${path}')`, at);
  if (typeof path !== "string" || !isPath(path)) {
    report.invalid(`Value is not a valid JSONPath: ${path}`, at);
  }
}

/** Whether a path begins with a variable, `$name`. */
export function isVariable(path: string): boolean {
  return /^\$[\p{L}_]/u.test(path);
}

function checkTemplate(template: unknown, at: string, report: Report): void {
  if (Array.isArray(template)) return template.forEach((item) => checkTemplate(item, at, report));
  if (!isObject(template)) return;
  for (const [key, value] of Object.entries(template)) {
    if (Object.hasOwn(template, `${key}.$`)) report.invalid(`Duplicate field '${key}' and '${key}.$'`, at);
    if (key.endsWith(".$")) checkDynamic(key, value, at, report);
    else checkTemplate(value, at, report);
  }
}

/** Checks a value that is evaluated: a path or a call of an intrinsic function. */
function checkDynamic(key: string, value: unknown, at: string, report: Report): void {
  if (typeof value === "string" && isVariable(value)) {
    return report.unsupported(`variables ('${value}')`, at);
  }
  const isGood = typeof value === "string" && (value.startsWith("$") ? isPath(value) : isCall(value));
  if (isGood) return;
  report.invalid(
    `The value for the field '${key}' must be a valid JSONPath or a valid intrinsic function call`,
    at,
  );
}

function isCall(text: string): boolean {
  const isGood = (node: Expression): boolean => {
    if (node.kind !== "call") return true;
    const [least, most] = ARITIES[node.name] ?? [Infinity, 0];
    return node.args.length >= least && node.args.length <= most && node.args.every(isGood);
  };
  try {
    return isGood(parseIntrinsic(text));
  } catch {
    return false;
  }
}
