/** Fail states. Source: https://states-language.net/#fail-state */
import type { StateType } from "../interpreter/flow.ts";
import type { Data, FailState } from "../language/asl.ts";
import { isJsonata } from "../language/data_flow.ts";
import { EvaluationFailure, StateFailure } from "../language/failures.ts";
import { evaluateAs } from "../language/jsonata/evaluate.ts";
import { callIntrinsic } from "../language/intrinsics.ts";
import { shown } from "../language/json_text.ts";
import { selectField } from "../language/paths.ts";

export const fail: StateType<FailState> = {
  begin(flow, thread, state) {
    const data = flow.data(thread);
    throw new StateFailure(textOf(state, "Error", data), textOf(state, "Cause", data));
  },
};

function textOf(state: FailState, field: "Error" | "Cause", data: Data): string | undefined {
  const given = state[field];
  const path = state[`${field}Path`];
  if (path === undefined) {
    return given !== undefined && isJsonata(state)
      ? evaluateAs("string", given, field, data) as string
      : given;
  }
  const value = path.startsWith("$") ? selectField(path, `${field}Path`, data) : callIntrinsic(path, data);
  if (typeof value === "string") return value;
  throw new EvaluationFailure(
    `The ${field}Path parameter does not reference a string: ${path} == ${shown(value)}`,
  );
}
