/** Parallel states. Source: https://states-language.net/#parallel-state */
import type { StateType } from "../interpreter/flow.ts";
import type { ParallelState } from "../language/asl.ts";
import { effectiveInput } from "../language/data_flow.ts";
import { joinWhenDone, noteAborted, noteFailed } from "./children.ts";

export const parallel: StateType<ParallelState> = {
  begin(flow, thread, state) {
    const { run } = flow;
    const data = JSON.stringify(effectiveInput(state, flow.data(thread)));
    const last = run.note("ParallelStateStarted", thread.last);
    run.update(thread, { phase: "children", last });
    state.Branches.forEach(({ StartAt }, index) =>
      run.spawn({ parent: thread.id, index, state: StartAt, data, last })
    );
  },

  childDone(flow, thread, _state, branch) {
    flow.run.update(thread, { last: branch.last });
    joinWhenDone(flow, thread);
  },

  noteChildFailed: (flow, _thread, _state, branch) => noteAborted(flow, branch),
  noteFailed,
};
