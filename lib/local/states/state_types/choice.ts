/** Choice states. Source: https://states-language.net/#choice-state */
import type { StateType } from "../interpreter/flow.ts";
import type { ChoiceState } from "../language/asl.ts";
import { choose } from "../language/choice_rules.ts";
import { outcomeOfInput } from "../language/data_flow.ts";

export const choice: StateType<ChoiceState> = {
  begin(flow, thread, state) {
    const data = flow.data(thread);
    const { next, exit } = choose(state, data);
    flow.leave(thread, outcomeOfInput(state, data, exit), next);
  },
};
