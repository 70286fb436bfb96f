/** The rules of a state machine, or of a branch or processor in one: its states and transitions. */
import type { MachineType, QueryLanguage } from "../language/asl.ts";
import { isObject } from "../language/paths.ts";
import { checkMachineFields } from "./field_rules.ts";
import { languageOf } from "./languages.ts";
import type { Fields, Report, VariableScope } from "./report.ts";
import { checkState } from "./state_rules.ts";
import { collectAssigned, type Place } from "./variables.ts";

/** Levels of nested machines: every state's threads and paths grow with them. */
const NESTING_LIMIT = 10;

/** A definition, or a machine in it. */
export interface Level {
  /** The machine's path, "" for the whole definition. */
  readonly at: string;
  /** 1 for the whole definition. */
  readonly depth: number;
  /** The language of the whole definition, which all states inherit: those in branches and processors too. */
  readonly language: QueryLanguage;
  /** The variables of the machines around it. */
  readonly outer?: VariableScope;
  /** Whether it is the processor of a Map state. */
  readonly isProcessor?: boolean;
}

export function checkMachine(
  machine: Fields,
  level: Level,
  type: MachineType,
  report: Report,
): void {
  const { at, depth, isProcessor = false } = level;
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
  const scope = { names: new Set<string>(), outer: level.outer };
  const places = new Map<string, Place>();
  // First, as a state can read what a later one assigns.
  for (const [name, state] of Object.entries(States)) {
    if (!isObject(state)) continue;
    const at = placeOf(level, name);
    const place = { name, language: languageOf(state, at, report, level.language), scope };
    places.set(name, place);
    collectAssigned(state, place, at, report);
  }
  for (const [name, state] of Object.entries(States)) {
    checkNamed(name, state, places.get(name), level, type, report);
  }
  const hasEnd = Object.values(States).some((state) =>
    isObject(state) && (state.End === true || state.Type === "Succeed" || state.Type === "Fail")
  );
  // The whole workflow must end; branches and processors are not asked. AWS looks for it in well-formed states only.
  const endless = at === "" && !hasEnd && report.isWellFormed;
  checkTransitions(States, StartAt, at, !endless, report);
  if (endless) report.add("MISSING_END_STATE", "Workflow has no terminal state");
}

/** Checks a state without its machine: its transitions lead anywhere. */
export function checkLoneState(state: Fields, report: Report): void {
  const scope = { names: new Set<string>() };
  const language = languageOf(state, "", report);
  const place = { name: "StateName", language, scope };
  collectAssigned(state, place, "", report);
  if (!checkState(state, place, "", "STANDARD", report)) return;
  checkNested(state, "", { depth: 2, language: "JSONPath", outer: scope }, "STANDARD", report);
}

function placeOf({ at }: Level, state: string): string {
  return `${at}/States/${state}`;
}

function checkNamed(
  name: string,
  state: unknown,
  place: Place | undefined,
  level: Level,
  type: MachineType,
  report: Report,
): void {
  const at = placeOf(level, name);
  if (!place || !isObject(state)) return report.invalid("Expected value of type [OBJECT]", at);
  if (name.length > 80) report.add("INVALID_STATE_NAME", "State names can have 80 characters at most", at);
  if (report.names.has(name)) {
    report.add("DUPLICATE_STATE_NAME", `A state with this name already exists: ${name}`, at);
  }
  report.names.add(name);
  if (level.language === "JSONata" && state.QueryLanguage === "JSONPath") {
    report.invalid("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", at);
    return;
  }
  if (checkState(state, place, at, type, report)) {
    const { depth, language } = level;
    checkNested(state, at, { depth: depth + 1, language, outer: place.scope }, type, report);
  }
}

function checkProcessor(config: unknown, at: string, report: Report): void {
  const place = `${at}/ProcessorConfig`;
  const mode = isObject(config) ? config.Mode : undefined;
  if (mode === "INLINE" || mode === "DISTRIBUTED") return;
  report.invalid("The field 'ProcessorConfig' should have a 'Mode' of INLINE or DISTRIBUTED", place);
}

/** Checks the machines within a Parallel or Map state. */
function checkNested(
  state: Fields,
  at: string,
  inner: Omit<Level, "at" | "isProcessor">,
  type: MachineType,
  report: Report,
): void {
  const branches = Array.isArray(state.Branches) ? state.Branches : [];
  branches.forEach((branch, index) => {
    const level = { ...inner, at: `${at}/Branches[${index}]` };
    if (isObject(branch)) checkMachine(branch, level, type, report);
    else report.invalid("Expected value of type [OBJECT]", level.at);
  });
  for (const field of ["ItemProcessor", "Iterator"]) {
    const machine = state[field];
    const level = { ...inner, at: `${at}/${field}`, isProcessor: true };
    if (isObject(machine)) checkMachine(machine, level, childType(machine, type), report);
  }
}

/** The type of the executions that run a processor: children of a distributed Map have one of their own. */
function childType({ ProcessorConfig: config }: Fields, type: MachineType): MachineType {
  return isObject(config) && config.Mode === "DISTRIBUTED" && config.ExecutionType === "EXPRESS"
    ? "EXPRESS"
    : type;
}

function checkTransitions(
  states: Fields,
  start: unknown,
  at: string,
  isWalked: boolean,
  report: Report,
): void {
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
    targets.push([state.Next, "Next", `${from}/Next`], [state.Default, "Next", `${from}/Default`]);
    for (const list of ["Catch", "Choices"]) {
      if (!Array.isArray(state[list])) continue;
      state[list].forEach((item, index) =>
        targets.push([isObject(item) ? item.Next : undefined, "Next", `${from}/${list}[${index}]/Next`])
      );
    }
  }
  for (const name of isWalked ? Object.keys(states) : []) {
    if (!reached.has(name)) {
      report.missingTarget(`State "${name}" is not reachable.`, `${at}/States/${name}`);
    }
  }
}
