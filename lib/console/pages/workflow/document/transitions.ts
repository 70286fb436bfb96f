/** The transitions of a machine: each is a field that names a state, or a state's `End`. */
import {
  type Fields,
  idOf,
  isObject,
  type Machine,
  machineOf,
  objectAt,
  type Path,
  type State,
  statesOf,
  valueAt,
} from "./asl.ts";
import { setAt, withKeyReplaced } from "./fields.ts";

export type TransitionKind = "start" | "next" | "choice" | "default" | "catch";

export interface Transition {
  /** Of the field that names the target: `StartAt`, `Next` or `Default`. That of a state's end is its absent `Next`. */
  path: Path;
  kind: TransitionKind;
  /** The state that it leaves; undefined for the start. */
  from?: string;
  /** The name of its target; undefined at the end. */
  to?: string;
}

/** Types of states that are never followed by another one. */
const TERMINAL = ["Succeed", "Fail"];

/** The transitions of one machine in the order of the text, without those of the machines inside its states. */
export function transitionsOf(machine: Machine, path: Path = []): Transition[] {
  const start: Transition = { path: [...path, "StartAt"], kind: "start", ...target(machine.StartAt) };
  return [
    start,
    ...statesOf(machine).flatMap(([name, state]) => leaving(state, [...path, "States", name], name)),
  ];
}

function leaving(state: State, path: Path, from: string): Transition[] {
  const made: Transition[] = [];
  const listed = (field: string, kind: TransitionKind) => {
    const list = state[field];
    if (!Array.isArray(list)) return;
    list.forEach((item, index) => {
      const to = target(isObject(item) ? item.Next : undefined);
      if (to.to !== undefined) made.push({ path: [...path, field, index, "Next"], kind, from, ...to });
    });
  };
  if (state.Type === "Choice") {
    listed("Choices", "choice");
    const otherwise = target(state.Default);
    if (otherwise.to !== undefined) {
      made.push({ path: [...path, "Default"], kind: "default", from, ...otherwise });
    }
  } else if (!isTerminal(state)) {
    made.push({ path: [...path, "Next"], kind: "next", from, ...target(state.Next) });
  }
  listed("Catch", "catch");
  return made;
}

function target(name: unknown): { to?: string } {
  return typeof name === "string" ? { to: name } : {};
}

export function isTerminal(state: State): boolean {
  return TERMINAL.includes(String(state.Type));
}

/** Where the chain goes on after a state: its Next, for a Choice its Default or first rule; undefined at the end. */
export function successorOf(state: State): string | undefined {
  const rules = Array.isArray(state.Choices) ? state.Choices as Fields[] : [];
  const next = state.Type === "Choice"
    ? state.Default ?? rules.find((rule) => isObject(rule))?.Next
    : state.Next;
  return typeof next === "string" ? next : undefined;
}

/** The transition onto which a state is put that shall come after this one; undefined after Succeed and Fail. */
export function transitionAfter(root: Machine, statePath: Path): Path | undefined {
  const state = objectAt(root, statePath);
  if (isTerminal(state)) return undefined;
  return [...statePath, state.Type === "Choice" ? "Default" : "Next"];
}

/** The name that a transition leads to. */
export function targetOf(root: Machine, transition: Path): string | undefined {
  return target(valueAt(root, transition)).to;
}

/**
 * The definition with a transition that leads to another state of its machine, or to the end: `Next` becomes `End`, a
 * `Default`, a choice rule and a catcher are removed, and a machine starts with its first state.
 */
export function pointTo(root: Machine, transition: Path, to: string | undefined): Machine {
  const field = transition.at(-1)!;
  const holderPath = transition.slice(0, -1);
  if (field === "StartAt") {
    const first = statesOf(objectAt(root, holderPath))[0]?.[0];
    return setAt(root, transition, to ?? first);
  }
  const isStates = transition.at(-3) === "States" && field === "Next";
  if (!isStates) {
    if (to !== undefined || field === "Default") return setAt(root, transition, to);
    const listPath = holderPath.slice(0, -1);
    const list = valueAt(root, listPath) as unknown[];
    const isLastCatcher = listPath.at(-1) === "Catch" && list.length === 1;
    return setAt(root, isLastCatcher ? listPath : holderPath, undefined);
  }
  const state = objectAt(root, holderPath);
  const [key, value, old] = to === undefined ? ["End", true, "Next"] as const : ["Next", to, "End"] as const;
  if (Object.hasOwn(state, key) || !Object.hasOwn(state, old)) {
    return setAt(setAt(root, [...holderPath, old], undefined), [...holderPath, key], value);
  }
  return setAt(root, holderPath, withKeyReplaced(state, old, key, value));
}

/** Leads all transitions to a state somewhere else: to another state, or to the end. */
export function repoint(root: Machine, machinePath: Path, from: string, to: string | undefined): Machine {
  // Backwards, because removing a rule or a catcher moves those behind it.
  return transitionsOf(objectAt(root, machinePath), machinePath)
    .filter((transition) => transition.to === from).reverse()
    .reduce((changed, transition) => pointTo(changed, transition.path, to), root);
}

/**
 * Draws a transition from a state: its Next; of a Choice the Default, or another rule when there is one; with `kind`
 * "catch" another catcher of all errors.
 * @throws Error when the state cannot lead there
 */
export function connect(root: Machine, from: Path, to: Path, kind: "next" | "catch" = "next"): Machine {
  const state = objectAt(root, from);
  const name = String(to.at(-1));
  if (idOf(machineOf(from)) !== idOf(machineOf(to))) {
    throw new Error(
      `${from.at(-1)} cannot lead to ${name}: a transition never leaves its branch or its Map.`,
    );
  }
  if (kind === "catch") {
    if (!CATCHING.includes(String(state.Type))) throw new Error(`A ${state.Type} state has no Catch.`);
    const list = Array.isArray(state.Catch) ? state.Catch : [];
    return setAt(root, [...from, "Catch"], [...list, { ErrorEquals: ["States.ALL"], Next: name }]);
  }
  if (isTerminal(state)) throw new Error(`A ${state.Type} state ends the execution; nothing can follow it.`);
  if (state.Type !== "Choice") return pointTo(root, [...from, "Next"], name);
  if (state.Default === undefined) return setAt(root, [...from, "Default"], name);
  const rules = Array.isArray(state.Choices) ? state.Choices : [];
  const rule = (state.QueryLanguage ?? root.QueryLanguage) === "JSONata"
    ? { Condition: "{% false %}", Next: name }
    : { Variable: "$", IsPresent: true, Next: name };
  return setAt(root, [...from, "Choices"], [...rules, rule]);
}

export const CATCHING = ["Task", "Parallel", "Map"];
