/** The rules of paths, payload templates and intrinsic functions. */
import { type Expression, parseIntrinsic } from "../language/intrinsic_parser.ts";
import { ARITIES } from "../language/intrinsics.ts";
import { isObject, isPath, plainPath, referencePath, variableOf } from "../language/paths.ts";
import type { Fields, Report } from "./report.ts";
import type { Place } from "./variables.ts";

const PATHS = ["InputPath", "OutputPath"];
const REFERENCE_PATHS = [
  ...["SecondsPath", "TimestampPath", "ItemsPath", "TimeoutSecondsPath", "HeartbeatSecondsPath"],
  ...["MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath"],
];
/** Fields with payload templates. */
const TEMPLATES = ["Parameters", "ResultSelector", "ItemSelector"];

/** Checks the paths and templates of a JSONPath state, and collects their references to variables. */
export function checkPaths(state: Fields, place: Place, at: string, report: Report): void {
  for (const field of PATHS) {
    const path = state[field];
    const within = `${at}/${field}`;
    if (path === undefined || path === null) continue;
    if (typeof path === "string" && isPath(path)) refer(path, place, within, report);
    else report.invalid(`Value is not a valid JSONPath: ${path}`, within);
  }
  for (const field of REFERENCE_PATHS) {
    const path = state[field];
    if (path !== undefined && path !== null) checkReference(path, place, `${at}/${field}`, report);
  }
  const { ResultPath } = state;
  // A result cannot be stored in the context object or in a variable.
  const isGood = typeof ResultPath === "string" && referencePath(ResultPath);
  if (ResultPath !== undefined && ResultPath !== null && !isGood) {
    report.invalid(`Value is not a Reference Path: ${ResultPath}`, `${at}/ResultPath`);
  }
  for (const field of ["ErrorPath", "CausePath"]) {
    if (state[field] !== undefined) checkDynamic(field, state[field], place, `${at}/${field}`, report);
  }
  for (const field of TEMPLATES) checkTemplate(state[field], place, `${at}/${field}`, report);
  checkAssign(state, place, at, report);
  if (state.Type === "Pass" && hasDynamic(state.Result)) {
    const message = "The value of 'Result' has a path or an intrinsic function call, which is not evaluated.";
    report.warning("PASS_RESULT_IS_STATIC", message, `${at}/Result`);
  }
  if (state.Type !== "Fail") return;
  for (const field of ["Error", "Cause"]) {
    if (looksDynamic(state[field])) warnOfStatic("NO_PATH", field, "Path", `${at}/${field}`, report);
  }
}

function warnOfStatic(code: string, field: string, ending: string, at: string, report: Report): void {
  const message = `The value of '${field}' looks like a path or an intrinsic function call, ` +
    `but the field's name does not end with '${ending}'.`;
  report.warning(code, message, at);
}

/** Whether a value that is taken as it is looks like one that should be evaluated. */
function looksDynamic(value: unknown): boolean {
  return typeof value === "string" && /^(\$\$?$|\$\$?\.|\$\[|States\.\w+\()/.test(value) &&
    pathsIn(value) !== undefined;
}

function hasDynamic(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasDynamic);
  return isObject(value) ? Object.values(value).some(hasDynamic) : looksDynamic(value);
}

/** Checks the field Assign of a JSONPath state, catcher or choice rule. */
export function checkAssign({ Assign }: Fields, place: Place, at: string, report: Report): void {
  checkTemplate(Assign, place, `${at}/Assign`, report);
}

/** Checks a Reference Path to the input, the context object or a variable. */
export function checkReference(path: unknown, place: Place, at: string, report: Report): void {
  if (typeof path === "string" && referencePath(plainPath(path))) return refer(path, place, at, report);
  report.invalid(`Value is not a Reference Path: ${path}`, at);
}

function refer(path: string, { name, scope }: Place, at: string, report: Report): void {
  const variable = variableOf(path);
  if (variable !== undefined) report.references.push({ state: name, at, scope, variable });
}

function checkTemplate(template: unknown, place: Place, at: string, report: Report): void {
  if (Array.isArray(template)) return template.forEach((item) => checkTemplate(item, place, at, report));
  if (!isObject(template)) return;
  for (const [key, value] of Object.entries(template)) {
    if (Object.hasOwn(template, `${key}.$`)) report.invalid(`Duplicate field '${key}' and '${key}.$'`, at);
    if (key.endsWith(".$")) checkDynamic(key, value, place, at, report);
    else if (looksDynamic(value)) warnOfStatic("NO_DOLLAR", key, ".$", at, report);
    else checkTemplate(value, place, at, report);
  }
}

/** Checks a value that is evaluated: a path or a call of an intrinsic function. */
function checkDynamic(key: string, value: unknown, place: Place, at: string, report: Report): void {
  const paths = typeof value === "string" ? pathsIn(value) : undefined;
  if (paths) return paths.forEach((path) => refer(path, place, at, report));
  report.invalid(
    `The value for the field '${key}' must be a valid JSONPath or a valid intrinsic function call`,
    at,
  );
}

/** The paths of a path or call; undefined when it is neither. */
function pathsIn(text: string): string[] | undefined {
  if (text.startsWith("$")) return isPath(text) ? [text] : undefined;
  const paths: string[] = [];
  const isGood = (node: Expression): boolean => {
    if (node.kind === "path") paths.push(node.path);
    if (node.kind !== "call") return true;
    const [least, most] = ARITIES[node.name] ?? [Infinity, 0];
    return node.args.length >= least && node.args.length <= most && node.args.every(isGood);
  };
  try {
    return isGood(parseIntrinsic(text)) ? paths : undefined;
  } catch {
    return undefined;
  }
}
