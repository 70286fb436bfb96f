/** How data enters and leaves a state: Parameters, the result, ResultSelector, ResultPath, OutputPath. */
import type { Catcher, Data, Json, ResultState, State } from "./asl.ts";
import { place, selectExisting } from "./paths.ts";
import { fill } from "./templates.ts";

/** Applies Parameters. @param data with the input after InputPath */
export function effectiveInput({ Parameters }: ResultState, data: Data): Json {
  return Parameters === undefined ? data.input : fill(Parameters, data);
}

/** Applies ResultSelector and ResultPath. */
export function withResult(state: ResultState, data: Data, result: Json): Json {
  const selector = "ResultSelector" in state ? state.ResultSelector : undefined;
  return merge(
    state,
    data.input,
    selector === undefined ? result : fill(selector, { ...data, input: result }),
  );
}

/** Puts `result` into `input` at the ResultPath of a state or catcher. */
export function merge({ ResultPath = "$" }: ResultState | Catcher, input: Json, result: Json): Json {
  return ResultPath === null ? input : place(ResultPath, input, result);
}

/** Applies OutputPath. */
export function outputOf(state: State, data: Data): Json {
  const path = state.Type === "Fail" ? undefined : state.OutputPath;
  if (path === undefined) return data.input;
  return path === null ? {} : selectExisting(path, data);
}
