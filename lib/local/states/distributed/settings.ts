/** What a Map Run does, as evaluated when its state was entered. It is stored with the run, so that a restart repeats it. */
import type { Json, MachineType } from "../language/asl.ts";

export interface MapRunSettings {
  /** The name of the child executions' machine: `MACHINE/LABEL`. */
  readonly machineName: string;
  readonly type: MachineType;
  readonly maxConcurrency: number;
  readonly tolerated: Tolerated;
  /** Absent when the items are the state's data. */
  readonly reader?: ReaderSettings;
  readonly batch?: BatchSettings;
  readonly writer?: WriterSettings;
}

/** How many items may fail; a limit that is absent does not apply, unless both are. */
export interface Tolerated {
  readonly count?: number;
  readonly percentage?: number;
}

export type InputType = "CSV" | "JSON" | "JSONL" | "MANIFEST";

export interface ReaderSettings {
  readonly action: "listObjectsV2" | "getObject";
  /** The parameters of the S3 operation. */
  readonly parameters: Readonly<Record<string, Json>>;
  readonly inputType?: InputType;
  readonly manifestType?: "S3_INVENTORY" | "ATHENA_DATA";
  readonly transformation?: "NONE" | "LOAD_AND_FLATTEN";
  readonly csv: CsvSettings;
  /** A JSON Pointer to the array in a JSON file. */
  readonly pointer?: string;
  readonly maxItems?: number;
}

export interface CsvSettings {
  readonly delimiter: string;
  /** Absent when the first row has them. */
  readonly headers?: readonly string[];
}

export interface BatchSettings {
  readonly maxItems?: number;
  readonly maxBytes?: number;
  readonly input?: Json;
}

export interface WriterSettings {
  readonly transformation: "NONE" | "COMPACT" | "FLATTEN";
  readonly outputType: "JSON" | "JSONL";
  /** Absent when the results are the state's output. */
  readonly destination?: { readonly bucket: string; readonly prefix: string };
}
