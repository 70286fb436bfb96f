/** Copying, pasting and duplicating states: what travels is the text of a state machine. */
import { idOf, isObject, type Machine, machineOf, objectAt, type Path, type State, statesOf } from "./asl.ts";
import type { Arranged } from "./arrange.ts";
import { setAt } from "./fields.ts";
import { allNames, withFreeNames } from "./names.ts";
import { isTerminal, pointTo, targetOf, transitionAfter, transitionsOf } from "./transitions.ts";

/** The states of a selection that are in its first state's machine and in no other state of it, in the order of the text. */
export function together(root: Machine, paths: readonly Path[]): { machinePath: Path; names: string[] } {
  const machinePath = paths[0] ? machineOf(paths[0]) : [];
  const chosen = new Set(
    paths.filter((path) => idOf(machineOf(path)) === idOf(machinePath)).map((path) => String(path.at(-1))),
  );
  const names = statesOf(objectAt(root, machinePath)).map(([name]) => name).filter((name) =>
    chosen.has(name)
  );
  return { machinePath, names };
}

/** The selected states as a machine of their own, as ASL text; transitions to other states are kept as they are. */
export function copy(root: Machine, paths: readonly Path[]): string {
  const { machinePath, names } = together(root, paths);
  const states = objectAt(root, [...machinePath, "States"]);
  const picked = Object.fromEntries(names.map((name) => [name, states[name]]));
  const StartAt = entriesOf(root, machinePath, names)[0] ?? names[0];
  return JSON.stringify({ StartAt, States: picked }, null, 2);
}

/** The selected states that others, or the start, lead to. */
export function entriesOf(root: Machine, machinePath: Path, names: readonly string[]): string[] {
  const entries = transitionsOf(objectAt(root, machinePath), machinePath)
    .filter(({ from, to }) => names.includes(to!) && !names.includes(from!)).map(({ to }) => to!);
  return [...new Set(entries)];
}

/**
 * Reads what can be pasted: a state machine, an object of states by their names, or a single state.
 * @throws Error when the text is none of them
 */
export function readStates(text: string): Machine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("The clipboard holds no JSON, so there is no state to paste.");
  }
  const isState = (state: unknown): state is State => isObject(state) && typeof state.Type === "string";
  if (isObject(value) && isObject(value.States) && Object.values(value.States).some(isState)) return value;
  if (isState(value)) return { StartAt: String(value.Type), States: { [String(value.Type)]: value } };
  if (isObject(value) && Object.keys(value).length > 0 && Object.values(value).every(isState)) {
    return { StartAt: Object.keys(value)[0], States: value };
  }
  throw new Error("The clipboard holds JSON, but no state: a state has a Type, a state machine has States.");
}

/**
 * Pastes the states of a text onto a transition, or without one loosely into the definition. Names that are taken get
 * numbers; the ends of what is pasted lead to the transition's target.
 * @throws Error when the text holds no states
 */
export function paste(root: Machine, transition: Path | undefined, text: string, into: Path = []): Arranged {
  const pasted = withFreeNames(readStates(text), allNames(root));
  const machinePath = transition ? machineOf(transition) : into;
  const target = transition && targetOf(root, transition);
  const names = statesOf(pasted).map(([name]) => name);
  const start = typeof pasted.StartAt === "string" && names.includes(pasted.StartAt)
    ? pasted.StartAt
    : names[0]!;
  const ended = transitionsOf(pasted).filter(({ kind, to }) => kind !== "start" && !names.includes(to!))
    .reverse()
    .reduce((changed, { path }) => pointTo(changed, path, target), pasted);
  const statesPath = [...machinePath, "States"];
  const states = { ...objectAt(root, statesPath), ...objectAt(ended, ["States"]) };
  const placed = setAt(root, statesPath, states);
  return {
    machine: transition ? pointTo(placed, transition, start) : placed,
    path: [...statesPath, start],
  };
}

/** Puts a copy of the selected states after the last of them, or beside it after a Succeed or Fail. */
export function duplicate(root: Machine, paths: readonly Path[]): Arranged {
  const { machinePath, names } = together(root, paths);
  const last = names.findLast((name) => !isTerminal(objectAt(root, [...machinePath, "States", name])));
  const transition = last === undefined ? undefined : transitionAfter(root, [...machinePath, "States", last]);
  return paste(root, transition, copy(root, paths), machinePath);
}
