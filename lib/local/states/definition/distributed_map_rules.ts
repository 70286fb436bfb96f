/**
 * The rules of distributed Map states.
 * Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html and the pages of its fields
 */
import type { MachineType } from "../language/asl.ts";
import { isObject } from "../language/paths.ts";
import type { Fields, Report } from "./report.ts";

/** Fields that only distributed Maps have. */
const OWN = ["Label", "ItemReader", "ItemBatcher", "ResultWriter"];

const READER_CONFIG: Readonly<Record<string, readonly string[] | "text" | "array" | "count">> = {
  InputType: ["CSV", "JSON", "JSONL", "MANIFEST"],
  CSVHeaderLocation: ["FIRST_ROW", "GIVEN"],
  CSVDelimiter: ["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"],
  CSVHeaders: "array",
  ManifestType: ["S3_INVENTORY", "ATHENA_DATA"],
  Transformation: ["NONE", "LOAD_AND_FLATTEN"],
  ItemsPointer: "text",
  MaxItems: "count",
  MaxItemsPath: "text",
};

const BATCHER = [
  ...["MaxItemsPerBatch", "MaxItemsPerBatchPath", "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"],
  "BatchInput",
];

export function isDistributedMap({ ItemProcessor }: Fields): boolean {
  return isObject(ItemProcessor) && isObject(ItemProcessor.ProcessorConfig) &&
    ItemProcessor.ProcessorConfig.Mode === "DISTRIBUTED";
}

/** @param at the Map state's path */
export function checkDistributedMap(state: Fields, at: string, type: MachineType, report: Report): void {
  if (!isDistributedMap(state)) {
    for (const field of OWN) {
      if (state[field] !== undefined) {
        report.invalid(`The field '${field}' is supported for Map states in DISTRIBUTED mode only`, at);
      }
    }
    return;
  }
  if (type === "EXPRESS") {
    report.invalid("Express state machine does not support Map states in DISTRIBUTED mode", at);
  }
  const { ExecutionType } = (state.ItemProcessor as Record<string, Fields>).ProcessorConfig!;
  if (ExecutionType !== "STANDARD" && ExecutionType !== "EXPRESS") {
    const place = `${at}/ItemProcessor/ProcessorConfig/ExecutionType`;
    report.invalid("The field 'ExecutionType' should have one of these values: [STANDARD, EXPRESS]", place);
  }
  checkLabel(state.Label, `${at}/Label`, report);
  checkReader(state.ItemReader, `${at}/ItemReader`, report);
  checkBatcher(state.ItemBatcher, `${at}/ItemBatcher`, report);
  checkWriter(state.ResultWriter, `${at}/ResultWriter`, report);
}

function checkLabel(label: unknown, at: string, report: Report): void {
  if (label === undefined) return;
  if (typeof label !== "string" || label.length < 1 || label.length > 40) {
    return report.invalid("The field 'Label' should be a string of 1 to 40 characters", at);
  }
  if (/[\s?*<>{}[\]:;,\\|^~$#%&`"/\p{Cc}]/u.test(label)) {
    report.invalid(
      "The field 'Label' should have no white space, wildcards, brackets or special characters",
      at,
    );
  }
}

function checkReader(reader: unknown, at: string, report: Report): void {
  if (reader === undefined) return;
  if (!isObject(reader)) return report.invalid("Expected value of type [OBJECT]", at);
  const { Resource, ReaderConfig = {} } = reader;
  if (!/^arn:aws[\w-]*:states:::s3:(getObject|listObjectsV2)$/.test(String(Resource))) {
    report.invalid("The field 'Resource' should be arn:aws:states:::s3:getObject or …:s3:listObjectsV2", at);
  }
  const place = `${at}/ReaderConfig`;
  if (!isObject(ReaderConfig)) return report.invalid("Expected value of type [OBJECT]", place);
  const { InputType, CSVHeaderLocation, CSVHeaders, Transformation } = ReaderConfig;
  if (InputType === "PARQUET") return report.unsupported("item readers of the type PARQUET", place);
  for (const [field, value] of Object.entries(ReaderConfig)) {
    const rule = READER_CONFIG[field];
    if (rule === undefined) report.invalid(`Field '${field}' is not supported`, place);
    else if (Array.isArray(rule)) {
      if (rule.includes(value as string)) continue;
      report.invalid(`The field '${field}' should have one of these values: [${rule.join(", ")}]`, place);
    } else if (rule === "array" && !Array.isArray(value)) {
      report.invalid("Expected value of type [ARRAY]", `${place}/${field}`);
    }
  }
  const isList = String(Resource).endsWith(":listObjectsV2");
  if (!isList && InputType === undefined) report.invalid("These fields are required: [InputType]", place);
  if (isList && Transformation === "LOAD_AND_FLATTEN" && InputType === undefined) {
    report.invalid("These fields are required: [InputType]", place);
  }
  if (InputType === "CSV" && CSVHeaderLocation === undefined) {
    report.invalid("These fields are required: [CSVHeaderLocation]", place);
  }
  if (CSVHeaderLocation === "GIVEN" && CSVHeaders === undefined) {
    report.invalid("These fields are required: [CSVHeaders]", place);
  }
}

function checkBatcher(batcher: unknown, at: string, report: Report): void {
  if (batcher === undefined) return;
  if (!isObject(batcher)) return report.invalid("Expected value of type [OBJECT]", at);
  for (const field of Object.keys(batcher)) {
    if (!BATCHER.includes(field)) report.invalid(`Field '${field}' is not supported`, at);
  }
  const hasLimit = BATCHER.some((field) => field !== "BatchInput" && batcher[field] !== undefined);
  if (!hasLimit) {
    report.invalid("At least one of MaxItemsPerBatch and MaxInputBytesPerBatch should be specified", at);
  }
}

function checkWriter(writer: unknown, at: string, report: Report): void {
  if (writer === undefined) return;
  if (!isObject(writer)) return report.invalid("Expected value of type [OBJECT]", at);
  const { Resource, WriterConfig } = writer;
  if (Resource === undefined && WriterConfig === undefined) {
    report.invalid("The field 'ResultWriter' should not be empty", at);
  }
  if (Resource !== undefined && !/^arn:aws[\w-]*:states:::s3:putObject$/.test(String(Resource))) {
    report.invalid("The field 'Resource' should be arn:aws:states:::s3:putObject", at);
  }
  if (WriterConfig === undefined) return;
  const place = `${at}/WriterConfig`;
  if (!isObject(WriterConfig)) return report.invalid("Expected value of type [OBJECT]", place);
  const { Transformation, OutputType } = WriterConfig;
  if (Transformation !== undefined && !["NONE", "COMPACT", "FLATTEN"].includes(Transformation as string)) {
    report.invalid(
      "The field 'Transformation' should have one of these values: [NONE, COMPACT, FLATTEN]",
      place,
    );
  }
  if (OutputType !== undefined && !["JSON", "JSONL"].includes(OutputType as string)) {
    report.invalid("The field 'OutputType' should have one of these values: [JSON, JSONL]", place);
  }
}
