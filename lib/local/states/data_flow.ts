/** How data leaves a state: result, ResultSelector, ResultPath, OutputPath. */
import {
  type Catcher,
  type Data,
  type FailState,
  type Json,
  type MapState,
  type ParallelState,
  type PassState,
  type State,
  type TaskState,
} from "./asl.ts";
import { EvaluationFailure, StateFailure } from "./failures.ts";
import { callIntrinsic } from "./intrinsics.ts";
import { place, selectExisting } from "./paths.ts";
import { fill } from "./templates.ts";

/** The states that have a result. */
export type ResultState = PassState | TaskState | ParallelState | MapState;

/** A state's input with the result put where the state says. */
export function withResult(state: ResultState, { input, context }: Data, result: Json): Json {
  const selector = "ResultSelector" in state ? state.ResultSelector : undefined;
  return merge(state, input, selector === undefined ? result : fill(selector, { input: result, context }));
}

/** `input` with `result` at the ResultPath of a state or catcher. */
export function merge({ ResultPath = "$" }: ResultState | Catcher, input: Json, result: Json): Json {
  return ResultPath === null ? input : place(ResultPath, input, result);
}

export function outputOf(state: State, data: Data): Json {
  const path = state.Type === "Fail" ? undefined : state.OutputPath;
  if (path === undefined) return data.input;
  return path === null ? {} : selectExisting(path, data);
}

/** What a Fail state fails with. */
export function failureOf(state: FailState, data: Data): StateFailure {
  const text = (fixed: string | undefined, path: string | undefined): string | undefined => {
    if (path === undefined) return fixed;
    const value = path.startsWith("$") ? selectExisting(path, data) : callIntrinsic(path, data);
    if (typeof value === "string") return value;
    throw new EvaluationFailure(`The path '${path}' of a Fail state must lead to a string.`);
  };
  return new StateFailure(text(state.Error, state.ErrorPath), text(state.Cause, state.CausePath));
}
