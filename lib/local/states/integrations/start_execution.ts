/** The tasks `arn:aws:states:::states:startExecution`, also with `.sync` and `.sync:2`, which wait for its end. */
import { describeExecution, startExecution, stopExecution } from "../executions.ts";
import type { Json } from "../language/asl.ts";
import { isObject } from "../language/paths.ts";
import { httpMetadata } from "./http_metadata.ts";
import type { Integration, Pattern } from "./integration.ts";
import { jobFailed, untilEnded } from "./jobs.ts";
import { taskInput } from "./parameters.ts";
import { serviceFailure } from "./sdk.ts";

type Described = Record<string, unknown> & { readonly status: string };

export const startExecutionTask: Integration = {
  service: { resourceType: "states", resource: "startExecution" },
  patterns: ["", ".sync", ".sync:2", ".waitForTaskToken"],
  parameters: ["StateMachineArn", "Name", "Input", "TraceHeader"],
  unsupported: [],
  required: ["StateMachineArn"],
  managedRule: "StepFunctionsGetEventsForStepFunctionsExecutionRule",
  call(parameters, { core, principal, signal }) {
    const given = JSON.parse(parameters);
    const { StateMachineArn: stateMachineArn, Name: name, TraceHeader: traceHeader, Input } = given;
    const input = Input === undefined || Input === null ? undefined : inputText(Input);
    const members = taskInput(
      startExecution.input,
      { stateMachineArn, name, traceHeader, input },
      parameters,
    );
    const caller = { principal: principal(), signal };
    try {
      const { executionArn, startDate } = core.call(startExecution, members, caller);
      const metadata = httpMetadata({ executionArn, startDate });
      return { ExecutionArn: executionArn, ...metadata, StartDate: milliseconds(startDate) };
    } catch (error) {
      throw serviceFailure(error, "StepFunctions", "AWSStepFunctions", className);
    }
  },
  async finish(submitted, pattern, caller) {
    const { ExecutionArn: executionArn } = submitted as { ExecutionArn: string };
    const { core, principal, cancelled } = caller;
    const ask = () => {
      const described = core.call(describeExecution, { executionArn }, {
        principal: principal(),
      }) as Described;
      return described.status === "RUNNING" ? undefined : described;
    };
    cancelled.addEventListener("abort", () => {
      // As on AWS, the child is stopped as far as the role may do so.
      try {
        core.call(stopExecution, { executionArn }, { principal: principal() });
      } catch {
        // It runs on.
      }
    });
    let ended: Described;
    try {
      ended = await untilEnded(ask, caller);
    } catch (error) {
      throw serviceFailure(error, "StepFunctions", "AWSStepFunctions", className);
    }
    const shown = described(ended, pattern);
    if (ended.status !== "SUCCEEDED") throw jobFailed(shown);
    return shown;
  },
};

/** The members of DescribeExecution that AWS shows, in its order. */
const MEMBERS = [
  ...["cause", "error", "executionArn", "input", "inputDetails", "name", "output", "outputDetails"],
  ...["startDate", "stateMachineArn", "status", "stopDate"],
];

/** Data is text in the first version of `.sync`, and JSON in the second. */
function described(execution: Described, pattern: Pattern): Json {
  const entries = MEMBERS.filter((name) => execution[name] !== undefined).map((name) => {
    const value = execution[name];
    const key = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    if (name.endsWith("Date")) return [key, milliseconds(value as number)];
    if (isObject(value)) return [key, { Included: true }];
    const isData = name === "input" || name === "output";
    return [key, isData && pattern === ".sync:2" ? JSON.parse(value as string) : value];
  });
  return Object.fromEntries(entries);
}

function inputText(input: Json): string {
  return typeof input === "string" ? input : JSON.stringify(input);
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** The Java SDK's exceptions are the codes with a suffix; it has a general one for codes without a class. */
function className(code: string): string {
  if (code === "AccessDeniedException") return "AWSStepFunctionsException";
  return code.endsWith("Exception") ? code : `${code}Exception`;
}
