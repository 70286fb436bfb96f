/** TestState: runs one state alone, and shows the data between its fields. */
import { AwsError, unsupported } from "../errors.ts";
import { boolean, type Infer, integer, required, string, structure } from "../shapes.ts";
import { operation } from "./context.ts";
import { requireValid, requireValidState } from "./definition/diagnose.ts";
import { type MapTest, type TestedState, testState as run } from "./interpreter/lone_state.ts";
import { DATA_LIMIT, type Json, readMachine, type State, statesOf } from "./language/asl.ts";
import { StateFailure } from "./language/failures.ts";
import { parseUserJson } from "./language/json_text.ts";
import { isObject } from "./language/paths.ts";
import { requireRoleArn } from "./state_machines.ts";

const mock = structure({
  result: string({ max: DATA_LIMIT }),
  errorOutput: structure({ error: string({ max: 256 }), cause: string({ max: 32_768 }) }),
  fieldValidationMode: string({ values: ["STRICT", "PRESENT", "NONE"] }),
});

const input = structure({
  definition: required(string({ min: 1, max: 1_048_576 })),
  roleArn: string({ min: 1, max: 256 }),
  input: string({ max: DATA_LIMIT }),
  inspectionLevel: string({ values: ["INFO", "DEBUG", "TRACE"] }),
  revealSecrets: boolean(),
  variables: string({ max: DATA_LIMIT }),
  stateName: string({ min: 1, max: 80 }),
  mock,
  context: string({ max: DATA_LIMIT }),
  stateConfiguration: structure({
    retrierRetryCount: integer({ min: 0 }),
    // The names of states within are not in what is returned.
    errorCausedByState: string({ min: 1, max: 80 }),
    mapIterationFailureCount: integer({ min: 0 }),
    mapItemReaderData: string({ max: DATA_LIMIT }),
  }),
});
type Input = Infer<typeof input>;

export const testState = operation({
  action: "states:TestState",
  input,
  passRole: ({ roleArn }) => roleArn,
  async run(given, states, { authorize, signal }) {
    const { definition, roleArn = "", stateName, inspectionLevel = "INFO", revealSecrets } = given;
    const { name, state } = stateName === undefined
      ? singleState(definition, states.core.operation)
      : namedState(definition, stateName, states.core.operation);
    const mocked = mockOf(given, state);
    if (revealSecrets) authorize({ action: "states:RevealSecrets", resource: "*" });
    requireTestable(state, mocked !== undefined);
    if (state.Type === "Task" && mocked === undefined) requireRoleArn(roleArn);
    if (given.context !== undefined && mocked === undefined) {
      throw invalid("State type requires a mock when a context is specified.");
    }
    const tested = await run(
      {
        name,
        state,
        input: textOf("input", given.input ?? "{}"),
        variables: variablesOf(given.variables),
        roleArn,
        contextObject: given.context === undefined ? undefined : objectOf("context", given.context),
        mock: mocked,
        retryCount: given.stateConfiguration?.retrierRetryCount ?? 0,
        map: mapOf(given),
      },
      states,
      signal ?? new AbortController().signal,
    );
    const { status, output, error, cause, nextState } = tested;
    return {
      status,
      output,
      error: error || undefined,
      cause: cause || undefined,
      nextState,
      inspectionData: inspectionLevel === "INFO" ? undefined : inspection(given.input ?? "{}", tested),
    };
  },
});

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

function singleState(definition: string, find: Parameters<typeof requireValidState>[1]) {
  const state = requireValidState(definition, find) as unknown as State;
  return { name: "StateName", state: { ...state, QueryLanguage: state.QueryLanguage ?? "JSONPath" } };
}

function namedState(definition: string, name: string, find: Parameters<typeof requireValid>[2]) {
  requireValid(definition, "STANDARD", find);
  const state = statesOf(readMachine(definition)).get(name);
  if (state) return { name, state };
  throw invalid(`State '${name}' does not exist in the definition.`);
}

/** What the API has no way to run alone. @throws AwsError InvalidDefinition */
function requireTestable({ Type, ...state }: State, isMocked: boolean): void {
  if (isMocked) return;
  if (Type === "Map" || Type === "Parallel") {
    throw new AwsError(
      "InvalidDefinition",
      "TestState API does not support Map or Parallel states. Supported state types include: " +
        "[Task, Wait, Pass, Succeed, Fail, Choice]",
    );
  }
  const resource = "Resource" in state ? String(state.Resource) : "";
  if (/\.(sync(:2)?|waitForTaskToken)$|:activity:/.test(resource)) {
    throw new AwsError(
      "InvalidDefinition",
      `TestState API does not support the resource '${resource}' without a mock.`,
    );
  }
}

/** @throws AwsError ValidationException, in AWS's words */
function mockOf({ mock, revealSecrets }: Input, state: State): string | StateFailure | undefined {
  if (mock === undefined) return undefined;
  const { result, errorOutput, fieldValidationMode = "NONE" } = mock;
  if (fieldValidationMode !== "NONE") {
    throw unsupported(
      `'mock.fieldValidationMode' ${fieldValidationMode}: results are not compared with the API's model`,
    );
  }
  if (revealSecrets) throw invalid("TestState does not support RevealSecrets when a mock is specified.");
  if (!["Task", "Map", "Parallel"].includes(state.Type)) {
    throw invalid(`State type '${state.Type}' is not supported when a mock is specified`);
  }
  if ((result === undefined) === (errorOutput === undefined)) {
    throw invalid("A test mock should have only one of the following fields: [result, errorOutput].");
  }
  if (errorOutput) return new StateFailure(errorOutput.error, errorOutput.cause);
  const value = parse("mock.result", result!);
  if (state.Type === "Map" || state.Type === "Parallel") {
    const isWritten = state.Type === "Map" && "ResultWriter" in state;
    if (isWritten && !isObject(value)) throw invalid("Mocked result must be a JSON object.");
    if (!isWritten && !Array.isArray(value)) throw invalid("Mocked result must be an array.");
  }
  if (state.Type === "Parallel" && (value as Json[]).length !== state.Branches.length) {
    throw invalid("Mocked result must contain the same number of items as number of Parallel branches.");
  }
  return result!;
}

function mapOf({ stateConfiguration = {} }: Input): MapTest {
  const { mapIterationFailureCount: failures = 0, mapItemReaderData: data } = stateConfiguration;
  if (data === undefined) return { failures };
  const readerData = parse("stateConfiguration.mapItemReaderData", data);
  if (Array.isArray(readerData)) return { failures, readerData };
  throw invalid("The member 'stateConfiguration.mapItemReaderData' must be a JSON array.");
}

function parse(member: string, text: string): unknown {
  try {
    return parseUserJson(text);
  } catch (error) {
    if (member === "input") {
      throw new AwsError(
        "InvalidExecutionInput",
        `Invalid State Machine Execution Input: '${(error as Error).message}'`,
      );
    }
    throw invalid(`The member '${member}' must be JSON: ${(error as Error).message}`);
  }
}

function textOf(member: string, text: string): string {
  parse(member, text);
  return text;
}

function objectOf(member: string, text: string): { [name: string]: Json } {
  const value = parse(member, text);
  if (isObject(value)) return value;
  throw invalid(`The member '${member}' must be a JSON object.`);
}

function variablesOf(text: string | undefined): Record<string, string> {
  const values = text === undefined ? {} : objectOf("variables", text);
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]));
}

/** InspectionData: JSON texts, and numbers. */
function inspection(input: string, { inspected, variables, backoff }: TestedState) {
  const {
    catchIndex,
    retryIndex,
    maxConcurrency,
    toleratedFailureCount,
    toleratedFailurePercentage,
    ...stages
  } = inspected;
  const texts = Object.entries(stages).map(([stage, value]) => [stage, JSON.stringify(value)]);
  const isHandled = catchIndex !== undefined || retryIndex !== undefined;
  const names = Object.keys(variables);
  return {
    input,
    ...Object.fromEntries(texts),
    maxConcurrency,
    toleratedFailureCount,
    toleratedFailurePercentage,
    variables: names.length === 0
      ? undefined
      : `{${names.map((name) => `${JSON.stringify(name)}:${variables[name]}`).join(",")}}`,
    errorDetails: isHandled
      ? {
        catchIndex,
        retryIndex,
        retryBackoffIntervalSeconds: backoff === undefined ? undefined : Math.round(backoff),
      }
      : undefined,
  };
}
