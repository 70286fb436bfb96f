/** Inline Map states. Source: https://states-language.net/#map-state */
import type { Flow, StateType } from "../interpreter/flow.ts";
import type { Thread } from "../interpreter/journal.ts";
import { type Data, type Json, machineWithin, type MapState } from "../language/asl.ts";
import { isJsonata } from "../language/data_flow.ts";
import { EvaluationFailure, QueryFailure } from "../language/failures.ts";
import { evaluate, evaluateAs } from "../language/jsonata/evaluate.ts";
import { shown } from "../language/json_text.ts";
import { CONCURRENCY, numberOf } from "../language/numbers.ts";
import { selectExisting } from "../language/paths.ts";
import { fill } from "../language/templates.ts";
import { joinWhenDone, keepOutput, noteAborted, noteFailed } from "./children.ts";

/** AWS's limit of concurrent iterations. */
const INLINE_CONCURRENCY = 40;

/** The items of a Map state, and what its paths refer to. */
interface Mapping {
  readonly items: readonly Json[];
  readonly data: Data;
}

/** A cache for running states, so that not every iteration evaluates ItemsPath; refilled after a restart. */
const mappings = new WeakMap<Thread, Mapping>();

export const map: StateType<MapState> = {
  begin(flow, thread, state) {
    const { run } = flow;
    mappings.delete(thread);
    const { items, most } = beginning(flow, thread, state);
    const first = Math.min(most, items.length);
    const last = run.note("MapStateStarted", thread.last, { length: items.length });
    run.update(thread, { phase: "children", last });
    for (let index = 0; index < first; index++) startIteration(flow, thread, state, index, last);
    if (items.length === 0) joinWhenDone(flow, thread);
  },

  childDone(flow, thread, state, iteration) {
    const { run } = flow;
    run.update(thread, {
      last: run.note("MapIterationSucceeded", iteration.last, nameOf(iteration, thread)),
    });
    flow.attempt(thread, () => {
      keepOutput(flow, thread, iteration);
      const { items } = mapping(flow, thread, state);
      const started = run.children.get(thread.id)!.length;
      if (started < items.length) startIteration(flow, thread, state, started, iteration.last);
      else joinWhenDone(flow, thread);
    });
  },

  noteChildFailed(flow, thread, _state, iteration) {
    const { run } = flow;
    const { last } = iteration;
    run.note("MapIterationFailed", last, nameOf(iteration, thread));
    noteAborted(flow, iteration, (other) => run.note("MapIterationAborted", last, nameOf(other, thread)));
  },

  noteFailed,
};

/** The state's items and concurrency. On AWS the failure of their expressions follows the event before the state's. */
function beginning(flow: Flow, thread: Thread, state: MapState) {
  try {
    const { items, data } = mapping(flow, thread, state);
    return { items, most: concurrency(state, data) };
  } catch (error) {
    if (error instanceof QueryFailure) flow.run.update(thread, { last: thread.before });
    throw error;
  }
}

function startIteration(flow: Flow, thread: Thread, state: MapState, index: number, previous: number): void {
  const { items, data } = mapping(flow, thread, state);
  const item = items[index]!;
  const selector = state.ItemSelector ?? state.Parameters;
  const value = selector === undefined ? item : selected(state, selector, {
    ...data,
    context: { ...data.context as Record<string, Json>, Map: { Item: { Index: index, Value: item } } },
    work: flow.work,
  });
  flow.run.spawn({
    parent: thread.id,
    index,
    state: machineWithin(state, index).StartAt,
    data: flow.text(value, thread),
    last: flow.run.note("MapIterationStarted", previous, { name: thread.state, index }),
    item: flow.text(item, thread),
  });
}

function selected(state: MapState, selector: Json, data: Data): Json {
  return isJsonata(state) ? evaluate(selector, "ItemSelector", data) : fill(selector, data);
}

/** @throws EvaluationFailure when the items are no array */
function mapping(flow: Flow, thread: Thread, state: MapState): Mapping {
  const known = mappings.get(thread);
  if (known) return known;
  const data = flow.data(thread);
  const found = { items: itemsOf(state, data), data };
  mappings.set(thread, found);
  return found;
}

function itemsOf(state: MapState, data: Data): readonly Json[] {
  const { Items, ItemsPath = "$" } = state;
  if (isJsonata(state)) {
    const items = Items === undefined ? data.input : evaluateAs("array", Items, "Items", data);
    if (Array.isArray(items)) return items;
    throw new QueryFailure(`The Map state's items must be an array, but were: ${shown(items)}`, "Items");
  }
  const items = selectExisting(ItemsPath, data);
  if (Array.isArray(items)) return items;
  throw new EvaluationFailure(`Reference path "${ItemsPath}" must point to array.`);
}

function concurrency(state: MapState, data: Data): number {
  const most = numberOf(state, "MaxConcurrency", CONCURRENCY, data) ?? 0;
  return Math.min(most || INLINE_CONCURRENCY, INLINE_CONCURRENCY);
}

function nameOf({ index }: Thread, { state }: Thread): { name: string; index: number } {
  return { name: state, index };
}
