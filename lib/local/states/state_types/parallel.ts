/** Parallel states. Source: https://states-language.net/#parallel-state */
import type { StateType } from "../interpreter/flow.ts";
import type { ParallelState } from "../language/asl.ts";
import { effectiveInput } from "../language/data_flow.ts";
import { joinWhenDone, keepOutput, noteAborted, noteFailed } from "./children.ts";

/** What a branch costs beside its input, in characters of text. */
const THREAD_LENGTH = 6000;

export const parallel: StateType<ParallelState> = {
  begin(flow, thread, state) {
    const { run } = flow;
    const data = flow.text(effectiveInput(state, flow.data(thread)), thread);
    const last = run.note("ParallelStateStarted", thread.last);
    run.update(thread, { phase: "children", last });
    state.Branches.forEach(({ StartAt }, index) => {
      flow.work.spendText(data.length + THREAD_LENGTH);
      run.spawn({ parent: thread.id, index, state: StartAt, data, last });
    });
    if (state.Branches.length === 0) joinWhenDone(flow, thread);
  },

  childDone(flow, thread, _state, branch) {
    flow.run.update(thread, { last: branch.last });
    flow.attempt(thread, () => {
      keepOutput(flow, thread, branch);
      joinWhenDone(flow, thread);
    });
  },

  noteChildFailed: (flow, _thread, _state, branch) => noteAborted(flow, branch),
  noteFailed,
};
