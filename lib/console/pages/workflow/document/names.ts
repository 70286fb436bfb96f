/** Names of states: they are unique in the whole definition. */
import {
  allStates,
  type Machine,
  machineOf,
  machinePathsIn,
  objectAt,
  type Path,
  type State,
  statesOf,
} from "./asl.ts";
import { setAt, withKeyReplaced } from "./fields.ts";
import { repoint } from "./transitions.ts";

const LONGEST = 80;

export function allNames(root: Machine): Set<string> {
  return new Set(allStates(root).map(({ name }) => name));
}

/** The name, or with the first number after it that makes it new: `Pass`, `Pass 2`. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  const base = wanted.replace(/ \d+$/, "").slice(0, LONGEST - 6);
  let name = wanted.slice(0, LONGEST);
  for (let number = 2; taken.has(name); number++) name = `${base} ${number}`;
  return name;
}

/** Why a state cannot be called so; undefined when it can. */
export function nameProblem(root: Machine, path: Path, name: string): string | undefined {
  if (name === "") return "A state needs a name.";
  if (name.length > LONGEST) return `A name has ${LONGEST} characters at most; this one has ${name.length}.`;
  // deno-lint-ignore no-control-regex -- AWS refuses them
  if (/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/.test(name)) return "A name has no control characters.";
  if (name !== path.at(-1) && allNames(root).has(name)) return `There is another state called ${name}.`;
  return undefined;
}

/**
 * Gives a state another name; everything that leads to it follows.
 * @throws Error when it cannot be called so
 */
export function rename(root: Machine, path: Path, name: string): { machine: Machine; path: Path } {
  const problem = nameProblem(root, path, name);
  if (problem) throw new Error(problem);
  const old = String(path.at(-1));
  const machinePath = machineOf(path);
  if (name === old) return { machine: root, path };
  const statesPath = [...machinePath, "States"];
  const states = objectAt(root, statesPath);
  const renamed = setAt(root, statesPath, withKeyReplaced(states, old, name, states[old]));
  return { machine: repoint(renamed, machinePath, old, name), path: [...statesPath, name] };
}

/** The machine with new names for the states in it, those inside its states too, that are called as one of `taken`. */
export function withFreeNames(machine: Machine, taken: ReadonlySet<string>): Machine {
  const used = new Set([...taken, ...allNames(machine)]);
  return renewed(machine);

  function renewed(machine: Machine): Machine {
    return statesOf(machine).reduce((changed, [name, state]) => {
      const free = taken.has(name) ? freeName(name, used) : name;
      used.add(free);
      const states = withKeyReplaced(objectAt(changed, ["States"]), name, free, inside(state));
      const named = setAt(changed, ["States"], states);
      return free === name ? named : repoint(named, [], name, free);
    }, machine);
  }

  function inside(state: State): State {
    return machinePathsIn(state).reduce(
      (changed, path) => setAt(changed, path, renewed(objectAt(changed, path))),
      state,
    );
  }
}
