/**
 * What Parallel and Map states share: threads of their own, joined at the end. Order and links of the events follow
 * recordings of AWS: a branch hangs on the state's started event, the state's end on the last event below it.
 */
import type { Flow } from "../interpreter/flow.ts";
import type { Thread } from "../interpreter/journal.ts";

/** Ends the state, with the outputs of its branches or iterations as its result, once all of them are done. */
export function joinWhenDone(flow: Flow, thread: Thread): void {
  const { run } = flow;
  const children = run.children.get(thread.id) ?? [];
  if (!children.every(({ phase }) => phase === "done")) return;
  const outputs = children.map(({ data }) => data);
  run.removeChildren(thread);
  const { last } = thread;
  run.update(thread, { last: run.note(`${run.state(thread).Type}StateSucceeded`, last) });
  flow.attempt(thread, () => flow.complete(thread, JSON.parse(`[${outputs}]`), last));
}

/**
 * Notes that the states of a failed branch or iteration and of the others are given up.
 * @param noteOther of each of the others, before its state's event
 */
export function noteAborted(flow: Flow, failed: Thread, noteOther?: (other: Thread) => void): void {
  const { run } = flow;
  const { last } = failed;
  if (run.state(failed).Type === "Task") run.note("TaskStateAborted", last);
  for (const other of run.children.get(failed.parent!)!) {
    if (other === failed || other.phase === "done") continue;
    noteOther?.(other);
    if (other.phase !== "enter") run.note(`${run.state(other).Type}StateAborted`, last);
  }
}

/** Notes the failed event that only these states have. */
export function noteFailed(flow: Flow, thread: Thread): void {
  const { run } = flow;
  run.update(thread, { last: run.note(`${run.state(thread).Type}StateFailed`, thread.last) });
}
