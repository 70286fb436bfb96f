/**
 * Data capture: a sample of an endpoint's requests and answers, delivered to S3 as JSON Lines. A record is in the store
 * before the invocation is answered, until it is delivered.
 */
import type { Core } from "../core.ts";
import { putObject } from "../s3/objects.ts";
import { captureRecord, type Invocation } from "./capture_record.ts";
import type { DataCaptureConfig } from "./hosting_shapes.ts";
import { endpointLogGroup, logWriter } from "./log.ts";
import { joinUri, parseS3Uri } from "./names.ts";
import { assume, hostingAssumer } from "./roles.ts";

/** How long records are collected for one file. AWS takes minutes, as long as the strict profile does. */
const BATCH_MILLISECONDS = 1_000;

/** A record that has not been delivered. */
interface Pending {
  id: number;
  /** The configuration's DestinationS3Uri. */
  destination: string;
  endpoint: string;
  variant: string;
  role: string;
  /** Milliseconds since the epoch. */
  time: number;
  record: string;
  /** The URI of the record's file; null until one is chosen. */
  file: string | null;
}

export class Captures {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #delivery: Promise<void> = Promise.resolve();
  #closed = false;
  readonly #batchMs: number;

  constructor(readonly core: Core) {
    const { strict } = core;
    this.#batchMs = strict ? strict.captureSeconds * 1000 : BATCH_MILLISECONDS;
    // Older versions had a table `pending_captures`, without columns for endpoint and variant. A stopped server has
    // delivered all of it; those of a killed one's last second are dropped.
    core.store.db.exec(`
      DROP TABLE IF EXISTS pending_captures;
      CREATE TABLE IF NOT EXISTS captures (
        id INTEGER PRIMARY KEY, destination TEXT NOT NULL, endpoint TEXT NOT NULL, variant TEXT NOT NULL,
        role TEXT NOT NULL, time INTEGER NOT NULL, record TEXT NOT NULL, file TEXT
      )`);
  }

  /** Stores a record of the invocation if capture is enabled and the sampling selects it. */
  record(config: DataCaptureConfig, invocation: Invocation): void {
    if (!config.EnableCapture || Math.random() * 100 >= config.InitialSamplingPercentage) return;
    const time = this.core.now();
    this.core.store.run(
      "INSERT INTO captures (destination, endpoint, variant, role, time, record) VALUES (?, ?, ?, ?, ?, ?)",
      config.DestinationS3Uri,
      invocation.endpoint,
      invocation.variant,
      invocation.role,
      time,
      captureRecord(config, invocation, time),
    );
    if (!this.#closed) this.#timer ??= setTimeout(() => this.deliver(), this.#batchMs);
  }

  /**
   * Writes pending records, one file per endpoint, variant and hour. A file that cannot be written is not retried.
   * Records are assigned to their file before it is written, so that after a kill the same file is written again.
   */
  deliver(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#delivery = this.#delivery.then(async () => {
      this.#chooseFiles();
      const pending = this.core.store.all<Pending>(
        "SELECT * FROM captures WHERE file IS NOT NULL ORDER BY id",
      );
      for (const [file, records] of Map.groupBy(pending, ({ file }) => file!)) {
        await this.#write(file, records);
        this.core.store.run("DELETE FROM captures WHERE file = ?", file);
      }
    }).catch((error) => this.core.fault(error, "The delivery of captured data"));
  }

  /** Delivers a last time; later records wait for the next server. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.deliver();
  }

  #chooseFiles(): void {
    const { store } = this.core;
    store.transaction(() => {
      const pending = store.all<Pending>("SELECT * FROM captures WHERE file IS NULL ORDER BY id");
      for (const [folder, records] of Map.groupBy(pending, folderOf)) {
        const file = `${folder}/${fileName(records[0]!.time)}`;
        for (const { id } of records) store.run("UPDATE captures SET file = ? WHERE id = ?", file, id);
      }
    });
  }

  async #write(file: string, records: readonly Pending[]): Promise<void> {
    const { core } = this;
    const { role, endpoint, variant } = records[0]!;
    const by = hostingAssumer(core);
    try {
      const { bucket: Bucket, key: Key } = parseS3Uri(file);
      const Body = new TextEncoder().encode(records.map(({ record }) => `${record}\n`).join(""));
      const principal = assume(core, role, by);
      await core.call(putObject, { Bucket, Key, Body, ContentType: "application/jsonlines" }, { principal });
    } catch (error) {
      const log = logWriter(core, role, by, endpointLogGroup(endpoint), `${variant}/data-log`);
      log(`Could not write captured data to ${file}: ${error instanceof Error ? error.message : error}`);
    }
  }
}

/** `DESTINATION/ENDPOINT/VARIANT/YYYY/MM/DD/HH`, UTC. */
function folderOf({ destination, endpoint, variant, time }: Pending): string {
  const hour = new Date(time).toISOString().slice(0, 13).replaceAll("-", "/").replace("T", "/");
  return joinUri(destination, `${endpoint}/${variant}/${hour}`);
}

/** `MM-SS-mmm-<uuid>.jsonl`: minute, second and millisecond of the first record. */
function fileName(time: number): string {
  const moment = new Date(time).toISOString().slice(14, 23).replaceAll(/[:.]/g, "-");
  return `${moment}-${crypto.randomUUID()}.jsonl`;
}
