/**
 * What Parallel and Map states share: child threads, joined at the end. The order and links of events follow recordings
 * of AWS: a branch's first event follows the state's started event, the state's end the last event of its children.
 */
import type { Flow } from "../interpreter/flow.ts";
import type { Thread } from "../interpreter/journal.ts";
import { tooLarge } from "../language/failures.ts";
import { parsed } from "../language/json_text.ts";

/** The limit of the outputs of all children together, in characters; their result has AWS's limit of data. */
const OUTPUTS_LIMIT = 16 * 2 ** 20;

/** The length of all outputs of a running state's children; counted anew after a restart. */
const kept = new WeakMap<Thread, { total: number; children: readonly Thread[] }>();

/** Counts the output of a child that has ended. @throws StateFailure States.DataLimitExceeded */
export function keepOutput({ run }: Flow, thread: Thread, child: Thread): void {
  const children = run.children.get(thread.id)!;
  const known = kept.get(thread);
  const total = known?.children === children
    ? known.total + child.data.length
    : children.reduce((sum, { phase, data }) => phase === "done" ? sum + data.length : sum, 0);
  kept.set(thread, { total, children });
  if (total > OUTPUTS_LIMIT) throw tooLarge(thread.state);
}

/** Ends the state when all its children are done; its result is the array of their outputs. */
export function joinWhenDone(flow: Flow, thread: Thread): void {
  const { run } = flow;
  const children = run.children.get(thread.id) ?? [];
  if (!children.every(({ phase }) => phase === "done")) return;
  const outputs = children.map(({ data }) => data);
  flow.work.spendText(outputs.reduce((sum, { length }) => sum + length, 0));
  run.removeChildren(thread);
  const { last } = thread;
  run.update(thread, { last: run.note(`${run.state(thread).Type}StateSucceeded`, last) });
  flow.attempt(thread, () => flow.complete(thread, parsed(`[${outputs}]`), last));
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
