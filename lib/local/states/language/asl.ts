/** The part of the Amazon States Language (JSONPath) that is supported. Source: https://states-language.net/ */
import { Buffer } from "node:buffer";
import type { Work } from "./work.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** STANDARD executions are durable and last up to a year; EXPRESS ones are short and have no history. */
export type MachineType = "STANDARD" | "EXPRESS";

/** A state machine, a branch of a Parallel state or the processor of a Map state. */
export interface Machine {
  StartAt: string;
  States: Record<string, State>;
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
}

interface Common {
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
  TimeoutSeconds?: number;
  TimeoutSecondsPath?: string;
  HeartbeatSeconds?: number;
  HeartbeatSecondsPath?: string;
}

/** A comparison, or And / Or / Not of rules. Operators are members named as in the language. */
export interface ChoiceRule {
  Variable?: string;
  Next?: string;
  And?: ChoiceRule[];
  Or?: ChoiceRule[];
  Not?: ChoiceRule;
  [operator: string]: unknown;
}

export interface ChoiceState extends Common {
  Type: "Choice";
  Choices: ChoiceRule[];
  Default?: string;
}

export interface WaitState extends Common {
  Type: "Wait";
  Seconds?: number;
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
  ItemSelector?: Json;
  ItemProcessor?: Machine;
  /** The older name of ItemProcessor; its item selector is then `Parameters`. */
  Iterator?: Machine;
  MaxConcurrency?: number;
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
}

export interface ResultWriter {
  Resource?: string;
  Parameters?: Json;
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

/** What paths and templates refer to. */
export interface Data {
  /** `$` */
  readonly input: Json;
  /** `$$`: the context object. */
  readonly context: Json;
  /** What evaluating the state may still cost; without it, each evaluation has a limit of its own. */
  readonly work?: Work;
}

/** The limit of an input, result or output, in bytes of JSON in UTF-8. */
export const DATA_LIMIT = 256 * 1024;

export function exceedsDataLimit(text: string): boolean {
  // A UTF-16 unit has at most three bytes in UTF-8, so most texts need not be counted.
  return text.length > DATA_LIMIT || (text.length * 3 > DATA_LIMIT && Buffer.byteLength(text) > DATA_LIMIT);
}
