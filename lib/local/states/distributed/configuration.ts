/** Evaluates the fields of a distributed Map state. */
import type { Data, Json, MachineType, MapState } from "../language/asl.ts";
import { EvaluationFailure } from "../language/failures.ts";
import { isObject, selectExisting } from "../language/paths.ts";
import { fill } from "../language/templates.ts";
import type {
  BatchSettings,
  CsvSettings,
  InputType,
  ReaderSettings,
  Tolerated,
  WriterSettings,
} from "./settings.ts";

const DELIMITERS: Readonly<Record<string, string>> = {
  COMMA: ",",
  PIPE: "|",
  SEMICOLON: ";",
  SPACE: " ",
  TAB: "\t",
};

/** AWS's limit of a Map Run's items. */
const MOST_ITEMS = 100_000_000;

export function isDistributed({ ItemProcessor }: MapState): boolean {
  return ItemProcessor?.ProcessorConfig?.Mode === "DISTRIBUTED";
}

export function executionType({ ItemProcessor }: MapState): MachineType {
  return ItemProcessor!.ProcessorConfig!.ExecutionType!;
}

/** @throws EvaluationFailure */
export function toleratedOf(state: MapState, data: Data): Tolerated {
  const count = numberField(state, "ToleratedFailureCount", "integer", data);
  if (count !== undefined && count < 0) {
    throw new EvaluationFailure("ToleratedFailureCount cannot be negative.");
  }
  const percentage = numberField(state, "ToleratedFailurePercentage", "float", data);
  if (percentage !== undefined && (percentage < 0 || percentage > 100)) {
    throw new EvaluationFailure("ToleratedFailurePercentage must be between 0 and 100.");
  }
  return {
    ...(count === undefined ? {} : { count }),
    ...(percentage === undefined ? {} : { percentage }),
  };
}

/** @throws EvaluationFailure */
export function readerOf({ ItemReader }: MapState, data: Data): ReaderSettings | undefined {
  if (!ItemReader) return undefined;
  const { Resource, Parameters = {} } = ItemReader;
  const config = (ItemReader.ReaderConfig ?? {}) as Record<string, Json>;
  const { InputType, ManifestType, Transformation, ItemsPointer } = config as Record<
    string,
    string | undefined
  >;
  const maxItems = numberField(config, "MaxItems", "integer", data);
  if (maxItems !== undefined && (maxItems < 0 || maxItems > MOST_ITEMS)) {
    throw new EvaluationFailure(`MaxItems must be between 0 and ${MOST_ITEMS}.`);
  }
  return {
    action: Resource.endsWith(":listObjectsV2") ? "listObjectsV2" : "getObject",
    parameters: template(Parameters, data) as Record<string, Json>,
    inputType: InputType as InputType | undefined,
    manifestType: (ManifestType ?? "S3_INVENTORY") as ReaderSettings["manifestType"],
    transformation: Transformation as ReaderSettings["transformation"],
    csv: csvOf(config),
    pointer: ItemsPointer,
    // 0 is the same as no limit.
    ...(maxItems ? { maxItems } : {}),
  };
}

function csvOf({ CSVHeaderLocation, CSVHeaders, CSVDelimiter = "COMMA" }: Record<string, Json>): CsvSettings {
  return {
    delimiter: DELIMITERS[CSVDelimiter as string]!,
    ...(CSVHeaderLocation === "GIVEN" ? { headers: CSVHeaders as string[] } : {}),
  };
}

/** @throws EvaluationFailure */
export function batchOf({ ItemBatcher }: MapState, data: Data): BatchSettings | undefined {
  if (!ItemBatcher) return undefined;
  const positive = (field: string) => {
    const value = numberField(ItemBatcher, field, "integer", data);
    if (value !== undefined && value <= 0) throw new EvaluationFailure(`${field} must be positive.`);
    return value;
  };
  const { BatchInput } = ItemBatcher;
  const maxItems = positive("MaxItemsPerBatch");
  const maxBytes = positive("MaxInputBytesPerBatch");
  return {
    ...(maxItems === undefined ? {} : { maxItems }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(BatchInput === undefined ? {} : { input: template(BatchInput, data) }),
  };
}

/** @throws EvaluationFailure */
export function writerOf({ ResultWriter }: MapState, data: Data): WriterSettings | undefined {
  if (!ResultWriter) return undefined;
  const { Resource, Parameters = {}, WriterConfig = {} } = ResultWriter;
  const place = Resource === undefined ? undefined : template(Parameters, data);
  const { Bucket, Prefix = "" } = isObject(place) ? place : {};
  const { Transformation = Resource === undefined ? "COMPACT" : "NONE", OutputType = "JSON" } = WriterConfig;
  return {
    transformation: Transformation as WriterSettings["transformation"],
    outputType: OutputType as WriterSettings["outputType"],
    ...(place === undefined ? {} : { destination: { bucket: String(Bucket), prefix: String(Prefix) } }),
  };
}

/** The child's input, or the batch's item, for an item. */
export function selectItem(
  { ItemSelector, Parameters }: MapState,
  data: Data,
  item: Json,
  index: number,
): Json {
  const selector = ItemSelector ?? Parameters;
  if (selector === undefined) return item;
  const context = { ...data.context as Record<string, Json>, Map: { Item: { Index: index, Value: item } } };
  return template(selector, { ...data, context, work: undefined });
}

function template(value: Json, data: Data): Json {
  return fill(value, data);
}

/** A number that is a literal or at a path. @throws EvaluationFailure in AWS's wording */
function numberField(
  holder: object,
  field: string,
  kind: "integer" | "float",
  data: Data,
): number | undefined {
  const fields = holder as Record<string, Json | undefined>;
  const path = fields[`${field}Path`] as string | undefined;
  if (path === undefined) return fields[field] as number | undefined;
  const value = selectExisting(path, data);
  if (typeof value === "number" && (kind === "float" || Number.isInteger(value))) return value;
  const shown = typeof value === "string" ? value : JSON.stringify(value);
  throw new EvaluationFailure(
    `The ${field}Path field refers to value "${shown}" which is not a valid ${kind}: ${path}`,
  );
}
