/** The rules of a state's simple fields: their types, and which of them exclude each other. */
import type { Fields, Report } from "./report.ts";

interface Rule {
  /** What the field should be, for the message. */
  readonly what: string;
  holds(value: unknown): boolean;
}

const text: Rule = { what: "a string", holds: (value) => typeof value === "string" };
const list: Rule = { what: "an array", holds: Array.isArray };
const fullList: Rule = {
  what: "a non-empty array",
  holds: (value) => Array.isArray(value) && value.length > 0,
};
const object: Rule = {
  what: "an object",
  holds: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};
const onlyTrue: Rule = { what: "true", holds: (value) => value === true };

function number(least: number, isInteger = true): Rule {
  return {
    what: `${isInteger ? "an integer" : "a number"} of ${least} or more`,
    holds: (value) => typeof value === "number" && value >= least && (!isInteger || Number.isInteger(value)),
  };
}

const STATE_FIELDS: Readonly<Record<string, Rule>> = {
  Comment: text,
  End: onlyTrue,
  Next: text,
  Default: text,
  Resource: text,
  Error: text,
  Cause: text,
  Seconds: number(0, false),
  Timestamp: text,
  TimeoutSeconds: number(1),
  HeartbeatSeconds: number(1),
  MaxConcurrency: number(0),
  ToleratedFailureCount: number(0),
  ToleratedFailurePercentage: number(0, false),
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

/** Fields of which a type of state has exactly one, or one at most, and the code of the error. */
const CHOICES_OF_FIELDS: Readonly<
  Record<string, readonly { code: string; exactly?: boolean; fields: readonly string[] }[]>
> = {
  Task: [
    { code: "TASK_TIMEOUT", fields: ["TimeoutSeconds", "TimeoutSecondsPath"] },
    { code: "TASK_HEARTBEAT", fields: ["HeartbeatSeconds", "HeartbeatSecondsPath"] },
  ],
  Map: [
    { code: "MAP_ITEM_PROCESSOR", exactly: true, fields: ["ItemProcessor", "Iterator"] },
    { code: "MAP_ITEM_SELECTOR", fields: ["ItemSelector", "Parameters"] },
    { code: "MAP_CONCURRENCY_ERROR", fields: ["MaxConcurrency", "MaxConcurrencyPath"] },
  ],
  Wait: [
    {
      code: "WAIT_DURATION",
      exactly: true,
      fields: ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"],
    },
  ],
  Fail: [
    { code: "FAIL_CAUSE_PROPERTY", fields: ["Cause", "CausePath"] },
    { code: "FAIL_ERROR_PROPERTY", fields: ["Error", "ErrorPath"] },
  ],
};

/** Types without a transition. */
const TERMINAL = ["Succeed", "Fail", "Choice"];

/** @param type a known type */
export function checkStateFields(state: Fields, type: string, at: string, report: Report): void {
  checkFields(state, STATE_FIELDS, at, report);
  const choices = CHOICES_OF_FIELDS[type] ?? [];
  const transition = { code: "TERMINAL_STATE_WITH_NEXT", exactly: true, fields: ["End", "Next"] };
  for (const { code, exactly, fields } of TERMINAL.includes(type) ? choices : [...choices, transition]) {
    const count = fields.filter((field) => state[field] !== undefined).length;
    if (count === 1 || (count === 0 && !exactly)) continue;
    const how = exactly ? "exactly" : "at most";
    report.add(code, `A ${type} state should have ${how} one of the fields [${fields.join(", ")}]`, at);
  }
}

/** Checks a machine's fields beside its states. @param isWhole not for the processor of a Map state */
export function checkMachineFields(machine: Fields, at: string, isWhole: boolean, report: Report): void {
  checkFields(machine, MACHINE_FIELDS, at, report);
  const known = ["States", "StartAt", "QueryLanguage", ...Object.keys(MACHINE_FIELDS)];
  for (const field of isWhole ? Object.keys(machine) : []) {
    if (!known.includes(field)) report.invalid(`Field '${field}' is not supported`, at || "/");
  }
}

function checkFields(
  holder: Fields,
  rules: Readonly<Record<string, Rule>>,
  at: string,
  report: Report,
): void {
  for (const [field, { what, holds }] of Object.entries(rules)) {
    const value = holder[field];
    if (value === undefined || holds(value)) continue;
    report.invalid(`The field '${field}' should be ${what}`, `${at}/${field}`);
  }
}
