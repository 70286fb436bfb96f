/** Reads captured traffic: the JSON Lines files that an endpoint's data capture writes to S3. */
import { Buffer } from "node:buffer";

/** One request to the endpoint and its answer. Source of the record's shape: SageMaker's guide, "Data capture". */
export interface Capture {
  /** SageMaker's id of the invocation. */
  eventId: string;
  /** The caller's id of the invocation; in this workflow it stands for the picture's S3 key, see `inference_id.ts`. */
  inferenceId?: string;
  /** In whole seconds. */
  inferenceTime: Date;
  /** The body of the request; absent if the input is not captured. */
  input?: CapturedPart;
  /** The body of the answer; absent if the output is not captured. */
  output?: CapturedPart;
  /** The S3 key of the capture file, and the line in it, from 1. */
  key: string;
  line: number;
}

export interface CapturedPart {
  contentType: string;
  body: Uint8Array;
}

/** A capture file, or an answer in it, is not valid. */
export class CaptureError extends Error {
  override name = "CaptureError";
}

/**
 * Reads the records of one capture file. Bodies are decoded, also from BASE64, in which SageMaker stores all content types
 * that the endpoint's `CaptureContentTypeHeader` does not name.
 *
 * @param key S3 key of the file, for error messages
 * @throws CaptureError that names key, line and field
 */
export function parseCaptures(jsonl: string, key: string): Capture[] {
  return jsonl.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const place = { key, line: index + 1 };
    const source = sourceOf(place);
    let record: unknown;
    try {
      record = JSON.parse(line);
    } catch (cause) {
      throw new CaptureError(`${source} is not JSON: ${line.slice(0, 80)}`, { cause });
    }
    return [{ ...parseRecord(record, source), ...place }];
  });
}

function sourceOf({ key, line }: { key: string; line: number }): string {
  return `${key} line ${line}`;
}

function parseRecord(record: unknown, source: string): Omit<Capture, "key" | "line"> {
  const data = object(field(record, "captureData"), source, "captureData");
  const metadata = object(field(record, "eventMetadata"), source, "eventMetadata");
  const time = text(metadata.inferenceTime, source, "eventMetadata.inferenceTime");
  const inferenceTime = new Date(time);
  if (Number.isNaN(inferenceTime.getTime())) {
    throw new CaptureError(`${source}: eventMetadata.inferenceTime is ${JSON.stringify(time)}, not a time`);
  }
  const { inferenceId } = metadata;
  return {
    eventId: text(metadata.eventId, source, "eventMetadata.eventId"),
    ...(inferenceId !== undefined &&
      { inferenceId: text(inferenceId, source, "eventMetadata.inferenceId") }),
    inferenceTime,
    ...(data.endpointInput !== undefined && { input: part(data.endpointInput, source, "endpointInput") }),
    ...(data.endpointOutput !== undefined && { output: part(data.endpointOutput, source, "endpointOutput") }),
  };
}

function part(value: unknown, source: string, name: string): CapturedPart {
  const { observedContentType, data, encoding } = object(value, source, `captureData.${name}`);
  const body = text(data, source, `captureData.${name}.data`);
  if (encoding !== "BASE64" && encoding !== "JSON" && encoding !== "CSV") {
    throw new CaptureError(
      `${source}: captureData.${name}.encoding is ${
        JSON.stringify(encoding)
      }; it must be BASE64, JSON or CSV`,
    );
  }
  return {
    contentType: typeof observedContentType === "string" ? observedContentType : "",
    body: Uint8Array.from(Buffer.from(body, encoding === "BASE64" ? "base64" : "utf8")),
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function object(value: unknown, source: string, name: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new CaptureError(`${source} has no ${name}. Is this a capture file?`);
}

function text(value: unknown, source: string, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new CaptureError(`${source}: ${name} is ${JSON.stringify(value) ?? "missing"}, not text`);
}

/**
 * The class probabilities in a captured answer.
 * @throws CaptureError if the answer was not captured, or is not a list of one probability for each class
 */
export function probabilitiesOf(capture: Capture, classes: readonly string[]): number[] {
  const { output } = capture;
  const source = sourceOf(capture);
  if (!output) {
    throw new CaptureError(
      `${source} has no answer. The endpoint's data capture must include CaptureMode Output`,
    );
  }
  const body = new TextDecoder().decode(output.body);
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch (cause) {
    throw new CaptureError(`${source}: the answer is not JSON: ${body.slice(0, 80)}`, { cause });
  }
  if (!Array.isArray(answer) || !answer.every(isProbability)) {
    throw new CaptureError(`${source}: the answer is not a list of probabilities: ${body.slice(0, 80)}`);
  }
  if (answer.length !== classes.length) {
    throw new CaptureError(
      `${source}: the answer has ${answer.length} probabilities, but there are ${classes.length} classes ` +
        `(${classes.join(", ")}). Was the model trained with other classes?`,
    );
  }
  return answer;
}

function isProbability(value: unknown): value is number {
  // With float32 rounding a softmax can be a little above 1.
  return typeof value === "number" && value >= 0 && value <= 1 + 1e-5;
}
