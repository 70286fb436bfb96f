/** The rules of a state's simple fields: their types, and which of them exclude each other. */
import type { QueryLanguage } from "../language/asl.ts";
import { isExpression } from "../language/jsonata/evaluate.ts";
import type { Fields, Report } from "./report.ts";

/** Says what is wrong with a value; undefined when it is right. */
type Rule = (value: unknown) => string | undefined;

function type(name: string, holds: (value: unknown) => boolean): Rule {
  return (value) => holds(value) ? undefined : `Expected value of type [${name}]`;
}

const text = type("STRING", (value) => typeof value === "string");
const flag = type("BOOLEAN", (value) => typeof value === "boolean");
const list = type("ARRAY", Array.isArray);
const object = type(
  "OBJECT",
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);
const fullList: Rule = (value) =>
  list(value) ?? ((value as unknown[]).length > 0 ? undefined : "The array must not be empty");

function number(least: number, most = Infinity, name: "INTEGER" | "NUMBER" = "INTEGER"): Rule {
  const shown = (limit: number) => name === "NUMBER" ? limit.toFixed(1) : String(limit);
  return (value) => {
    if (typeof value !== "number" || (name === "INTEGER" && !Number.isInteger(value))) {
      return `Expected value of type [${name}]`;
    }
    if (value < least) return `Minimum value is ${shown(least)}`;
    return value > most ? `Maximum value is ${shown(most)}` : undefined;
  };
}

const STATE_FIELDS: Readonly<Record<string, Rule>> = {
  Comment: text,
  End: flag,
  Next: text,
  Default: text,
  Resource: text,
  Error: text,
  Cause: text,
  Seconds: number(0, 99_999_999),
  Timestamp: text,
  TimeoutSeconds: number(1, 99_999_999),
  HeartbeatSeconds: number(1, 99_999_999),
  MaxConcurrency: number(0),
  ToleratedFailureCount: number(0),
  ToleratedFailurePercentage: number(0, 100, "NUMBER"),
  Choices: fullList,
  Branches: list,
  ItemProcessor: object,
  Iterator: object,
  Retry: list,
  Catch: list,
  SecondsPath: text,
  TimestampPath: text,
  TimeoutSecondsPath: text,
  HeartbeatSecondsPath: text,
  ItemsPath: text,
  MaxConcurrencyPath: text,
  ErrorPath: text,
  CausePath: text,
};

const MACHINE_FIELDS: Readonly<Record<string, Rule>> = {
  Comment: text,
  Version: text,
  TimeoutSeconds: number(0),
};

/** Numbers that can be expressions. */
const EVALUATED = [
  ...["TimeoutSeconds", "HeartbeatSeconds", "Seconds", "MaxConcurrency"],
  ...["ToleratedFailureCount", "ToleratedFailurePercentage"],
];

/** Fields of which a type of state has one at most. */
const AT_MOST_ONE: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Task: [["TimeoutSeconds", "TimeoutSecondsPath"], ["HeartbeatSeconds", "HeartbeatSecondsPath"]],
  Map: [
    ["ItemProcessor", "Iterator"],
    ["ItemSelector", "Parameters"],
    ["MaxConcurrency", "MaxConcurrencyPath"],
    ["ToleratedFailureCount", "ToleratedFailureCountPath"],
    ["ToleratedFailurePercentage", "ToleratedFailurePercentagePath"],
  ],
  Wait: [["Seconds", "SecondsPath", "Timestamp", "TimestampPath"]],
  Fail: [["Cause", "CausePath"], ["Error", "ErrorPath"]],
};

/** Types without a transition. */
const TERMINAL = ["Succeed", "Fail", "Choice"];

/** @param type a known type */
export function checkStateFields(
  state: Fields,
  type: string,
  language: QueryLanguage,
  at: string,
  report: Report,
): void {
  checkFields(state, STATE_FIELDS, at, report, language === "JSONata" ? EVALUATED : []);
  const choices = AT_MOST_ONE[type] ?? [];
  for (const fields of TERMINAL.includes(type) ? choices : [...choices, ["End", "Next"]]) {
    const given = fields.filter((field) => state[field] !== undefined && state[field] !== false);
    if (given.length > 1) {
      report.invalid(`There should only be one of the following fields: [${given.join(", ")}]`, at);
    }
    const isNeeded = fields[0] === "Seconds" || fields[0] === "ItemProcessor" || fields[0] === "End";
    if (given.length === 0 && isNeeded) {
      report.invalid(`There should be one of the following fields: [${fields.join(", ")}]`, at);
    }
  }
}

/** Checks a machine's fields beside its states. @param isWhole not for the processor of a Map state */
export function checkMachineFields(machine: Fields, at: string, isWhole: boolean, report: Report): void {
  checkFields(machine, MACHINE_FIELDS, at, report, []);
  const known = [
    "States",
    "StartAt",
    ...(at === "" ? ["QueryLanguage"] : []),
    ...Object.keys(MACHINE_FIELDS),
  ];
  if (!isWhole) known.push("ProcessorConfig");
  for (const field of Object.keys(machine)) {
    if (!known.includes(field)) report.invalid(`Field '${field}' is not supported`, at || "/");
  }
}

function checkFields(
  holder: Fields,
  rules: Readonly<Record<string, Rule>>,
  at: string,
  report: Report,
  evaluated: readonly string[],
): void {
  for (const [field, problem] of Object.entries(rules)) {
    const value = holder[field];
    if (value === undefined || (evaluated.includes(field) && isExpression(value))) continue;
    const message = problem(value);
    if (message !== undefined) report.invalid(message, `${at}/${field}`);
  }
}
