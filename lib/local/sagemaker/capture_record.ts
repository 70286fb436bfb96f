/** A captured invocation as one line of a JSON Lines file. */
import type { DataCaptureConfig } from "./hosting_shapes.ts";

export interface Invocation {
  endpoint: string;
  variant: string;
  /** The model's role, with which the files are written. */
  role: string;
  input: { body: Uint8Array; contentType: string };
  output: { body: Uint8Array; contentType: string };
  inferenceId?: string;
  customAttributes?: string;
}

/** @param time of the invocation, in milliseconds since the epoch */
export function captureRecord(
  { CaptureOptions, CaptureContentTypeHeader }: DataCaptureConfig,
  { input, output, inferenceId, customAttributes }: Invocation,
  time: number,
): string {
  const modes = new Set(CaptureOptions.map(({ CaptureMode }) => CaptureMode));
  const part = (mode: "Input" | "Output") => {
    if (!modes.has(mode) && !modes.has("InputAndOutput")) return undefined;
    const { body, contentType } = mode === "Input" ? input : output;
    const encoding = encodingOf(contentType, CaptureContentTypeHeader);
    const bytes = Uint8Array.from(body);
    return {
      observedContentType: contentType,
      mode: mode.toUpperCase(),
      data: encoding === "BASE64" ? bytes.toBase64() : new TextDecoder().decode(bytes),
      encoding,
    };
  };
  return JSON.stringify({
    captureData: { endpointInput: part("Input"), endpointOutput: part("Output") },
    eventMetadata: {
      eventId: crypto.randomUUID(),
      customAttributes: customAttributes ? [customAttributes] : undefined,
      inferenceId,
      inferenceTime: new Date(time).toISOString().replace(/\.\d+Z$/, "Z"),
    },
    eventVersion: "0",
  });
}

/** Everything is BASE64, JSON answers too, unless the configuration lists the content type. */
function encodingOf(
  contentType: string,
  headers: DataCaptureConfig["CaptureContentTypeHeader"],
): "CSV" | "JSON" | "BASE64" {
  const type = contentType.split(";")[0]!.trim().toLowerCase();
  if (headers?.CsvContentTypes?.includes(type)) return "CSV";
  if (headers?.JsonContentTypes?.includes(type)) return "JSON";
  return "BASE64";
}
