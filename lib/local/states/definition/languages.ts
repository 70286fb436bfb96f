/**
 * The fields of states, by type and query language. The messages are those of ValidateStateMachineDefinition, as
 * measured in https://github.com/floci-io/floci/issues/2968.
 */
import type { QueryLanguage } from "../language/asl.ts";
import type { Fields, Report } from "./report.ts";

const LANGUAGES: readonly unknown[] = ["JSONPath", "JSONata"];

const DATA_FLOW = ["Type", "Comment", "QueryLanguage", "InputPath", "OutputPath", "Output", "Assign"];
const TRANSITION = ["Next", "End"];
const RECOVERY = ["ResultPath", "ResultSelector", "Retry", "Catch", "Parameters", "Arguments"];

/** The fields of each type of state, in both languages. */
export const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Task: [
    ...[...DATA_FLOW, ...TRANSITION, ...RECOVERY, "Resource", "Credentials"],
    ...["TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"],
  ],
  Wait: [...DATA_FLOW, ...TRANSITION, "Seconds", "SecondsPath", "Timestamp", "TimestampPath"],
  Pass: [...DATA_FLOW, ...TRANSITION, "ResultPath", "Parameters", "Result"],
  Succeed: DATA_FLOW.filter((field) => field !== "Assign"),
  Fail: ["Type", "Comment", "QueryLanguage", "Error", "ErrorPath", "Cause", "CausePath"],
  Choice: [...DATA_FLOW, "Choices", "Default"],
  Parallel: [...DATA_FLOW, ...TRANSITION, ...RECOVERY, "Branches"],
  Map: [
    ...[...DATA_FLOW, ...TRANSITION, ...RECOVERY, "ItemProcessor", "Iterator", "ItemsPath", "Items"],
    ...["ItemSelector", "MaxConcurrency", "MaxConcurrencyPath", "ItemReader", "ItemBatcher", "ResultWriter"],
    ...["Label", "ToleratedFailureCount", "ToleratedFailureCountPath", "ToleratedFailurePercentage"],
    "ToleratedFailurePercentagePath",
  ],
};

/** In the order of AWS's messages. */
const ONLY: Readonly<Record<QueryLanguage, readonly string[]>> = {
  JSONPath: [
    ...["InputPath", "OutputPath", "ResultPath", "ResultSelector", "Parameters", "Result", "ItemsPath"],
    ...[
      "SecondsPath",
      "TimestampPath",
      "TimeoutSecondsPath",
      "HeartbeatSecondsPath",
      "ErrorPath",
      "CausePath",
    ],
    ...["MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath", "Variable"],
  ],
  JSONata: ["Output", "Arguments", "Items", "Condition"],
};

/**
 * The language that a state or machine has: JSONPath only where that is written, or inherited.
 * @param outer the language of the whole definition
 */
export function languageOf(
  { QueryLanguage: given }: Fields,
  at: string,
  report: Report,
  outer: QueryLanguage = "JSONPath",
): QueryLanguage {
  if (given === undefined) return outer;
  const place = `${at}/QueryLanguage`;
  if (typeof given !== "string") report.invalid("Expected value of type [STRING]", place);
  else if (!LANGUAGES.includes(given)) {
    report.invalid("Value should be one of the following: [JSONPath, JSONata]", place);
  }
  return given === "JSONPath" ? "JSONPath" : "JSONata";
}

/** Reports the fields that belong to the other language. @param at the place of the state, catcher or rule */
export function checkOtherLanguage(
  holder: Fields,
  language: QueryLanguage,
  at: string,
  report: Report,
): void {
  const other = language === "JSONPath" ? "JSONata" : "JSONPath";
  for (const field of ONLY[other]) {
    if (holder[field] === undefined) continue;
    report.invalid(
      `The QueryLanguage is set to '${language}', but field '${field}' is only supported for the '${other}' ` +
        "QueryLanguage",
      at,
    );
  }
}
