/** The part of the Amazon States Language that is supported. Source: https://states-language.net/ */
import { Buffer } from "node:buffer";
import type { Work } from "./work.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** STANDARD executions are durable and last up to a year; EXPRESS ones are short and have no history. */
export type MachineType = "STANDARD" | "EXPRESS";

export type QueryLanguage = "JSONPath" | "JSONata";

/** A state machine, a branch of a Parallel state or the processor of a Map state. */
export interface Machine {
  StartAt: string;
  States: Record<string, State>;
  QueryLanguage?: QueryLanguage;
  /** For the whole execution; only in the outermost machine. */
  TimeoutSeconds?: number;
  /** Only in the processor of a Map state. */
  ProcessorConfig?: { Mode?: "INLINE" | "DISTRIBUTED"; ExecutionType?: MachineType };
}

export interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  MaxAttempts?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: "FULL" | "NONE";
}

export interface Catcher {
  ErrorEquals: string[];
  Next: string;
  ResultPath?: string | null;
  Output?: Json;
  Assign?: Assignment;
}

/** The values of variables by name: a payload template, or JSON with JSONata expressions. */
export type Assignment = { [name: string]: Json };

interface Common {
  /** Set in every state of a definition that `readMachine` has read. */
  QueryLanguage?: QueryLanguage;
  /** Only JSONata. */
  Output?: Json;
  Assign?: Assignment;
  InputPath?: string | null;
  OutputPath?: string | null;
  Next?: string;
  End?: boolean;
}

interface Results {
  Parameters?: Json;
  ResultPath?: string | null;
}

interface Recovery {
  /** Only JSONata. */
  Arguments?: Json;
  ResultSelector?: Json;
  Retry?: Retrier[];
  Catch?: Catcher[];
}

export interface PassState extends Common, Results {
  Type: "Pass";
  Result?: Json;
}

export interface TaskState extends Common, Results, Recovery {
  Type: "Task";
  Resource: string;
  TimeoutSeconds?: number | string;
  TimeoutSecondsPath?: string;
  HeartbeatSeconds?: number | string;
  HeartbeatSecondsPath?: string;
}

/** A comparison, or And / Or / Not of rules. Operators are members named as in the language. */
export interface ChoiceRule {
  Variable?: string;
  Next?: string;
  And?: ChoiceRule[];
  Or?: ChoiceRule[];
  Not?: ChoiceRule;
  /** Only JSONata. */
  Condition?: boolean | string;
  Output?: Json;
  Assign?: Assignment;
  [operator: string]: unknown;
}

export interface ChoiceState extends Common {
  Type: "Choice";
  Choices: ChoiceRule[];
  Default?: string;
}

export interface WaitState extends Common {
  Type: "Wait";
  Seconds?: number | string;
  SecondsPath?: string;
  Timestamp?: string;
  TimestampPath?: string;
}

export interface SucceedState extends Common {
  Type: "Succeed";
}

export interface FailState extends Common {
  Type: "Fail";
  Error?: string;
  ErrorPath?: string;
  Cause?: string;
  CausePath?: string;
}

export interface ParallelState extends Common, Results, Recovery {
  Type: "Parallel";
  Branches: Machine[];
}

export interface MapState extends Common, Results, Recovery {
  Type: "Map";
  ItemsPath?: string;
  /** Only JSONata. */
  Items?: Json;
  ItemSelector?: Json;
  ItemProcessor?: Machine;
  /** The older name of ItemProcessor; its item selector is then `Parameters`. */
  Iterator?: Machine;
  MaxConcurrency?: number | string;
  MaxConcurrencyPath?: string;
  /** The fields of distributed Maps. */
  Label?: string;
  ItemReader?: ItemReader;
  ItemBatcher?: Record<string, Json>;
  ResultWriter?: ResultWriter;
  ToleratedFailureCount?: number;
  ToleratedFailureCountPath?: string;
  ToleratedFailurePercentage?: number;
  ToleratedFailurePercentagePath?: string;
}

export interface ItemReader {
  Resource: string;
  ReaderConfig?: Record<string, Json>;
  Parameters?: Json;
  /** Only JSONata. */
  Arguments?: Json;
}

export interface ResultWriter {
  Resource?: string;
  Parameters?: Json;
  /** Only JSONata. */
  Arguments?: Json;
  WriterConfig?: { Transformation?: string; OutputType?: string };
}

/** The states that have a result. */
export type ResultState = PassState | TaskState | ParallelState | MapState;

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;

/** The machine that a branch of a Parallel state or an iteration of a Map state runs. */
export function machineWithin(state: State, index: number): Machine {
  if (state.Type === "Parallel") return state.Branches[index]!;
  if (state.Type === "Map") return (state.ItemProcessor ?? state.Iterator)!;
  throw new Error(`A ${state.Type} state has no machines within.`);
}

/** The definition of a machine, in which every state knows its query language: its own, or that of the definition. */
export function readMachine(definition: string): Machine {
  const machine: Machine = JSON.parse(definition);
  const { QueryLanguage = "JSONPath" } = machine;
  const inherit = ({ States }: Machine): void => {
    for (const state of Object.values(States)) {
      state.QueryLanguage ??= QueryLanguage;
      if (state.Type === "Parallel") state.Branches.forEach(inherit);
      else if (state.Type === "Map") inherit(machineWithin(state, 0));
    }
  };
  inherit(machine);
  return machine;
}

/** All states of a machine and of those within it, by their names. */
export function statesOf(machine: Machine): Map<string, State> {
  const found = new Map<string, State>();
  const add = ({ States }: Machine): void => {
    for (const [name, state] of Object.entries(States)) {
      found.set(name, state);
      if (state.Type === "Parallel") state.Branches.forEach(add);
      else if (state.Type === "Map") add(machineWithin(state, 0));
    }
  };
  add(machine);
  return found;
}

/** What paths, templates and expressions refer to. */
export interface Data {
  /** `$` or `$states.input` */
  readonly input: Json;
  /** `$$` or `$states.context`: the context object. */
  readonly context: Json;
  /** `$states.result`, when there is one. */
  readonly result?: Json;
  /** `$states.errorOutput`, in a catcher. */
  readonly errorOutput?: Json;
  /** The variables in scope as JSON texts, by name. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Told of the data between the state's fields, for TestState. */
  inspect?(stage: string, value: Json): void;
  /** What evaluating the state may still cost; without it, each evaluation has a limit of its own. */
  readonly work?: Work;
}

/** The limit of an input, result or output, in bytes of JSON in UTF-8. */
export const DATA_LIMIT = 256 * 1024;

export function exceedsDataLimit(text: string): boolean {
  // A UTF-16 unit has at most three bytes in UTF-8, so most texts need not be counted.
  return text.length > DATA_LIMIT || (text.length * 3 > DATA_LIMIT && Buffer.byteLength(text) > DATA_LIMIT);
}
