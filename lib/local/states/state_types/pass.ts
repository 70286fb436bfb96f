/** Pass states. Source: https://states-language.net/#pass-state */
import type { StateType } from "../interpreter/flow.ts";
import type { PassState } from "../language/asl.ts";
import { effectiveInput, isJsonata } from "../language/data_flow.ts";

export const pass: StateType<PassState> = {
  begin(flow, thread, state) {
    if (isJsonata(state)) return flow.passOn(thread);
    const { Result } = state;
    if (Result !== undefined) flow.inspect("result", Result);
    flow.complete(thread, Result === undefined ? effectiveInput(state, flow.data(thread)) : Result);
  },
};
