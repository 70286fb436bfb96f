/** The machine whose executions are killed, and the function that its tasks call. */
import { appendFileSync } from "node:fs";
import { type Handler, task } from "../states/testing.ts";
import { choices } from "./testing.ts";

/** In the state directory: a line for each call. */
export const CALLS_FILE = "calls.txt";

const step = (name: string, rest: object) =>
  task({
    Parameters: {
      FunctionName: "f",
      Payload: { step: name, "name.$": "$$.Execution.Name", "item.$": "States.JsonToString($)" },
    },
    ResultPath: null,
    ...rest,
  });

export const MACHINE = {
  StartAt: "First",
  States: {
    First: step("First", { Assign: { "who.$": "$$.Execution.Name" }, Next: "Rest" }),
    Rest: { Type: "Wait", Seconds: 1, Next: "Each" },
    Each: {
      Type: "Map",
      ItemsPath: "$.items",
      ItemProcessor: {
        StartAt: "Keep",
        States: {
          Keep: {
            Type: "Pass",
            QueryLanguage: "JSONata",
            Assign: { mine: "{% $states.input & '@' & $who %}" },
            Next: "Item",
          },
          Item: step("Item", { Next: "Read" }),
          Read: { Type: "Pass", Parameters: { "item.$": "$", "mine.$": "$mine" }, End: true },
        },
      },
      ResultPath: "$.done",
      Next: "Both",
    },
    Both: {
      Type: "Parallel",
      Branches: [
        { StartAt: "Left", States: { Left: step("Left", { End: true }) } },
        { StartAt: "Right", States: { Right: step("Right", { End: true }) } },
      ],
      ResultPath: null,
      Next: "Last",
    },
    Last: step("Last", { Next: "Read variables" }),
    "Read variables": {
      Type: "Pass",
      QueryLanguage: "JSONata",
      Output: "{% $merge([$states.input, {'who': $who}]) %}",
      End: true,
    },
  },
};

/** Tasks of one execution of the machine. */
export const TASKS = 6;

/** Appends one line per call and takes a moment. */
export function recordCall(file: string, seed: number): Handler {
  return async (event) => {
    const { step, name, item } = event as { step: string; name: string; item: string };
    const call = `${name} ${step} ${step === "Item" ? item : ""}`;
    appendFileSync(file, `${call}\n`);
    await new Promise((resolve) => setTimeout(resolve, choices(seed, call).between(0, 30)));
    return null;
  };
}
