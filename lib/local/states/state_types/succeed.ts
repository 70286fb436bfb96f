/** Succeed states. Source: https://states-language.net/#succeed-state */
import type { StateType } from "../interpreter/flow.ts";
import type { SucceedState } from "../language/asl.ts";

export const succeed: StateType<SucceedState> = {
  begin: (flow, thread) => flow.passOn(thread),
};
