/** Map states: inline ones here, distributed ones in `distributed_map.ts`. Source: https://states-language.net/#map-state */
import type { Flow, StateType } from "../interpreter/flow.ts";
import type { Thread } from "../interpreter/journal.ts";
import { type Data, type Json, machineWithin, type MapState } from "../language/asl.ts";
import { isJsonata } from "../language/data_flow.ts";
import { QueryFailure } from "../language/failures.ts";
import { evaluate } from "../language/jsonata/evaluate.ts";
import { fill } from "../language/templates.ts";
import { isDistributed } from "../distributed/configuration.ts";
import { joinWhenDone, keepOutput, noteAborted, noteFailed } from "./children.ts";
import { distributedMap } from "./distributed_map.ts";
import { concurrency, itemsOf } from "./map_fields.ts";

/** AWS's limit of concurrent iterations. */
const INLINE_CONCURRENCY = 40;

/** The items of a Map state, and what its paths refer to. */
interface Mapping {
  readonly items: readonly Json[];
  readonly data: Data;
}

/** A cache for running states, so that not every iteration evaluates ItemsPath; refilled after a restart. */
const mappings = new WeakMap<Thread, Mapping>();

const inlineMap: StateType<MapState> = {
  begin(flow, thread, state) {
    const { run } = flow;
    mappings.delete(thread);
    const { items, most } = beginning(flow, thread, state);
    const first = Math.min(most || INLINE_CONCURRENCY, INLINE_CONCURRENCY, items.length);
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

/** The behaviour of a Map state by its mode. */
function modeOf(state: MapState): StateType<MapState> {
  return isDistributed(state) ? distributedMap : inlineMap;
}

export const map: StateType<MapState> = {
  begin: (flow, thread, state) => modeOf(state).begin(flow, thread, state),
  perform: (flow, thread, state, caller) => modeOf(state).perform!(flow, thread, state, caller),
  answered: (flow, thread, state, answer) => modeOf(state).answered!(flow, thread, state, answer),
  childDone: (flow, thread, state, child) => inlineMap.childDone!(flow, thread, state, child),
  noteChildFailed: (flow, thread, state, child) => inlineMap.noteChildFailed!(flow, thread, state, child),
  noteFailed,
};

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

function mapping(flow: Flow, thread: Thread, state: MapState): Mapping {
  const known = mappings.get(thread);
  if (known) return known;
  const data = flow.data(thread);
  const found = { items: itemsOf(state, data), data };
  mappings.set(thread, found);
  return found;
}

function nameOf({ index }: Thread, { state }: Thread): { name: string; index: number } {
  return { name: state, index };
}
