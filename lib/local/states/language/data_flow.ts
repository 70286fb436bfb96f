/**
 * How data enters and leaves a state: Parameters, the result, ResultSelector, Assign, ResultPath and OutputPath with
 * JSONPath; Arguments, Assign and Output with JSONata.
 */
import type { Assignment, Catcher, ChoiceRule, Data, Json, ResultState, State } from "./asl.ts";
import { evaluate } from "./jsonata/evaluate.ts";
import { place, selectExisting } from "./paths.ts";
import { fill } from "./templates.ts";

/** What a state leaves behind. */
export interface Outcome {
  readonly output: Json;
  /** The new values of variables, by name. */
  readonly assigned?: Assignment;
}

/** What has the fields Output and Assign: a state, or the catcher or choice rule that it leaves by. */
type Exit = Pick<State, "Output" | "Assign"> | Catcher | ChoiceRule;

export function isJsonata(state: Pick<State, "QueryLanguage">): boolean {
  return state.QueryLanguage === "JSONata";
}

/** The value that a state works on: after Parameters or Arguments. @param data with the input after InputPath */
export function effectiveInput(state: ResultState, data: Data): Json {
  const given = isJsonata(state) ? "Arguments" in state ? state.Arguments : undefined : state.Parameters;
  const value = given === undefined
    ? data.input
    : isJsonata(state)
    ? evaluate(given, "Arguments", data)
    : fill(given, data);
  data.inspect?.(isJsonata(state) ? "afterArguments" : "afterParameters", value);
  return value;
}

/**
 * The outcome of a state with a result.
 * @param data with the input before InputPath
 * @param raw the result before ResultSelector
 */
export function outcomeOfResult(state: ResultState, data: Data, raw: Json): Outcome {
  if (isJsonata(state)) return exitByExpressions(state, "", { ...data, result: raw }, raw);
  const selector = "ResultSelector" in state ? state.ResultSelector : undefined;
  const result = selector === undefined ? raw : fill(selector, { ...data, input: raw });
  data.inspect?.("afterResultSelector", result);
  const assigned = assignedBy(state.Assign, { ...data, input: result });
  const merged = merge(state, data.input, result);
  data.inspect?.("afterResultPath", merged);
  return { assigned, output: outputOf(state, { ...data, input: merged }) };
}

/**
 * The outcome of a state whose output is its input.
 * @param data with the input after InputPath
 * @param exit the choice rule that the state is left by, and its place
 */
export function outcomeOfInput(
  state: State,
  data: Data,
  exit: { by: Exit; at: string } = { by: state, at: "" },
): Outcome {
  if (isJsonata(state)) return exitByExpressions(exit.by, exit.at, data, data.input);
  return { assigned: assignedBy(exit.by.Assign, data), output: outputOf(state, data) };
}

/**
 * The outcome of a state whose failure is caught.
 * @param data with the input before InputPath
 * @param at the catcher's place
 */
export function outcomeOfCatch(state: State, catcher: Catcher, at: string, data: Data, error: Json): Outcome {
  if (isJsonata(state)) return exitByExpressions(catcher, at, { ...data, errorOutput: error }, error);
  const assigned = assignedBy(catcher.Assign, { ...data, input: error });
  return { assigned, output: merge(catcher, data.input, error) };
}

function exitByExpressions({ Output, Assign }: Exit, at: string, data: Data, value: Json): Outcome {
  return {
    assigned: Assign === undefined ? undefined : evaluate(Assign, `${at}Assign`, data) as Assignment,
    output: Output === undefined ? value : evaluate(Output, `${at}Output`, data),
  };
}

function assignedBy(template: Assignment | undefined, data: Data): Assignment | undefined {
  return template === undefined ? undefined : fill(template, data) as Assignment;
}

/** Puts `result` into `input` at the ResultPath of a state or catcher. */
function merge({ ResultPath = "$" }: ResultState | Catcher, input: Json, result: Json): Json {
  return ResultPath === null ? input : place(ResultPath, input, result);
}

/** Applies OutputPath. */
function outputOf(state: State, data: Data): Json {
  const path = state.Type === "Fail" ? undefined : state.OutputPath;
  if (path === undefined) return data.input;
  return path === null ? {} : selectExisting(path, data);
}
