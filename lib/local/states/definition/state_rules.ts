/** The rules of a state: its fields, its resource, Retry and Catch, choice rules. */
import { sdkOperation, unknownParameters } from "../integrations/aws_sdk.ts";
import { resourceOf, type TaskResource } from "../integrations/resource.ts";
import type { MachineType, QueryLanguage } from "../language/asl.ts";
import { timestamp } from "../language/choice_rules.ts";
import { isExpression } from "../language/jsonata/evaluate.ts";
import { isObject, referencePath } from "../language/paths.ts";
import { checkChoices } from "./choice_rules.ts";
import { checkDistributedMap } from "./distributed_map_rules.ts";
import { checkStateFields } from "./field_rules.ts";
import { checkOtherLanguage, FIELDS } from "./languages.ts";
import type { Fields, Report } from "./report.ts";
import { checkAssign, checkPaths } from "./value_rules.ts";
import { collectExpressions, type Place } from "./variables.ts";

const REQUIRED: Record<string, readonly string[]> = {
  Task: ["Resource"],
  Choice: ["Choices"],
  Parallel: ["Branches"],
};

/** Fields that AWS supports and the local AWS does not. */
const UNSUPPORTED_FIELDS: Record<string, string> = {
  Credentials: "cross-account 'Credentials'",
};

/** Checks a state, but not the machines within it; returns whether its type is known. */
export function checkState(
  state: Fields,
  place: Place,
  at: string,
  type: MachineType,
  report: Report,
): boolean {
  if (!report.required(state, ["Type"], at)) return false;
  const { Type } = state;
  const { language } = place;
  if (typeof Type !== "string" || !Object.hasOwn(FIELDS, Type)) {
    const types = Object.keys(FIELDS).join(", ");
    report.invalid(`The field 'Type' should have one of these values: [${types}]`, `${at}/Type`);
    return false;
  }
  for (const field of Object.keys(state)) {
    if (!FIELDS[Type]!.includes(field)) report.invalid(`Field '${field}' is not supported`, at);
    else if (Object.hasOwn(UNSUPPORTED_FIELDS, field)) {
      report.unsupported(UNSUPPORTED_FIELDS[field]!, `${at}/${field}`);
    }
  }
  checkOtherLanguage(state, language, at, report);
  report.required(state, REQUIRED[Type] ?? [], at);
  checkStateFields(state, Type, language, at, report);
  if (language === "JSONPath") checkPaths(state, place, at, report);
  else collectExpressions(state, place, at, report);
  checkRecovery(state, place, at, report);
  if (Type === "Task") checkTask(state, language, at, type, report);
  if (Type === "Map") checkDistributedMap(state, at, type, report);
  const { Timestamp, Choices } = state;
  if (
    typeof Timestamp === "string" && timestamp(Timestamp) === undefined && !isEvaluated(Timestamp, language)
  ) {
    report.invalid("String does not match RFC3339 timestamp", `${at}/Timestamp`);
  }
  if (Array.isArray(Choices)) checkChoices(Choices, place, at, report);
  return true;
}

function isEvaluated(value: unknown, language: QueryLanguage): boolean {
  return language === "JSONata" && isExpression(value);
}

function checkTask(
  state: Fields,
  language: QueryLanguage,
  at: string,
  type: MachineType,
  report: Report,
): void {
  const { Resource: named } = state;
  if (typeof named !== "string") return;
  const place = `${at}/Resource`;
  const pattern = named.match(/\.(waitForTaskToken|sync)/)?.[0];
  const isActivity = /^arn:[\w-]+:states:[^:]*:[^:]*:activity:/.test(named);
  if (type === "EXPRESS" && (pattern || isActivity)) {
    const what = isActivity
      ? "Activity ARN"
      : `'${pattern}' service integration${pattern === ".waitForTaskToken" ? " " : ""}`;
    return report.invalid(`Express state machine does not support ${what}`, place);
  }
  const resource = resourceOf(named);
  if (resource) {
    const field = language === "JSONata" ? "Arguments" : "Parameters";
    // What an expression returns is known when the state runs.
    if (resource.kind === "service" && !isEvaluated(state[field], language)) {
      checkService(resource, state[field], `${at}/${field}`, at, report);
    }
    return;
  }
  if (named.startsWith("arn:aws:states:::")) {
    return report.unsupported(`the service integration '${named}'`, place);
  }
  report.invalid(
    `The resource provided ${named} is not recognized. The value is not a valid resource ARN, or the ` +
      "resource is not available in this region.",
    place,
  );
}

/** Checks the parameters of a service integration, and that a callback's token is among them. */
function checkService(
  { integration, service }: Extract<TaskResource, { kind: "service" }>,
  parameters: unknown,
  place: string,
  at: string,
  report: Report,
): void {
  const given = isObject(parameters) ? Object.keys(parameters).map((key) => key.replace(/\.\$$/, "")) : [];
  const [, sdk] = service.resourceType.split(":");
  if (sdk !== undefined) {
    const operation = sdkOperation(sdk, integration.service.resource, report.findOperation);
    if (!operation) {
      return report.unsupported(
        `the service integration 'arn:aws:states:::${service.resourceType}:${service.resource}'`,
        `${at}/Resource`,
      );
    }
    for (const field of unknownParameters(operation, given)) {
      report.invalid(`The field "${field}" is not supported by Step Functions`, place);
    }
    return;
  }
  for (const field of given) {
    if (integration.parameters.includes(field)) continue;
    if (integration.unsupported.includes(field)) {
      report.unsupported(
        `the field "${field}" of arn:aws:states:::${service.resourceType}:${service.resource}`,
        place,
      );
    } else report.invalid(`The field "${field}" is not supported by Step Functions`, place);
  }
  for (const field of integration.required) {
    if (!given.includes(field)) report.invalid(`The field "${field}" is required but was missing`, place);
  }
}

function checkRecovery(state: Fields, place: Place, at: string, report: Report): void {
  for (const field of ["Retry", "Catch"]) {
    const handlers = state[field];
    if (!Array.isArray(handlers)) continue;
    handlers.forEach((handler, index) => {
      const within = `${at}/${field}[${index}]`;
      if (!isObject(handler)) return report.invalid("Expected value of type [OBJECT]", within);
      const fields = field === "Catch" ? ["ErrorEquals", "Next"] : ["ErrorEquals"];
      if (!report.required(handler, fields, within)) return;
      if (field === "Catch") {
        checkOtherLanguage(handler, place.language, within, report);
        if (place.language === "JSONPath") checkAssign(handler, place, within, report);
      }
      checkHandler(handler, index === handlers.length - 1, within, report);
    });
  }
}

/** Checks a retrier or a catcher. */
function checkHandler(handler: Fields, isLast: boolean, at: string, report: Report): void {
  const { ErrorEquals: errors, ResultPath } = handler;
  if (!Array.isArray(errors) || errors.length === 0) {
    return report.invalid("The field 'ErrorEquals' should be a non-empty array", `${at}/ErrorEquals`);
  }
  if (!errors.every((error) => typeof error === "string")) {
    report.invalid("The elements of 'ErrorEquals' should be strings", `${at}/ErrorEquals`);
  }
  if (errors.includes("States.ALL") && (errors.length > 1 || !isLast)) {
    report.invalid("States.ALL must be alone in 'ErrorEquals' and in the last element", `${at}/ErrorEquals`);
  }
  if (typeof ResultPath === "string" && !referencePath(ResultPath)) {
    report.invalid(`Value is not a Reference Path: ${ResultPath}`, `${at}/ResultPath`);
  }
  checkRetrier(handler, at, report);
}

function checkRetrier(retrier: Fields, at: string, report: Report): void {
  const within = (field: string, least: number, most: number, isInteger = true) => {
    const value = retrier[field];
    if (value === undefined) return;
    if (
      typeof value === "number" && value >= least && value <= most && (!isInteger || Number.isInteger(value))
    ) return;
    report.invalid(`The field '${field}' should be a number from ${least} to ${most}`, `${at}/${field}`);
  };
  within("IntervalSeconds", 0, 99_999_999);
  within("MaxAttempts", 0, 99_999_999);
  within("MaxDelaySeconds", 1, 31_622_400);
  within("BackoffRate", 1, Number.MAX_VALUE, false);
  const jitter = retrier.JitterStrategy;
  if (jitter !== undefined && jitter !== "FULL" && jitter !== "NONE") {
    report.invalid("The field 'JitterStrategy' should have one of these values: [FULL, NONE]", at);
  }
}
