/** The rules of a definition, checked state by state; each problem is reported with its place. */
import type { Json } from "../language/asl.ts";
import { OPERATORS, timestamp } from "../language/choice_rules.ts";
import { checkPath, checkPaths, INVALID, type Report, UNSUPPORTED } from "./value_rules.ts";
import type { MachineType } from "../interpreter/journal.ts";
import { isObject, referencePath } from "../language/paths.ts";
import { INTEGRATIONS } from "../integrations/mod.ts";

type Fields = Record<string, unknown>;

const MISSING_TARGET = "MISSING_TRANSITION_TARGET";

/** Machines within machines: asl-validator's time doubles with every level. */
const NESTING_LIMIT = 10;

const DATA_FLOW = ["Type", "Comment", "QueryLanguage", "InputPath", "OutputPath"];
const TRANSITION = ["Next", "End"];
const RECOVERY = ["ResultPath", "ResultSelector", "Retry", "Catch", "Parameters"];

/** The fields that each type of state has, beside those that only JSONata or a distributed Map has. */
const FIELDS: Record<string, readonly string[]> = {
  Task: [
    ...[...DATA_FLOW, ...TRANSITION, ...RECOVERY, "Resource"],
    ...["TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"],
  ],
  Wait: [...DATA_FLOW, ...TRANSITION, "Seconds", "SecondsPath", "Timestamp", "TimestampPath"],
  Pass: [...DATA_FLOW, ...TRANSITION, "ResultPath", "Parameters", "Result"],
  Succeed: DATA_FLOW,
  Fail: ["Type", "Comment", "QueryLanguage", "Error", "ErrorPath", "Cause", "CausePath"],
  Choice: [...DATA_FLOW, "Choices", "Default"],
  Parallel: [...DATA_FLOW, ...TRANSITION, ...RECOVERY, "Branches"],
  Map: [
    ...[...DATA_FLOW, ...TRANSITION, ...RECOVERY, "ItemProcessor", "Iterator", "ItemsPath", "ItemSelector"],
    ...["MaxConcurrency", "MaxConcurrencyPath"],
  ],
};

const REQUIRED: Record<string, readonly string[]> = {
  Task: ["Resource"],
  Choice: ["Choices"],
  Parallel: ["Branches"],
};

/** Fields that AWS honours and the local AWS does not. */
const NOT_HERE: Record<string, string> = {
  Arguments: "the JSONata field 'Arguments'",
  Output: "the JSONata field 'Output'",
  Items: "the JSONata field 'Items'",
  Assign: "variables ('Assign')",
  Credentials: "cross-account 'Credentials'",
  ItemReader: "the distributed Map's 'ItemReader'",
  ItemBatcher: "the distributed Map's 'ItemBatcher'",
  ResultWriter: "the distributed Map's 'ResultWriter'",
  Label: "the distributed Map's 'Label'",
  ToleratedFailureCount: "the distributed Map's 'ToleratedFailureCount'",
  ToleratedFailureCountPath: "the distributed Map's 'ToleratedFailureCountPath'",
  ToleratedFailurePercentage: "the distributed Map's 'ToleratedFailurePercentage'",
  ToleratedFailurePercentagePath: "the distributed Map's 'ToleratedFailurePercentagePath'",
};

/** Checks a machine, or a branch or processor of one; `at` is its place, "" for the whole. */
export function checkMachine(machine: Fields, at: string, type: MachineType, report: Report): void {
  if (!checkLanguage(machine, at || "/", report)) return;
  if (at.split("/States/").length > NESTING_LIMIT) {
    return report(UNSUPPORTED, `Parallel and Map states nested in more than ${NESTING_LIMIT} levels`, at);
  }
  const missing = ["States", "StartAt"].filter((field) => machine[field] === undefined);
  if (missing.length > 0) {
    return report(INVALID, `These fields are required: [${missing.join(", ")}]`, at || "/");
  }
  const { States, StartAt } = machine;
  if (!isObject(States) || Object.keys(States).length === 0) {
    return report(INVALID, "The field 'States' should be a non-empty object", `${at}/States`);
  }
  const config = machine.ProcessorConfig;
  if (isObject(config) && config.Mode === "DISTRIBUTED") {
    report(UNSUPPORTED, "the distributed Map ('Mode': 'DISTRIBUTED')", `${at}/ProcessorConfig`);
  }
  // asl-validator would take it for the states of a machine.
  if (Object.hasOwn(States, "States")) report(UNSUPPORTED, "a state named 'States'", `${at}/States/States`);
  for (const [name, state] of Object.entries(States)) {
    checkState(name, state, `${at}/States/${name}`, type, report);
  }
  checkTransitions(States, StartAt, at, report);
}

function checkState(name: string, state: unknown, at: string, type: MachineType, report: Report): void {
  if (!isObject(state)) return report(INVALID, "A state should be an object", at);
  if (name.length > 80) report(INVALID, "State names can have 80 characters at most", at);
  if (!checkLanguage(state, at, report)) return;
  const { Type } = state;
  const fields = typeof Type === "string" && Object.hasOwn(FIELDS, Type) ? FIELDS[Type] : undefined;
  if (state.Type === undefined) return report(INVALID, "These fields are required: [Type]", at);
  if (!fields) {
    const types = Object.keys(FIELDS).join(", ");
    return report(INVALID, `The field 'Type' should have one of these values: [${types}]`, `${at}/Type`);
  }
  for (const field of Object.keys(state)) {
    if (fields.includes(field)) continue;
    if (Object.hasOwn(NOT_HERE, field)) report(UNSUPPORTED, NOT_HERE[field]!, `${at}/${field}`);
    else report(INVALID, `Field '${field}' is not supported`, at);
  }
  const missing = (REQUIRED[state.Type as string] ?? []).filter((field) => state[field] === undefined);
  if (missing.length > 0) report(INVALID, `These fields are required: [${missing.join(", ")}]`, at);
  checkPaths(state, at, report);
  checkRecovery(state, at, report);
  if (state.Type === "Task") checkTask(state, at, type, report);
  if (
    state.Type === "Wait" && state.Timestamp !== undefined && timestamp(state.Timestamp as Json) === undefined
  ) {
    report(
      INVALID,
      "The field 'Timestamp' should be an ISO-8601 extended offset date-time",
      `${at}/Timestamp`,
    );
  }
  if (Array.isArray(state.Choices)) {
    state.Choices.forEach((rule, index) => checkRule(rule, `${at}/Choices[${index}]`, report));
  }
  const machines = Array.isArray(state.Branches) ? state.Branches : [];
  machines.forEach((branch, index) => nested(branch, `${at}/Branches[${index}]`, type, report));
  for (const field of ["ItemProcessor", "Iterator"]) {
    if (state[field] !== undefined) nested(state[field], `${at}/${field}`, type, report);
  }
}

function nested(machine: unknown, at: string, type: MachineType, report: Report): void {
  if (isObject(machine)) checkMachine(machine, at, type, report);
  else report(INVALID, "A nested state machine should be an object", at);
}

function checkLanguage(holder: Fields, at: string, report: Report): boolean {
  const { QueryLanguage: language } = holder;
  if (language === undefined || language === "JSONPath") return true;
  if (language === "JSONata") report(UNSUPPORTED, "the query language JSONata", at);
  else report(INVALID, "The field 'QueryLanguage' should have one of these values: [JSONPath, JSONata]", at);
  return false;
}

function checkTransitions(states: Fields, start: unknown, at: string, report: Report): void {
  const reached = new Set<unknown>();
  const targets: [target: unknown, kind: string, place: string][] = [[start, "StartAt", `${at}/StartAt`]];
  for (let next = targets.shift(); next; next = targets.shift()) {
    const [target, kind, place] = next;
    if (target === undefined || reached.has(target)) continue;
    if (typeof target !== "string" || !Object.hasOwn(states, target)) {
      report(MISSING_TARGET, `Missing '${kind}' target: ${target}`, place);
      continue;
    }
    reached.add(target);
    const state = states[target];
    if (!isObject(state)) continue;
    const from = `${at}/States/${target}`;
    targets.push([state.Next, "Next", `${from}/Next`], [state.Default, "Default", `${from}/Default`]);
    for (const list of ["Catch", "Choices"]) {
      if (!Array.isArray(state[list])) continue;
      state[list].forEach((item, index) =>
        targets.push([isObject(item) ? item.Next : undefined, "Next", `${from}/${list}[${index}]/Next`])
      );
    }
  }
  for (const name of Object.keys(states)) {
    if (!reached.has(name)) {
      report(MISSING_TARGET, `State "${name}" is not reachable.`, `${at}/States/${name}`);
    }
  }
}

function checkTask(state: Fields, at: string, type: MachineType, report: Report): void {
  const resource = state.Resource;
  if (typeof resource !== "string") return;
  const place = `${at}/Resource`;
  if (/^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/.test(resource)) return;
  if (INTEGRATIONS.has(resource)) {
    return checkParameters(resource, state.Parameters, `${at}/Parameters`, report);
  }
  const pattern = resource.match(/\.(waitForTaskToken|sync)/)?.[0];
  const isActivity = /^arn:[\w-]+:states:[^:]*:[^:]*:activity:/.test(resource);
  if (type === "EXPRESS" && (pattern || isActivity)) {
    const what = isActivity
      ? "Activity ARN"
      : `'${pattern}' service integration${pattern === ".waitForTaskToken" ? " " : ""}`;
    return report(INVALID, `Express state machine does not support ${what}`, place);
  }
  if (isActivity) return report(UNSUPPORTED, `activities ('${resource}')`, place);
  if (resource.startsWith("arn:aws:states:::")) {
    return report(UNSUPPORTED, `the service integration '${resource}'`, place);
  }
  report(
    INVALID,
    `The resource provided ${resource} is not recognized. The value is not a valid resource ARN, or the ` +
      "resource is not available in this region.",
    place,
  );
}

function checkParameters(resource: string, parameters: unknown, at: string, report: Report): void {
  const integration = INTEGRATIONS.get(resource)!;
  const given = isObject(parameters) ? Object.keys(parameters).map((key) => key.replace(/\.\$$/, "")) : [];
  for (const field of given) {
    if (integration.parameters.includes(field)) continue;
    if (integration.notHere.includes(field)) report(UNSUPPORTED, `the field "${field}" of ${resource}`, at);
    else report(INVALID, `The field "${field}" is not supported by Step Functions`, at);
  }
  if (!given.includes(integration.required)) {
    report(INVALID, `The field "${integration.required}" is required but was missing`, at);
  }
}

function checkRecovery(state: Fields, at: string, report: Report): void {
  for (const field of ["Retry", "Catch"]) {
    const handlers = state[field];
    if (!Array.isArray(handlers)) continue;
    handlers.forEach((handler, index) => {
      const place = `${at}/${field}[${index}]`;
      if (!isObject(handler)) return report(INVALID, `An element of '${field}' should be an object`, place);
      const missing = (field === "Catch" ? ["ErrorEquals", "Next"] : ["ErrorEquals"])
        .filter((name) => handler[name] === undefined);
      if (missing.length > 0) {
        return report(INVALID, `These fields are required: [${missing.join(", ")}]`, place);
      }
      const errors = handler.ErrorEquals;
      if (!Array.isArray(errors) || errors.length === 0) {
        return report(INVALID, "The field 'ErrorEquals' should be a non-empty array", `${place}/ErrorEquals`);
      }
      if (handler.Assign !== undefined) report(UNSUPPORTED, NOT_HERE.Assign!, place);
      if (errors.includes("States.ALL") && (errors.length > 1 || index < handlers.length - 1)) {
        report(
          INVALID,
          "States.ALL must be alone in 'ErrorEquals' and in the last element",
          `${place}/ErrorEquals`,
        );
      }
      if (typeof handler.ResultPath === "string" && !referencePath(handler.ResultPath)) {
        report(INVALID, `Value is not a Reference Path: ${handler.ResultPath}`, `${place}/ResultPath`);
      }
      checkRetrier(handler, place, report);
    });
  }
}

function checkRetrier(retrier: Fields, at: string, report: Report): void {
  const within = (field: string, least: number, most: number, isInteger = true) => {
    const value = retrier[field];
    if (value === undefined) return;
    if (
      typeof value === "number" && value >= least && value <= most && (!isInteger || Number.isInteger(value))
    ) return;
    report(INVALID, `The field '${field}' should be a number from ${least} to ${most}`, `${at}/${field}`);
  };
  within("IntervalSeconds", 0, 99_999_999);
  within("MaxAttempts", 0, 99_999_999);
  within("MaxDelaySeconds", 1, 31_622_400);
  within("BackoffRate", 1, Number.MAX_VALUE, false);
  const jitter = retrier.JitterStrategy;
  if (jitter !== undefined && jitter !== "FULL" && jitter !== "NONE") {
    report(INVALID, "The field 'JitterStrategy' should have one of these values: [FULL, NONE]", at);
  }
}

function checkRule(rule: unknown, at: string, report: Report): void {
  if (!isObject(rule)) return report(INVALID, "A choice rule should be an object", at);
  if (rule.Condition !== undefined) return report(UNSUPPORTED, "the JSONata field 'Condition'", at);
  if (rule.Assign !== undefined) return report(UNSUPPORTED, NOT_HERE.Assign!, at);
  for (const field of ["And", "Or"]) {
    const parts = rule[field];
    if (Array.isArray(parts)) {
      return parts.forEach((part, index) => checkRule(part, `${at}/${field}[${index}]`, report));
    }
  }
  if (rule.Not !== undefined) return checkRule(rule.Not, `${at}/Not`, report);
  const operators = Object.keys(rule).filter((field) => OPERATORS.includes(field));
  if (operators.length !== 1) {
    report(INVALID, "A choice rule should have exactly one comparison operator", at);
  }
  if (rule.Variable === undefined) return report(INVALID, "These fields are required: [Variable]", at);
  checkPath(rule.Variable, `${at}/Variable`, report);
  for (const operator of operators) {
    if (operator.endsWith("Path")) checkPath(rule[operator], `${at}/${operator}`, report);
  }
}
