/** Definitions for the tests of the document. */
import type { Machine } from "../../../../lib/console/pages/workflow/document/asl.ts";

/** A chain of Pass states of these names. */
export function chain(...names: string[]): Machine {
  return {
    StartAt: names[0],
    States: Object.fromEntries(
      names.map((name, index) => [name, { Type: "Pass", ...next(names[index + 1]) }]),
    ),
  };
}

function next(name: string | undefined) {
  return name === undefined ? { End: true } : { Next: name };
}

/** The names along the chain from the start, by Next. */
export function order(machine: Machine): string[] {
  const states = machine.States as Record<string, { Next?: string }>;
  const names: string[] = [];
  for (let at = machine.StartAt as string | undefined; at !== undefined && !names.includes(at);) {
    names.push(at);
    at = states[at]?.Next;
  }
  return names;
}

/** Every kind of transition, nested machines and fields that the editor does not know. */
export const MIXED: Machine = {
  Comment: "Everything",
  StartAt: "Sort",
  QueryLanguage: "JSONPath",
  TimeoutSeconds: 300,
  States: {
    Sort: {
      Type: "Choice",
      Choices: [
        { Variable: "$.size", NumericGreaterThan: 10, Next: "Split" },
        {
          And: [{ Variable: "$.a", IsPresent: true }, { Variable: "$.b", StringMatches: "x*" }],
          Next: "Each",
        },
      ],
      Default: "Ask",
    },
    Ask: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Parameters: { FunctionName: "${AskFunctionArn}", "Payload.$": "$" },
      Retry: [{ ErrorEquals: ["States.TaskFailed"], MaxAttempts: 3, FutureField: true }],
      Catch: [{ ErrorEquals: ["Busy"], Next: "Rest" }, { ErrorEquals: ["States.ALL"], Next: "Broken" }],
      Next: "Sort",
    },
    Rest: { Type: "Wait", Seconds: 2, Next: "Ask" },
    Broken: { Type: "Fail", Error: "Broken", Cause: "It is." },
    Split: {
      Type: "Parallel",
      Branches: [chain("L1", "L2"), { StartAt: "R1", States: { R1: { Type: "Succeed" } } }],
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "Broken" }],
      Next: "Each",
    },
    Each: {
      Type: "Map",
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        ...chain("I1", "I2"),
      },
      ItemReader: { Resource: "arn:aws:states:::s3:listObjectsV2", Parameters: { Bucket: "b" } },
      End: true,
    },
    Alone: { Type: "Pass", Unknown: { kept: [1, 2.0] }, End: true },
  },
};
