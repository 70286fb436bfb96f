/** Log groups, streams and events as rows. Times are milliseconds since the epoch. */
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

export class LogTables {
  constructor(readonly store: Store) {
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
      this.store.run("DELETE FROM log_events WHERE log_group = ?", name);
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
      this.store.run("DELETE FROM log_events WHERE log_group = ? AND stream = ?", group, name);
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
      for (const { timestamp, message } of events) {
        this.store.run(
          "INSERT INTO log_events (log_group, stream, timestamp, ingested, message) VALUES (?, ?, ?, ?, ?)",
          group,
          stream,
          timestamp,
          ingested,
          // SQLite cuts a text at U+0000.
          message.replaceAll("\0", "\ufffd"),
        );
      }
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

  /** By `eventBytes`; SQLite knows the lengths without reading the texts. */
  storedBytes(group: string): number {
    const sum = this.store.get<{ bytes: number | null }>(
      "SELECT sum(octet_length(message) + 26) AS bytes FROM log_events WHERE log_group = ?",
      group,
    );
    return sum?.bytes ?? 0;
  }

  /** Deletes events older than their group's retention. */
  expire(now: number): void {
    for (const { name, retention } of this.groups()) {
      if (retention === null) continue;
      this.store.run(
        "DELETE FROM log_events WHERE log_group = ? AND timestamp < ?",
        name,
        now - retention * DAY_MS,
      );
    }
  }
}
