/** The rules of a state machine, or of a branch or processor in one: its states and transitions. */
import type { MachineType } from "../language/asl.ts";
import { isObject } from "../language/paths.ts";
import type { Fields, Report } from "./report.ts";
import { checkLanguage, checkState } from "./state_rules.ts";

/** Levels of nested machines: asl-validator's time doubles with every level. */
const NESTING_LIMIT = 10;

/** @param at the machine's path, "" for the whole definition */
export function checkMachine(machine: Fields, at: string, type: MachineType, report: Report): void {
  if (!checkLanguage(machine, at || "/", report)) return;
  if (at.split("/States/").length > NESTING_LIMIT) {
    return report.unsupported(`Parallel and Map states nested in more than ${NESTING_LIMIT} levels`, at);
  }
  if (!report.required(machine, ["States", "StartAt"], at || "/")) return;
  const { States, StartAt, ProcessorConfig } = machine;
  if (!isObject(States) || Object.keys(States).length === 0) {
    return report.invalid("The field 'States' should be a non-empty object", `${at}/States`);
  }
  if (isObject(ProcessorConfig) && ProcessorConfig.Mode === "DISTRIBUTED") {
    report.unsupported("the distributed Map ('Mode': 'DISTRIBUTED')", `${at}/ProcessorConfig`);
  }
  // asl-validator would mistake it for the states of a machine.
  if (Object.hasOwn(States, "States")) report.unsupported("a state named 'States'", `${at}/States/States`);
  for (const [name, state] of Object.entries(States)) {
    const place = `${at}/States/${name}`;
    if (!isObject(state)) report.invalid("A state should be an object", place);
    else {
      if (name.length > 80) report.invalid("State names can have 80 characters at most", place);
      if (checkState(state, place, type, report)) checkNested(state, place, type, report);
    }
  }
  checkTransitions(States, StartAt, at, report);
}

/** Checks the machines within a Parallel or Map state. */
function checkNested(state: Fields, at: string, type: MachineType, report: Report): void {
  const check = (machine: unknown, place: string) => {
    if (isObject(machine)) checkMachine(machine, place, type, report);
    else report.invalid("A nested state machine should be an object", place);
  };
  const branches = Array.isArray(state.Branches) ? state.Branches : [];
  branches.forEach((branch, index) => check(branch, `${at}/Branches[${index}]`));
  for (const field of ["ItemProcessor", "Iterator"]) {
    if (state[field] !== undefined) check(state[field], `${at}/${field}`);
  }
}

function checkTransitions(states: Fields, start: unknown, at: string, report: Report): void {
  const reached = new Set<unknown>();
  const targets: [target: unknown, kind: string, place: string][] = [[start, "StartAt", `${at}/StartAt`]];
  for (let next = targets.shift(); next; next = targets.shift()) {
    const [target, kind, place] = next;
    if (target === undefined || reached.has(target)) continue;
    if (typeof target !== "string" || !Object.hasOwn(states, target)) {
      report.missingTarget(`Missing '${kind}' target: ${target}`, place);
      continue;
    }
    reached.add(target);
    const state = states[target];
    if (!isObject(state)) continue;
    const from = `${at}/States/${target}`;
    targets.push([state.Next, "Next", `${from}/Next`], [state.Default, "Default", `${from}/Default`]);
    for (const list of ["Catch", "Choices"]) {
      if (!Array.isArray(state[list])) continue;
      state[list].forEach((item, index) =>
        targets.push([isObject(item) ? item.Next : undefined, "Next", `${from}/${list}[${index}]/Next`])
      );
    }
  }
  for (const name of Object.keys(states)) {
    if (!reached.has(name)) {
      report.missingTarget(`State "${name}" is not reachable.`, `${at}/States/${name}`);
    }
  }
}
