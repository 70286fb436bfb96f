/** Log groups, streams and events as rows. Times are milliseconds since the epoch. */
import { Buffer } from "node:buffer";
import type { Store } from "../store.ts";

export interface Group {
  readonly name: string;
  readonly created: number;
  /** In days; null keeps events for ever. */
  readonly retention: number | null;
}

export interface Stream {
  readonly name: string;
  readonly created: number;
  /** Null while the stream is empty. */
  readonly firstEvent: number | null;
  readonly lastEvent: number | null;
  readonly lastIngestion: number | null;
}

export interface LogEvent {
  /** Ascending in order of arrival. */
  readonly id: number;
  readonly stream: string;
  readonly timestamp: number;
  readonly ingested: number;
  readonly message: string;
}

/** A position in a list of events, which are sorted by time, then by arrival. */
export interface Position {
  readonly timestamp: number;
  readonly id: number;
}

const DAY_MS = 24 * 3600 * 1000;
const EVENT = "id, stream, timestamp, ingested, message";
const STREAM = `name, created, first_event AS firstEvent, last_event AS lastEvent,
  last_ingestion AS lastIngestion`;

/** Of events by `eventBytes`; SQLite knows the lengths without reading the texts. */
const SIZE = "octet_length(message) + 26";
const SUM = `sum(${SIZE})`;

const MAX_BYTES = 2 ** 30;
/** How many old events go with a batch of new ones, at most: a batch has 10,000. */
const GONE_AT_ONCE = 20_000;

/** The size of an event as CloudWatch Logs' limits count it, in bytes. */
export function eventBytes(message: string): number {
  return Buffer.byteLength(message) + 26;
}

export class LogTables {
  /** @param maxBytes of the events of all groups: beyond it the oldest go, so that logs do not fill the disk */
  constructor(readonly store: Store, readonly maxBytes = MAX_BYTES) {
    store.db.exec(`
      CREATE TABLE IF NOT EXISTS log_groups (
        name TEXT PRIMARY KEY, created INTEGER NOT NULL, retention INTEGER
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS log_streams (
        log_group TEXT NOT NULL, name TEXT NOT NULL, created INTEGER NOT NULL, first_event INTEGER,
        last_event INTEGER, last_ingestion INTEGER, PRIMARY KEY (log_group, name)
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS log_events (
        id INTEGER PRIMARY KEY AUTOINCREMENT, log_group TEXT NOT NULL, stream TEXT NOT NULL,
        timestamp INTEGER NOT NULL, ingested INTEGER NOT NULL, message TEXT NOT NULL
      );
      CREATE INDEX IF NOT EXISTS log_events_of_stream ON log_events (log_group, stream, timestamp, id);
      CREATE INDEX IF NOT EXISTS log_events_of_group ON log_events (log_group, timestamp, id);
    `);
    store.transaction(() => {
      const isCounted = store.get("SELECT 1 FROM sqlite_master WHERE name = 'log_sizes'") !== undefined;
      if (isCounted) return;
      store.db.exec(`
        CREATE TABLE log_sizes (log_group TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO log_sizes SELECT log_group, ${SUM} FROM log_events GROUP BY log_group;
      `);
    });
  }

  group(name: string): Group | undefined {
    return this.store.get("SELECT name, created, retention FROM log_groups WHERE name = ?", name);
  }

  /** Sorted by name. */
  groups(): Group[] {
    return this.store.all("SELECT name, created, retention FROM log_groups ORDER BY name");
  }

  addGroup(name: string, created: number): void {
    this.store.run("INSERT INTO log_groups VALUES (?, ?, NULL)", name, created);
  }

  setRetention(name: string, days: number | null): void {
    this.store.run("UPDATE log_groups SET retention = ? WHERE name = ?", days, name);
  }

  removeGroup(name: string): void {
    this.store.transaction(() => {
      this.#delete("log_group = ?", name);
      this.store.run("DELETE FROM log_sizes WHERE log_group = ?", name);
      this.store.run("DELETE FROM log_streams WHERE log_group = ?", name);
      this.store.run("DELETE FROM log_groups WHERE name = ?", name);
    });
  }

  stream(group: string, name: string): Stream | undefined {
    return this.store.get(`SELECT ${STREAM} FROM log_streams WHERE log_group = ? AND name = ?`, group, name);
  }

  /** Sorted by name. */
  streams(group: string): Stream[] {
    return this.store.all(`SELECT ${STREAM} FROM log_streams WHERE log_group = ? ORDER BY name`, group);
  }

  addStream(group: string, name: string, created: number): void {
    this.store.run("INSERT INTO log_streams VALUES (?, ?, ?, NULL, NULL, NULL)", group, name, created);
  }

  removeStream(group: string, name: string): void {
    this.store.transaction(() => {
      this.#delete("log_group = ? AND stream = ?", group, name);
      this.store.run("DELETE FROM log_streams WHERE log_group = ? AND name = ?", group, name);
    });
  }

  /** Appends events to an existing stream. */
  append(
    group: string,
    stream: string,
    events: readonly { timestamp: number; message: string }[],
    ingested: number,
  ): void {
    if (events.length === 0) return;
    this.store.transaction(() => {
      let bytes = 0;
      for (const { timestamp, message } of events) {
        const stored = message.replaceAll("\0", "\ufffd"); // SQLite cuts a text at U+0000
        bytes += eventBytes(stored);
        this.store.run(
          "INSERT INTO log_events (log_group, stream, timestamp, ingested, message) VALUES (?, ?, ?, ?, ?)",
          group,
          stream,
          timestamp,
          ingested,
          stored,
        );
      }
      this.#count(group, bytes);
      this.#deleteOldest();
      const times = events.map(({ timestamp }) => timestamp);
      const [first, last] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))];
      this.store.run(
        `UPDATE log_streams SET last_ingestion = ?1, first_event = min(coalesce(first_event, ?2), ?2),
           last_event = max(coalesce(last_event, ?3), ?3) WHERE log_group = ?4 AND name = ?5`,
        ingested,
        first,
        last,
        group,
        stream,
      );
    });
  }

  /**
   * Up to `limit` events of a stream after a position (or before it, nearest first), with from <= time < to, one by one:
   * together they can be larger than the memory.
   */
  ofStream(
    group: string,
    stream: string,
    { behind, before, from, to, limit }: {
      behind?: Position;
      before?: Position;
      from: number;
      to: number;
      limit: number;
    },
  ): Iterable<LogEvent> {
    const place = behind ?? before ?? { timestamp: to, id: 0 };
    const [compare, order] = behind ? [">", "ASC"] : ["<", "DESC"];
    return this.store.each(
      `SELECT ${EVENT} FROM log_events WHERE log_group = ? AND stream = ?
         AND (timestamp, id) ${compare} (?, ?) AND timestamp >= ? AND timestamp < ?
       ORDER BY timestamp ${order}, id ${order} LIMIT ?`,
      group,
      stream,
      place.timestamp,
      place.id,
      from,
      to,
      limit,
    );
  }

  /** The events of a group after a position, with from <= time <= to, one by one. */
  ofGroup(group: string, behind: Position, from: number, to: number): Iterable<LogEvent> {
    return this.store.each(
      `SELECT ${EVENT} FROM log_events WHERE log_group = ? AND (timestamp, id) > (?, ?)
         AND timestamp >= ? AND timestamp <= ? ORDER BY timestamp, id`,
      group,
      behind.timestamp,
      behind.id,
      from,
      to,
    );
  }

  storedBytes(group: string): number {
    const found = this.store.get<{ bytes: number }>("SELECT bytes FROM log_sizes WHERE log_group = ?", group);
    return found?.bytes ?? 0;
  }

  /** Deletes events older than their group's retention. */
  expire(now: number): void {
    for (const { name, retention } of this.groups()) {
      if (retention === null) continue;
      this.store.transaction(() =>
        this.#delete("log_group = ? AND timestamp < ?", name, now - retention * DAY_MS)
      );
    }
  }

  /** Deletes the oldest events, by their arrival, until the others are few enough. */
  #deleteOldest(): void {
    const { bytes } = this.store.get<{ bytes: number | null }>("SELECT sum(bytes) AS bytes FROM log_sizes")!;
    let surplus = (bytes ?? 0) - this.maxBytes;
    if (surplus <= 0) return;
    const oldest = this.store.each<{ id: number; bytes: number }>(
      `SELECT id, ${SIZE} AS bytes FROM log_events ORDER BY id LIMIT ?`,
      GONE_AT_ONCE,
    );
    let last = 0;
    for (const { id, bytes } of oldest) {
      last = id;
      surplus -= bytes;
      if (surplus <= 0) break;
    }
    this.#delete("id <= ?", last);
  }

  /** Deletes events, and keeps count. */
  #delete(where: string, ...values: (string | number)[]): void {
    const sizes = this.store.all<{ name: string; bytes: number }>(
      `SELECT log_group AS name, ${SUM} AS bytes FROM log_events WHERE ${where} GROUP BY log_group`,
      ...values,
    );
    this.store.run(`DELETE FROM log_events WHERE ${where}`, ...values);
    for (const { name, bytes } of sizes) this.#count(name, -bytes);
  }

  #count(group: string, bytes: number): void {
    this.store.run(
      "INSERT INTO log_sizes VALUES (?, ?) ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes",
      group,
      bytes,
    );
  }
}
