/** Putting states into a new Parallel or Map state, and taking them out of it. */
import { type Machine, machineOf, machinePathsIn, objectAt, type Path, statesOf } from "./asl.ts";
import type { Arranged } from "./arrange.ts";
import { entriesOf, paste, together } from "./clipboard.ts";
import { setAt, withField, withKeyReplaced } from "./fields.ts";
import { allNames, freeName } from "./names.ts";
import { pointTo, repoint, targetOf, transitionAfter, transitionsOf } from "./transitions.ts";

/**
 * Puts states of one machine into a branch of a new Parallel, or into the processor of a new Map, in their place.
 * @throws Error when they are not one piece of the chain: entered in one place and left to one
 */
export function wrap(root: Machine, paths: readonly Path[], type: "Parallel" | "Map"): Arranged {
  const { machinePath, names } = together(root, paths);
  if (names.length === 0) throw new Error("Select the states first.");
  const statesPath = [...machinePath, "States"];
  const states = objectAt(root, statesPath);
  const leaving = transitionsOf(objectAt(root, machinePath), machinePath)
    .filter(({ from, to }) => names.includes(from!) && !names.includes(to!));
  const [entry = names[0]!, other] = entriesOf(root, machinePath, names);
  if (other !== undefined) {
    throw new Error(`These states are entered at ${entry} and at ${other}; a ${type} state has one start.`);
  }
  const outside = leaving.find(({ kind, to }) => kind !== "next" && to !== undefined);
  if (outside) {
    throw new Error(
      `${outside.from} leads to ${outside.to} by a rule; no transition leaves a ${type} state.`,
    );
  }
  const exits = [...new Set(leaving.map(({ to }) => to).filter((to) => to !== undefined))];
  if (exits.length > 1) {
    throw new Error(`These states lead on to ${exits.join(" and ")}; a ${type} state has one Next.`);
  }
  const inner = leaving.reduce<Machine>(
    (changed, { path }) => pointTo(changed, path.slice(machinePath.length), undefined),
    { StartAt: entry, States: Object.fromEntries(names.map((name) => [name, states[name]])) },
  );
  const name = freeName(type, allNames(root));
  const content = type === "Parallel"
    ? { Branches: [inner] }
    : { ItemProcessor: { ProcessorConfig: { Mode: "INLINE" }, ...inner } };
  const [exit] = exits;
  const wrapper = { Type: type, ...content, ...exit === undefined ? { End: true } : { Next: exit } };
  const replaced = withKeyReplaced(states, names[0]!, name, wrapper);
  const rest = Object.fromEntries(Object.entries(replaced).filter(([key]) => !names.includes(key)));
  const placed = setAt(root, statesPath, rest);
  return { machine: repoint(placed, machinePath, entry, name), path: [...statesPath, name] };
}

/**
 * Replaces a Parallel or Map state by what is in it, one branch after the other.
 * @throws Error for another type of state
 */
export function unwrap(root: Machine, path: Path): Machine {
  const state = objectAt(root, path);
  const inner = machinePathsIn(state).map((at) => objectAt(state, at)).filter((each) =>
    statesOf(each).length > 0
  );
  if (state.Type !== "Parallel" && state.Type !== "Map") {
    throw new Error("Only Parallel and Map states can be unwrapped.");
  }
  const name = String(path.at(-1));
  const machinePath = machineOf(path);
  const after = transitionAfter(root, path)!;
  // The names inside become free when the wrapper is empty.
  const emptied = setAt(
    root,
    path,
    withField(withField(withField(state, "Branches", []), "ItemProcessor", undefined), "Iterator", undefined),
  );
  const filled = inner.reduceRight(
    (changed, machine) => paste(changed, after, JSON.stringify(machine)).machine,
    emptied,
  );
  const first = targetOf(filled, after);
  return repoint(setAt(filled, path, undefined), machinePath, name, first === name ? undefined : first);
}
