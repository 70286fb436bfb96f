/** Putting states into the chain, taking them out and moving them. */
import { idOf, isWithin, type Machine, machineOf, objectAt, type Path, type State, statesOf } from "./asl.ts";
import { setAt, withField, withKeyAfter, withKeyReplaced } from "./fields.ts";
import { allNames, freeName } from "./names.ts";
import {
  isTerminal,
  pointTo,
  repoint,
  successorOf,
  targetOf,
  transitionAfter,
  transitionsOf,
} from "./transitions.ts";

export interface Arranged {
  machine: Machine;
  /** Of the state that was put somewhere. */
  path: Path;
}

/**
 * Puts a new state onto a transition, so that it comes between the transition's state and its target. A Choice leads there
 * by its Default; after Succeed and Fail nothing follows.
 * @param wanted the name, which gets a number when it is taken
 */
export function insert(root: Machine, transition: Path, wanted: string, state: State): Arranged {
  const target = targetOf(root, transition);
  const name = freeName(wanted, allNames(root));
  const placed = place(root, transition, name, followedBy(state, target));
  return { machine: pointTo(placed.machine, transition, name), path: placed.path };
}

/** Puts a new state into a machine, without a transition to it. */
export function insertLoose(root: Machine, machinePath: Path, wanted: string, state: State): Arranged {
  const name = freeName(wanted, allNames(root));
  const last = statesOf(objectAt(root, machinePath)).at(-1)?.[0];
  return added(root, machinePath, last, name, followedBy(state, undefined));
}

function place(root: Machine, transition: Path, name: string, state: State): Arranged {
  const machinePath = machineOf(transition);
  const before = transition.at(-1) === "StartAt" ? undefined : String(transition[machinePath.length + 1]);
  return added(root, machinePath, before, name, state);
}

function added(
  root: Machine,
  machinePath: Path,
  after: string | undefined,
  name: string,
  state: State,
): Arranged {
  const statesPath = [...machinePath, "States"];
  const states = withKeyAfter(objectAt(root, statesPath), after, name, state);
  return { machine: setAt(root, statesPath, states), path: [...statesPath, name] };
}

/** The state with its way on to a target, or to the end. */
function followedBy(state: State, target: string | undefined): State {
  const free = withField(withField(state, "Next", undefined), "End", undefined);
  if (isTerminal(state)) return free;
  if (state.Type === "Choice") return target === undefined ? free : withField(free, "Default", target);
  return target === undefined ? withField(free, "End", true) : withField(free, "Next", target);
}

/** Takes a state out; what led to it leads to where it led. */
export function remove(root: Machine, path: Path): Machine {
  const name = String(path.at(-1));
  const machinePath = machineOf(path);
  const next = successorOf(objectAt(root, path));
  const without = setAt(root, path, undefined);
  // No state leads to itself because another one went.
  const alone = next === undefined || next === name ? without : repointFrom(without, machinePath, next, name);
  return repoint(alone, machinePath, name, next === name ? undefined : next);
}

/** Ends a state's own transitions to one that is gone. */
function repointFrom(root: Machine, machinePath: Path, from: string, gone: string): Machine {
  return transitionsOf(objectAt(root, machinePath), machinePath)
    .filter((transition) => transition.from === from && transition.to === gone).reverse()
    .reduce((changed, { path }) => pointTo(changed, path, undefined), root);
}

/**
 * Moves a state, with all that is in it, onto another transition.
 * @throws Error for a transition inside the state itself
 */
export function move(root: Machine, path: Path, transition: Path): Arranged {
  const name = String(path.at(-1));
  const isInside = isWithin(transition, path);
  const own = transitionAfter(root, path);
  const stays = idOf(machineOf(path)) === idOf(machineOf(transition));
  if ((stays && targetOf(root, transition) === name) || (own && idOf(own) === idOf(transition))) {
    return { machine: root, path };
  }
  if (isInside) throw new Error(`${name} cannot be moved into itself.`);
  const state = objectAt(root, path);
  const target = targetOf(root, transition);
  // A name that no state can have, until the state is out of its old place.
  const between = "\u0000moved";
  const moved = followedBy(stays ? state : released(state), target);
  const copied = place(root, transition, between, moved);
  const linked = pointTo(copied.machine, transition, between);
  const machinePath = machineOf(transition);
  const healed = remove(linked, path);
  const statesPath = [...machinePath, "States"];
  const states = objectAt(healed, statesPath);
  const named = setAt(healed, statesPath, withKeyReplaced(states, between, name, states[between]));
  return { machine: repoint(named, machinePath, between, name), path: [...statesPath, name] };
}

/** The state without its rules and catchers: in another machine their targets do not exist. */
function released(state: State): State {
  const free = withField(withField(state, "Catch", undefined), "Default", undefined);
  return free.Choices === undefined ? free : withField(free, "Choices", []);
}

/** Moves a state one step back or on in its chain; the same definition when it is at the chain's beginning or end. */
export function shift(root: Machine, path: Path, by: -1 | 1): Arranged {
  const machinePath = machineOf(path);
  const name = String(path.at(-1));
  const transitions = transitionsOf(objectAt(root, machinePath), machinePath);
  const stays = { machine: root, path };
  if (by === 1) {
    const next = successorOf(objectAt(root, path));
    const after = next === undefined ? undefined : transitionAfter(root, [...machinePath, "States", next]);
    return after ? move(root, path, after) : stays;
  }
  const before = transitions.find(({ to, from }) => to === name && from !== name)?.from;
  const entry = before === undefined ? undefined : transitions.find(({ to }) => to === before);
  return entry ? move(root, path, entry.path) : stays;
}
