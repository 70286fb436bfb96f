/** Evaluates the fields of a distributed Map state. */
import type { Data, Json, MachineType, MapState } from "../language/asl.ts";
import { EvaluationFailure } from "../language/failures.ts";
import { isJsonata } from "../language/data_flow.ts";
import { evaluate, evaluateAs, isExpression } from "../language/jsonata/evaluate.ts";
import { shown } from "../language/json_text.ts";
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
  const count = numberField(state, state, "ToleratedFailureCount", "integer", data);
  if (count !== undefined && count < 0) {
    throw new EvaluationFailure("ToleratedFailureCount cannot be negative.");
  }
  const percentage = numberField(state, state, "ToleratedFailurePercentage", "float", data);
  if (percentage !== undefined && (percentage < 0 || percentage > 100)) {
    throw new EvaluationFailure("ToleratedFailurePercentage must be between 0 and 100.");
  }
  return {
    ...(count === undefined ? {} : { count }),
    ...(percentage === undefined ? {} : { percentage }),
  };
}

/** @throws EvaluationFailure */
export function readerOf(state: MapState, data: Data): ReaderSettings | undefined {
  const { ItemReader } = state;
  if (!ItemReader) return undefined;
  const { Resource, Parameters, Arguments } = ItemReader;
  const config = (ItemReader.ReaderConfig ?? {}) as Record<string, Json>;
  const { InputType, ManifestType, Transformation, ItemsPointer } = config as Record<
    string,
    string | undefined
  >;
  const maxItems = numberField(state, config, "MaxItems", "integer", data);
  if (maxItems !== undefined && (maxItems < 0 || maxItems > MOST_ITEMS)) {
    throw new EvaluationFailure(`MaxItems must be between 0 and ${MOST_ITEMS}.`);
  }
  return {
    action: Resource.endsWith(":listObjectsV2") ? "listObjectsV2" : "getObject",
    parameters: template(state, Arguments ?? Parameters ?? {}, "ItemReader/Arguments", data) as Record<
      string,
      Json
    >,
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
export function batchOf(state: MapState, data: Data): BatchSettings | undefined {
  const { ItemBatcher } = state;
  if (!ItemBatcher) return undefined;
  const positive = (field: string) => {
    const value = numberField(state, ItemBatcher, field, "integer", data);
    if (value !== undefined && value <= 0) throw new EvaluationFailure(`${field} must be positive.`);
    return value;
  };
  const { BatchInput } = ItemBatcher;
  const maxItems = positive("MaxItemsPerBatch");
  const maxBytes = positive("MaxInputBytesPerBatch");
  return {
    ...(maxItems === undefined ? {} : { maxItems }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(BatchInput === undefined
      ? {}
      : { input: template(state, BatchInput, "ItemBatcher/BatchInput", data) }),
  };
}

/** @throws EvaluationFailure */
export function writerOf(state: MapState, data: Data): WriterSettings | undefined {
  const { ResultWriter } = state;
  if (!ResultWriter) return undefined;
  const { Resource, Parameters, Arguments, WriterConfig = {} } = ResultWriter;
  const place = Resource === undefined
    ? undefined
    : template(state, Arguments ?? Parameters ?? {}, "ResultWriter/Arguments", data);
  const { Bucket, Prefix = "" } = isObject(place) ? place : {};
  const { Transformation = Resource === undefined ? "COMPACT" : "NONE", OutputType = "JSON" } = WriterConfig;
  return {
    transformation: Transformation as WriterSettings["transformation"],
    outputType: OutputType as WriterSettings["outputType"],
    ...(place === undefined ? {} : { destination: { bucket: String(Bucket), prefix: String(Prefix) } }),
  };
}

/** The child's input, or the batch's item, for an item. */
export function selectItem(state: MapState, data: Data, item: Json, index: number): Json {
  const selector = state.ItemSelector ?? state.Parameters;
  if (selector === undefined) return item;
  const context = { ...data.context as Record<string, Json>, Map: { Item: { Index: index, Value: item } } };
  return template(state, selector, "ItemSelector", { ...data, context, work: undefined });
}

/** Evaluates a template in the state's language. @param field its name, for errors */
function template(state: MapState, value: Json, field: string, data: Data): Json {
  return isJsonata(state) ? evaluate(value, field, data) : fill(value, data);
}

/** A number that is a literal, at a path or an expression's. @throws EvaluationFailure in AWS's wording */
function numberField(
  state: MapState,
  holder: object,
  field: string,
  kind: "integer" | "float",
  data: Data,
): number | undefined {
  const fields = holder as Record<string, Json | undefined>;
  const path = fields[`${field}Path`] as string | undefined;
  if (path === undefined) {
    const given = fields[field];
    const isEvaluated = isJsonata(state) && isExpression(given);
    return (isEvaluated ? evaluateAs("number", given, field, data) : given) as number | undefined;
  }
  const value = selectExisting(path, data);
  if (typeof value === "number" && (kind === "float" || Number.isInteger(value))) return value;
  const text = typeof value === "string" ? value : shown(value);
  throw new EvaluationFailure(
    `The ${field}Path field refers to value "${text}" which is not a valid ${kind}: ${path}`,
  );
}
