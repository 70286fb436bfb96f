/** A definition in Amazon States Language as plain JSON, and reading and changing it by paths. Nothing is changed in place. */

/** Where something is: keys and indices from the definition down, such as `["States", "A", "Branches", 0]`. */
export type Path = readonly (string | number)[];

export type Fields = Readonly<Record<string, unknown>>;
/** A definition, a branch of a Parallel state or the processor of a Map: `StartAt`, `States` and whatever else it holds. */
export type Machine = Fields;
export type State = Fields;

export type QueryLanguage = "JSONPath" | "JSONata";

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const EMPTY_MACHINE: Machine = { States: {} };

/** The value at a path; undefined when there is none. Inherited properties do not count. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (holder, key) =>
      typeof holder === "object" && holder !== null && Object.hasOwn(holder, key)
        ? (holder as Fields)[key as string]
        : undefined,
    root,
  );
}

/** The object at a path, or an empty one. */
export function objectAt(root: unknown, path: Path): Fields {
  const value = valueAt(root, path);
  return isObject(value) ? value : {};
}

/** The states of a machine by their names; what is not an object counts as a state without fields. */
export function statesOf(machine: Machine): [name: string, state: State][] {
  const states = isObject(machine.States) ? machine.States : {};
  return Object.entries(states).map(([name, state]) => [name, isObject(state) ? state : {}]);
}

/** Where the machines inside a state are, as paths from the state: branches, or the processor of a Map. */
export function machinePathsIn(state: State): Path[] {
  if (state.Type === "Parallel" && Array.isArray(state.Branches)) {
    return state.Branches.map((_, index) => ["Branches", index]);
  }
  if (state.Type !== "Map") return [];
  return ["ItemProcessor", "Iterator"].filter((field) => isObject(state[field])).map((field) => [field]);
}

/** Every machine of a definition from the outside in, the definition itself first. */
export function machinesOf(root: Machine, path: Path = []): { path: Path; machine: Machine }[] {
  const machine = objectAt(root, path);
  const inside = statesOf(machine).flatMap(([name, state]) =>
    machinePathsIn(state).flatMap((inner) => machinesOf(root, [...path, "States", name, ...inner]))
  );
  return [{ path, machine }, ...inside];
}

/** Every state of a definition with its path, in the order of the text. */
export function allStates(root: Machine): { path: Path; name: string; state: State }[] {
  return machinesOf(root).flatMap(({ path, machine }) =>
    statesOf(machine).map(([name, state]) => ({ path: [...path, "States", name], name, state }))
  );
}

/** A path as a text that can be a key, and stand between quotation marks in a selector as React Flow puts it there. */
export function idOf(path: Path): string {
  return encodeURIComponent(JSON.stringify(path));
}

export function pathOf(id: string): Path {
  return JSON.parse(decodeURIComponent(id));
}

/** Whether a path leads to a place or into it. */
export function isWithin(path: Path, place: Path): boolean {
  return place.every((key, index) => path[index] === key);
}

/**
 * The path of the machine that holds a state, a transition or anything else below its states. It is read from the front:
 * a state may be called "States".
 */
export function machineOf(path: Path): Path {
  let length = 0;
  while (path[length] === "States" && path.length > length + 2) {
    const [field, index] = [path[length + 2], path[length + 3]];
    const inner = field === "Branches" && typeof index === "number"
      ? length + 4
      : field === "ItemProcessor" || field === "Iterator"
      ? length + 3
      : undefined;
    if (inner === undefined || path.length <= inner) break;
    length = inner;
  }
  return path.slice(0, length);
}

/** The path of the innermost state that a path is in; undefined outside of states. */
export function stateOf(root: Machine, path: Path): Path | undefined {
  for (let length = path.length; length >= 2; length--) {
    const isState = path[length - 2] === "States" && isMachine(path.slice(0, length - 2));
    if (isState && valueAt(root, path.slice(0, length)) !== undefined) return path.slice(0, length);
  }
  return undefined;

  function isMachine(inner: Path): boolean {
    return machinePaths(root).has(idOf(inner));
  }
}

const known = new WeakMap<Machine, Set<string>>();

/** The ids of all machines' paths; remembered, since a definition never changes in place. */
function machinePaths(root: Machine): Set<string> {
  let paths = known.get(root);
  if (!paths) known.set(root, paths = new Set(machinesOf(root).map(({ path }) => idOf(path))));
  return paths;
}

/** By which language a state reads its data. */
export function languageOf(root: Machine, state: State): QueryLanguage {
  return (state.QueryLanguage ?? root.QueryLanguage) === "JSONata" ? "JSONata" : "JSONPath";
}
