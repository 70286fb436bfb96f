/**
 * Parallel and Map states: threads of their own, joined at the end. Order and links of the events follow
 * recordings of AWS: a branch hangs on the state's started event, the state's end on the last event below it.
 */
import { type Data, type Json, type MapState, type ParallelState } from "./asl.ts";
import { EvaluationFailure, type StateFailure } from "./failures.ts";
import type { Thread } from "./journal.ts";
import { selectExisting } from "./paths.ts";
import type { Mapping, Run } from "./run.ts";
import { fill } from "./templates.ts";

/** Iterations that an inline Map state runs at a time at most. */
const INLINE_CONCURRENCY = 40;

/** What the interpreter does with a thread whose children are through. */
export interface Flow {
  /** The state's result is there; its exited event follows event `previous`. */
  complete(run: Run, thread: Thread, result: Json, previous: number): void;
  fail(run: Run, thread: Thread, failure: StateFailure): void;
  /** Runs `work` for the thread; its state fails if the work does. */
  attempt(run: Run, thread: Thread, work: () => void): void;
}

/** Starts a Parallel state's branches with its effective input. */
export function startBranches(run: Run, thread: Thread, state: ParallelState, input: Json): void {
  const data = JSON.stringify(input);
  const last = run.note("ParallelStateStarted", thread.last);
  run.update(thread, { phase: "children", last });
  state.Branches.forEach(({ StartAt }, index) =>
    run.spawn({ parent: thread.id, index, state: StartAt, data, last })
  );
}

/** Starts a Map state's first iterations. @throws EvaluationFailure when there is no array to map over. */
export function startIterations(run: Run, thread: Thread, state: MapState, flow: Flow): void {
  const { items, data } = mapping(run, thread, state);
  const last = run.note("MapStateStarted", thread.last, { length: items.length });
  run.update(thread, { phase: "children", last });
  const most = concurrency(state, data);
  for (let index = 0; index < Math.min(most, items.length); index++) {
    startIteration(run, thread, state, index, last);
  }
  if (items.length === 0) join(run, thread, flow);
}

/** A branch or iteration has come to its end; its output is in the thread. */
export function childDone(run: Run, child: Thread, flow: Flow): void {
  const parent = run.threads.get(child.parent!)!;
  const state = run.state(parent) as ParallelState | MapState;
  const siblings = run.children.get(parent.id)!;
  if (state.Type === "Parallel") {
    run.update(parent, { last: child.last });
    if (siblings.every(({ phase }) => phase === "done")) join(run, parent, flow);
    return;
  }
  const iteration = { name: parent.state, index: child.index };
  run.update(parent, { last: run.note("MapIterationSucceeded", child.last, iteration) });
  flow.attempt(run, parent, () => {
    const { items } = mapping(run, parent, state);
    if (siblings.length < items.length) startIteration(run, parent, state, siblings.length, child.last);
    else if (siblings.every(({ phase }) => phase === "done")) join(run, parent, flow);
  });
}

/** A branch or iteration has failed: the others are given up, and the Parallel or Map state fails with its failure. */
export function childFailed(run: Run, child: Thread, failure: StateFailure, flow: Flow): void {
  const parent = run.threads.get(child.parent!)!;
  const isMap = run.state(parent).Type === "Map";
  const { last } = child;
  const iteration = (index: number) => ({ name: parent.state, index });
  if (isMap) run.note("MapIterationFailed", last, iteration(child.index));
  if (run.state(child).Type === "Task") run.note("TaskStateAborted", last);
  for (const other of run.children.get(parent.id)!) {
    if (other === child || other.phase === "done") continue;
    if (isMap) run.note("MapIterationAborted", last, iteration(other.index));
    if (other.phase !== "enter") run.note(`${run.state(other).Type}StateAborted`, last);
  }
  run.removeChildren(parent);
  run.update(parent, { last });
  flow.fail(run, parent, failure);
}

function join(run: Run, thread: Thread, flow: Flow): void {
  const outputs = (run.children.get(thread.id) ?? []).map(({ data }) => data);
  run.removeChildren(thread);
  const { last } = thread;
  run.update(thread, { last: run.note(`${run.state(thread).Type}StateSucceeded`, last) });
  flow.attempt(run, thread, () => flow.complete(run, thread, JSON.parse(`[${outputs}]`), last));
}

function startIteration(run: Run, thread: Thread, state: MapState, index: number, previous: number): void {
  const { items, data: { input, context } } = mapping(run, thread, state);
  const item = items[index]!;
  const selector = state.ItemSelector ?? state.Parameters;
  const value = selector === undefined ? item : fill(selector, {
    input,
    context: { ...context as Record<string, Json>, Map: { Item: { Index: index, Value: item } } },
  });
  run.spawn({
    parent: thread.id,
    index,
    state: (state.ItemProcessor ?? state.Iterator)!.StartAt,
    data: JSON.stringify(value),
    last: run.note("MapIterationStarted", previous, { name: thread.state, index }),
    item: JSON.stringify(item),
  });
}

function mapping(run: Run, thread: Thread, state: MapState): Mapping {
  const known = run.mappings.get(thread);
  if (known) return known;
  const data = run.data(thread);
  const items = selectExisting(state.ItemsPath ?? "$", data);
  if (!Array.isArray(items)) {
    throw new EvaluationFailure(`Reference path "${state.ItemsPath ?? "$"}" must point to array.`);
  }
  run.mappings.set(thread, { items, data });
  return { items, data };
}

function concurrency(state: MapState, data: Data): number {
  const most = state.MaxConcurrencyPath === undefined
    ? state.MaxConcurrency ?? 0
    : selectExisting(state.MaxConcurrencyPath, data);
  if (typeof most !== "number" || !Number.isInteger(most) || most < 0) {
    throw new EvaluationFailure(
      `The MaxConcurrencyPath parameter does not reference a non-negative integer: ` +
        `${state.MaxConcurrencyPath} == ${JSON.stringify(most)}`,
    );
  }
  return Math.min(most || INLINE_CONCURRENCY, INLINE_CONCURRENCY);
}
