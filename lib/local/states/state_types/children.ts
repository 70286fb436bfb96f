/**
 * What Parallel and Map states share: child threads, joined at the end. The order and links of events follow recordings
 * of AWS: a branch's first event follows the state's started event, the state's end the last event of its children.
 */
import type { Flow } from "../interpreter/flow.ts";
import type { Thread } from "../interpreter/journal.ts";

/** Ends the state when all its children are done; its result is the array of their outputs. */
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
 * Adds the aborted events after a failed branch or iteration.
 * @param noteOther called for each of the others, before its state's event
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

/** Adds the state's failed event, which only Parallel and Map states have. */
export function noteFailed(flow: Flow, thread: Thread): void {
  const { run } = flow;
  run.update(thread, { last: run.note(`${run.state(thread).Type}StateFailed`, thread.last) });
}
