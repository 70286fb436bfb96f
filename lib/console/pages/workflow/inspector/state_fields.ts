/** The fields of the state types, by query language, as the inspector shows them. */
import type { QueryLanguage } from "../document/asl.ts";

export type FieldKind =
  | "text"
  | "number"
  | "boolean"
  | "json"
  | "path"
  | "choice-of"
  | "resource";

export interface FieldRule {
  key: string;
  label: string;
  kind: FieldKind;
  help: string;
  types: readonly string[];
  /** Both when absent. */
  language?: QueryLanguage;
  group: Group;
  options?: readonly string[];
  /** Shown even when it is not set. */
  usual?: boolean;
}

export const GROUPS = ["What it does", "Input", "Output", "Time", "Other"] as const;
export type Group = typeof GROUPS[number];

const ALL = ["Task", "Pass", "Wait", "Choice", "Succeed", "Fail", "Parallel", "Map"];
const FLOWING = ["Task", "Pass", "Parallel", "Map"];
const CALLING = ["Task", "Parallel", "Map"];

export const STATE_FIELDS: readonly FieldRule[] = [
  field("Resource", "text", "What it does", ["Task"], "the ARN of the integration, function or activity", {
    kind: "resource",
    usual: true,
  }),
  field(
    "Arguments",
    "json",
    "What it does",
    ["Task", "Parallel"],
    "what is passed on, with {% JSONata %} in it",
    {
      language: "JSONata",
      usual: true,
    },
  ),
  field(
    "Parameters",
    "json",
    "What it does",
    ["Task", "Parallel", "Pass"],
    "what is passed on; keys that end in .$ hold paths",
    {
      language: "JSONPath",
      usual: true,
    },
  ),
  field("Parameters", "json", "What it does", ["Map"], "the older name of ItemSelector", {
    language: "JSONPath",
  }),
  field("Result", "json", "What it does", ["Pass"], "what the state returns", {
    language: "JSONPath",
    usual: true,
  }),
  field("Error", "text", "What it does", ["Fail"], "the name by which a Catch finds the error", {
    usual: true,
  }),
  field("ErrorPath", "path", "What it does", ["Fail"], "where the name is in the input", {
    language: "JSONPath",
  }),
  field("Cause", "text", "What it does", ["Fail"], "what people read", { usual: true }),
  field("CausePath", "path", "What it does", ["Fail"], "where the cause is in the input", {
    language: "JSONPath",
  }),
  field("Seconds", "number", "What it does", ["Wait"], "how long to wait", { usual: true }),
  field("SecondsPath", "path", "What it does", ["Wait"], "where the seconds are in the input", {
    language: "JSONPath",
  }),
  field("Timestamp", "text", "What it does", ["Wait"], "until when, such as 2030-01-31T12:00:00Z"),
  field("TimestampPath", "path", "What it does", ["Wait"], "where the time is in the input", {
    language: "JSONPath",
  }),
  field("Items", "json", "What it does", ["Map"], "the list, or {% JSONata %} that makes it", {
    language: "JSONata",
    usual: true,
  }),
  field("ItemsPath", "path", "What it does", ["Map"], "where the list is in the input", {
    language: "JSONPath",
    usual: true,
  }),
  field("ItemSelector", "json", "What it does", ["Map"], "what each item's states get"),
  field("ItemReader", "json", "What it does", ["Map"], "the file or bucket that has the items (distributed)"),
  field("ItemBatcher", "json", "What it does", ["Map"], "how many items one execution gets (distributed)"),
  field("MaxConcurrency", "number", "What it does", ["Map"], "how many items at once; 0 for no limit", {
    usual: true,
  }),
  field("MaxConcurrencyPath", "path", "What it does", ["Map"], "where that number is", {
    language: "JSONPath",
  }),
  field("ToleratedFailurePercentage", "number", "What it does", ["Map"], "of the items (distributed)"),
  field("ToleratedFailureCount", "number", "What it does", ["Map"], "of items (distributed)"),
  field("Label", "text", "What it does", ["Map"], "part of the name of its executions (distributed)"),
  field("ResultWriter", "json", "Output", ["Map"], "where the results are written (distributed)"),
  field(
    "InputPath",
    "path",
    "Input",
    ALL.filter((type) => type !== "Fail"),
    "the part of the input that the state gets",
    {
      language: "JSONPath",
    },
  ),
  field("ResultSelector", "json", "Output", CALLING, "what is kept of the result", { language: "JSONPath" }),
  field("ResultPath", "path", "Output", FLOWING, "where in the input the result is put; null drops it", {
    language: "JSONPath",
  }),
  field("OutputPath", "path", "Output", ALL.filter((type) => type !== "Fail"), "the part that is passed on", {
    language: "JSONPath",
    usual: true,
  }),
  field(
    "Output",
    "json",
    "Output",
    ALL.filter((type) => type !== "Fail"),
    "what is passed on, with {% JSONata %} in it",
    {
      language: "JSONata",
      usual: true,
    },
  ),
  field(
    "Assign",
    "json",
    "Output",
    ALL.filter((type) => type !== "Fail" && type !== "Succeed"),
    "variables for the states that follow",
  ),
  field("TimeoutSeconds", "number", "Time", ["Task"], "the error States.Timeout after this", { usual: true }),
  field("TimeoutSecondsPath", "path", "Time", ["Task"], "where that number is", { language: "JSONPath" }),
  field("HeartbeatSeconds", "number", "Time", ["Task"], "the longest pause between two heartbeats"),
  field("HeartbeatSecondsPath", "path", "Time", ["Task"], "where that number is", { language: "JSONPath" }),
  field("Credentials", "json", "Other", ["Task"], "the role of another account"),
  field("QueryLanguage", "choice-of", "Other", ALL, "how this state reads its data", {
    options: ["JSONPath", "JSONata"],
  }),
];

function field(
  key: string,
  kind: FieldKind,
  group: Group,
  types: readonly string[],
  help: string,
  more: Partial<FieldRule> = {},
): FieldRule {
  return { key, label: words(key), kind, group, types, help, ...more };
}

/** `TimeoutSeconds` as people read it: `Timeout seconds`. */
export function words(key: string): string {
  const text = key.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
  return text[0]!.toUpperCase() + text.slice(1);
}

/** Fields that have a form of their own, or are not edited as fields. */
const OWN_FORMS = [
  "Type",
  "Comment",
  "Next",
  "End",
  "Default",
  "Choices",
  "Retry",
  "Catch",
  "Branches",
  "ItemProcessor",
  "Iterator",
];

export function fieldsOf(type: string, language: QueryLanguage): FieldRule[] {
  return STATE_FIELDS.filter((rule) => rule.types.includes(type) && (rule.language ?? language) === language);
}

/** The fields that a state has and the inspector has no form for: shown as they are. */
export function unknownFields(
  state: Readonly<Record<string, unknown>>,
  rules: readonly FieldRule[],
): string[] {
  const known = new Set([...OWN_FORMS, ...rules.map(({ key }) => key)]);
  return Object.keys(state).filter((key) => !known.has(key));
}

/** The operators of choice rules, by what they compare with. */
export const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  text: [
    "StringEquals",
    "StringMatches",
    "StringLessThan",
    "StringLessThanEquals",
    "StringGreaterThan",
    "StringGreaterThanEquals",
  ],
  number: [
    "NumericEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
  ],
  boolean: ["BooleanEquals"],
  time: [
    "TimestampEquals",
    "TimestampLessThan",
    "TimestampLessThanEquals",
    "TimestampGreaterThan",
    "TimestampGreaterThanEquals",
  ],
  is: ["IsPresent", "IsNull", "IsString", "IsNumeric", "IsBoolean", "IsTimestamp"],
};

export const COMPARISONS: readonly string[] = Object.values(OPERATORS).flat().flatMap((operator) =>
  operator.startsWith("Is") || operator === "StringMatches" ? [operator] : [operator, `${operator}Path`]
);

/** What an operator compares with before anybody has typed it. */
export function firstOperand(operator: string): unknown {
  if (operator.endsWith("Path")) return "$.";
  if (operator.startsWith("Is") || operator.startsWith("Boolean")) return true;
  if (operator.startsWith("Numeric")) return 0;
  return operator.startsWith("Timestamp") ? "2030-01-01T00:00:00Z" : "";
}

/** Names of errors that people retry and catch. Source: Step Functions' guide, "Error names". */
export const ERROR_NAMES = [
  "States.ALL",
  "States.Timeout",
  "States.TaskFailed",
  "States.HeartbeatTimeout",
  "States.Permissions",
  "States.DataLimitExceeded",
  "States.ResultPathMatchFailure",
  "States.ParameterPathFailure",
  "States.BranchFailed",
  "States.NoChoiceMatched",
  "States.IntrinsicFailure",
  "States.ExceedToleratedFailureThreshold",
  "States.ItemReaderFailed",
  "States.ResultWriterFailed",
  "States.QueryEvaluationError",
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
  "Lambda.TooManyRequestsException",
  "Lambda.ClientExecutionTimeoutException",
  "THRESHOLD_CONFIDENCE_NOT_MET",
];
