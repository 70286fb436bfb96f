/**
 * Data capture: a sample of an endpoint's requests and answers, delivered to S3 as JSON Lines some time later.
 * A record is durable with the answer that it describes; until delivery it waits in the store.
 */
import type { Core } from "../services.ts";
import type { EndpointConfig } from "./endpoint_configs.ts";
import { logWriter } from "./log.ts";
import { hostingAssumer, parseS3Uri } from "./names.ts";

/** Records of this long go into one file; AWS delivers within minutes, here nobody wants to wait for that. */
const BATCH_MILLISECONDS = 1_000;

export interface Invocation {
  endpoint: string;
  variant: string;
  /** The role of the model, which writes the files. */
  role: string;
  input: { body: Uint8Array; contentType: string };
  output: { body: Uint8Array; contentType: string };
  inferenceId?: string;
  customAttributes?: string;
}

interface Pending {
  id: number;
  destination: string;
  role: string;
  time: number;
  record: string;
}

export class Capture {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly core: Core) {
    core.store.db.exec(`
      CREATE TABLE IF NOT EXISTS pending_captures (
        id INTEGER PRIMARY KEY, destination TEXT NOT NULL, role TEXT NOT NULL, time INTEGER NOT NULL, record TEXT NOT NULL
      )`);
  }

  /** Keeps a record of the invocation when capture is on and the sample falls on it. */
  record(config: NonNullable<EndpointConfig["DataCaptureConfig"]>, invocation: Invocation): void {
    if (!config.EnableCapture || Math.random() * 100 >= config.InitialSamplingPercentage) return;
    const time = this.core.now();
    const modes = new Set(config.CaptureOptions.map((option) => option.CaptureMode));
    const part = (mode: "Input" | "Output") => {
      if (!modes.has(mode) && !modes.has("InputAndOutput")) return undefined;
      const { body, contentType } = mode === "Input" ? invocation.input : invocation.output;
      const encoding = encodingOf(contentType, config.CaptureContentTypeHeader);
      const bytes = Uint8Array.from(body);
      return {
        observedContentType: contentType,
        mode: mode.toUpperCase(),
        data: encoding === "BASE64" ? bytes.toBase64() : new TextDecoder().decode(bytes),
        encoding,
      };
    };
    const record = JSON.stringify({
      captureData: { endpointInput: part("Input"), endpointOutput: part("Output") },
      eventMetadata: {
        eventId: crypto.randomUUID(),
        customAttributes: invocation.customAttributes ? [invocation.customAttributes] : undefined,
        inferenceId: invocation.inferenceId,
        inferenceTime: new Date(time).toISOString().replace(/\.\d+Z$/, "Z"),
      },
      eventVersion: "0",
    });
    const base = config.DestinationS3Uri.replace(/\/+$/, "");
    this.core.store.run(
      "INSERT INTO pending_captures (destination, role, time, record) VALUES (?, ?, ?, ?)",
      `${base}/${invocation.endpoint}/${invocation.variant}`,
      invocation.role,
      time,
      record,
    );
    this.#timer ??= setTimeout(() => this.deliver(), BATCH_MILLISECONDS);
  }

  /** Writes what is pending: one file per endpoint, variant and hour. A file that cannot be written is not tried again. */
  deliver(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { store, siblings } = this.core;
    const pending = store.all<Pending>("SELECT * FROM pending_captures ORDER BY id");
    const files = Map.groupBy(pending, ({ destination, time }) => `${destination}/${hourPath(time)}`);
    for (const [folder, records] of files) {
      const { role, time } = records[0]!;
      const uri = `${folder}/${fileName(time)}`;
      const { bucket, key } = parseS3Uri(uri);
      const body = new TextEncoder().encode(records.map(({ record }) => `${record}\n`).join(""));
      store.transaction(() => {
        for (const { id } of records) store.run("DELETE FROM pending_captures WHERE id = ?", id);
        try {
          const { principal } = siblings.iam.assumeRole(role, hostingAssumer(this.core), "SageMaker");
          siblings.s3.putObject(principal, bucket, key, body, "application/jsonlines");
        } catch (error) {
          const [endpoint, variant] = folder.split("/").slice(-6, -4);
          const log = logWriter(
            this.core,
            role,
            hostingAssumer(this.core),
            `/aws/sagemaker/Endpoints/${endpoint}`,
            `${variant}/data-log`,
          );
          log(`Could not write captured data to ${uri}: ${error instanceof Error ? error.message : error}`);
        }
      });
    }
  }
}

/** `YYYY/MM/DD/HH`, UTC. */
function hourPath(time: number): string {
  return new Date(time).toISOString().slice(0, 13).replaceAll("-", "/").replace("T", "/");
}

/** `MM-SS-mmm-<uuid>.jsonl`: minute, second and millisecond of the first record. */
function fileName(time: number): string {
  return `${
    new Date(time).toISOString().slice(14, 23).replaceAll(/[:.]/g, "-")
  }-${crypto.randomUUID()}.jsonl`;
}

/** Everything is BASE64 unless the configuration names the content type: also a JSON answer. */
function encodingOf(
  contentType: string,
  headers: { CsvContentTypes?: string[]; JsonContentTypes?: string[] } | undefined,
): "CSV" | "JSON" | "BASE64" {
  const type = contentType.split(";")[0]!.trim().toLowerCase();
  if (headers?.CsvContentTypes?.includes(type)) return "CSV";
  if (headers?.JsonContentTypes?.includes(type)) return "JSON";
  return "BASE64";
}
