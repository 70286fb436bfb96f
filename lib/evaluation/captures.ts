/** Captured traffic: the JSON Lines that an endpoint's data capture writes to S3. */
import { Buffer } from "node:buffer";

/** One request to the endpoint and its answer. Source of the record's shape: SageMaker's guide, "Data capture". */
export interface Capture {
  /** SageMaker's own name of the invocation. */
  eventId: string;
  /** What the caller called it; in this workflow it stands for the picture's S3 key, see `inference_id.ts`. */
  inferenceId?: string;
  /** To the second. */
  inferenceTime: Date;
  /** The request's body; absent when the input is not captured. */
  input?: CapturedPart;
  /** The answer's body; absent when the output is not captured. */
  output?: CapturedPart;
  /** Where it stands: the S3 key of the file, and the line in it, from 1. */
  key: string;
  line: number;
}

export interface CapturedPart {
  contentType: string;
  body: Uint8Array;
}

/** A capture file, or an answer in it, that is not what data capture writes. */
export class CaptureError extends Error {
  override name = "CaptureError";
}

/**
 * Reads the records of one capture file. Bodies are decoded, also those stored as BASE64, which is what SageMaker does
 * with every content type that the endpoint's `CaptureContentTypeHeader` does not name.
 *
 * @param key S3 key of the file, for messages
 * @throws CaptureError naming key, line and field
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
      }; known are BASE64, JSON and CSV`,
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
  throw new CaptureError(`${source} has no ${name}: is it a capture file?`);
}

function text(value: unknown, source: string, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new CaptureError(`${source}: ${name} is ${JSON.stringify(value) ?? "missing"}, not text`);
}

/**
 * The class probabilities that a capture's answer holds.
 * @throws CaptureError when the answer was not captured, is no list of probabilities, or not one for each class
 */
export function probabilitiesOf(capture: Capture, classes: readonly string[]): number[] {
  const { output } = capture;
  const source = sourceOf(capture);
  if (!output) {
    throw new CaptureError(
      `${source} holds no answer: let the endpoint's data capture include CaptureMode Output`,
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
  // Float32 rounding may carry a softmax a little past 1.
  return typeof value === "number" && value >= 0 && value <= 1 + 1e-5;
}
