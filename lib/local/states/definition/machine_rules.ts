/** The rules of a state machine, or of a branch or processor in one: its states and transitions. */
import type { MachineType } from "../language/asl.ts";
import { isObject } from "../language/paths.ts";
import { checkMachineFields } from "./field_rules.ts";
import type { Fields, Report } from "./report.ts";
import { checkLanguage, checkState } from "./state_rules.ts";

/** Levels of nested machines: every state's threads and paths grow with them. */
const NESTING_LIMIT = 10;

/** A definition, or a machine in it. */
export interface Level {
  /** The machine's path, "" for the whole definition. */
  readonly at: string;
  /** 1 for the whole definition. */
  readonly depth: number;
  /** Whether it is the processor of a Map state. */
  readonly isProcessor?: boolean;
}

export function checkMachine(
  machine: Fields,
  { at, depth, isProcessor = false }: Level,
  type: MachineType,
  report: Report,
): void {
  if (!checkLanguage(machine, at || "/", report)) return;
  if (depth > NESTING_LIMIT) {
    return report.unsupported(`Parallel and Map states nested in more than ${NESTING_LIMIT} levels`, at);
  }
  checkMachineFields(machine, at, !isProcessor, report);
  if (!report.required(machine, ["States", "StartAt"], at || "/")) return;
  const { States, StartAt, ProcessorConfig } = machine;
  if (!isObject(States) || Object.keys(States).length === 0) {
    return report.invalid("The field 'States' should be a non-empty object", `${at}/States`);
  }
  if (isProcessor && ProcessorConfig !== undefined) checkProcessor(ProcessorConfig, at, report);
  for (const [name, state] of Object.entries(States)) {
    const place = `${at}/States/${name}`;
    if (!isObject(state)) {
      report.invalid("A state should be an object", place);
      continue;
    }
    if (name.length > 80) report.invalid("State names can have 80 characters at most", place);
    if (report.names.has(name)) {
      report.add("DUPLICATE_STATE_NAMES", `A state with this name already exists: ${name}`, place);
    }
    report.names.add(name);
    if (checkState(state, place, type, report)) checkNested(state, place, depth, type, report);
  }
  checkTransitions(States, StartAt, at, report);
  const hasEnd = Object.values(States).some((state) =>
    isObject(state) && (state.End !== undefined || state.Type === "Succeed" || state.Type === "Fail")
  );
  // What else is wrong may be the reason.
  if (!hasEnd && report.found.length === 0) {
    const text = "A state machine should have a state that ends it ('End', or of type Succeed or Fail)";
    report.add("MISSING_TERMINAL_STATE", text, at || "/");
  }
}

function checkProcessor(config: unknown, at: string, report: Report): void {
  const place = `${at}/ProcessorConfig`;
  const mode = isObject(config) ? config.Mode : undefined;
  if (mode === "INLINE" || mode === "DISTRIBUTED") return;
  report.invalid("The field 'ProcessorConfig' should have a 'Mode' of INLINE or DISTRIBUTED", place);
}

/** Checks the machines within a Parallel or Map state. */
function checkNested(state: Fields, at: string, depth: number, type: MachineType, report: Report): void {
  const branches = Array.isArray(state.Branches) ? state.Branches : [];
  branches.forEach((branch, index) => {
    const level = { at: `${at}/Branches[${index}]`, depth: depth + 1 };
    if (isObject(branch)) checkMachine(branch, level, type, report);
    else report.invalid("A nested state machine should be an object", level.at);
  });
  for (const field of ["ItemProcessor", "Iterator"]) {
    const machine = state[field];
    const level = { at: `${at}/${field}`, depth: depth + 1, isProcessor: true };
    if (isObject(machine)) checkMachine(machine, level, childType(machine, type), report);
  }
}

/** The type of the executions that run a processor: children of a distributed Map have one of their own. */
function childType({ ProcessorConfig: config }: Fields, type: MachineType): MachineType {
  return isObject(config) && config.Mode === "DISTRIBUTED" && config.ExecutionType === "EXPRESS"
    ? "EXPRESS"
    : type;
}

function checkTransitions(states: Fields, start: unknown, at: string, report: Report): void {
  const reached = new Set<unknown>();
  const targets: [target: unknown, kind: string, place: string][] = [[start, "StartAt", `${at}/StartAt`]];
  // The list grows meanwhile.
  for (const [target, kind, place] of targets) {
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
