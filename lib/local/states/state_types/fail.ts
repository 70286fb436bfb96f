/** Fail states. Source: https://states-language.net/#fail-state */
import type { StateType } from "../interpreter/flow.ts";
import type { Data, FailState } from "../language/asl.ts";
import { EvaluationFailure, StateFailure } from "../language/failures.ts";
import { evaluateAs, isExpression } from "../language/jsonata/evaluate.ts";
import { callIntrinsic } from "../language/intrinsics.ts";
import { selectExisting } from "../language/paths.ts";

export const fail: StateType<FailState> = {
  begin(flow, thread, { Error, ErrorPath, Cause, CausePath }) {
    const data = flow.data(thread);
    throw new StateFailure(
      text("Error", Error, ErrorPath, data),
      text("Cause", Cause, CausePath, data),
    );
  },
};

function text(
  field: string,
  given: string | undefined,
  path: string | undefined,
  data: Data,
): string | undefined {
  if (path === undefined) {
    return isExpression(given) ? evaluateAs("string", given, field, data) as string : given;
  }
  const value = path.startsWith("$") ? selectExisting(path, data) : callIntrinsic(path, data);
  if (typeof value === "string") return value;
  throw new EvaluationFailure(`The path '${path}' of a Fail state must lead to a string.`);
}
