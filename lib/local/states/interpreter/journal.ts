/**
 * The tables of executions, their events, and the threads of running ones. A step writes its events and threads in one
 * transaction, so after a kill every execution is between two steps.
 */
import type { Store } from "../../store.ts";
import type { MachineType } from "../language/asl.ts";

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

/** A row of `sfn_executions`; times are milliseconds since the epoch. */
export interface Execution {
  /** Ascending in order of the starts. */
  readonly id: number;
  readonly arn: string;
  readonly machineArn: string;
  /** Key of the state machine's revision that it runs. */
  readonly revision: string;
  readonly name: string;
  readonly type: MachineType;
  /** 1 when a StartSyncExecution waits for it; after a restart its caller is gone. */
  readonly sync: number;
  readonly input: string;
  readonly startDate: number;
  readonly status: ExecutionStatus;
  readonly stopDate: number | null;
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
}

/** Whether it is a child of a Map Run: its machine's name is `MACHINE/LABEL`. */
export function isChild({ machineArn }: Pick<Execution, "machineArn">): boolean {
  return machineArn.includes("/");
}

/** The outcome of an execution. */
export interface Ending {
  readonly status: Exclude<ExecutionStatus, "RUNNING">;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  /** Milliseconds since the epoch. */
  readonly stopDate: number;
}

/** An event without its id and time. */
export interface EventBody {
  readonly type: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface HistoryEvent extends EventBody {
  /** From 1. */
  readonly id: number;
  readonly previousEventId: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** An event's `…Details` member about its data, which the local AWS never truncates. */
export const NOT_TRUNCATED = { truncated: false };

/**
 * What a thread does next or waits for: the answer to a task's call, a worker of an activity, or a report by a task's
 * token; `done` is a branch or iteration that waits for the others.
 */
export type Phase = "enter" | "wait" | "retry" | "task" | "activity" | "callback" | "children" | "done";

/** One line of control: the execution itself, a branch of a Parallel state or an iteration of a Map state. */
export interface Thread {
  readonly id: number;
  readonly parent?: number;
  /** Index of the branch or iteration in the parent's state. */
  readonly index: number;
  /** The name of the state it is in, or will enter next. */
  state: string;
  phase: Phase;
  /** JSON text of the state's input, or of the output when done. */
  data: string;
  /** Id and time (milliseconds since the epoch) of the state's entered event. */
  entered: number;
  enteredAt: number;
  /** Id of the last event, the next one's `previousEventId`. */
  last: number;
  /** Id of the event before the state's entered event. */
  before?: number;
  /** Number of retries by the retrier's index. */
  tries: number[];
  /** When the wait, the retry's delay or the task's timeout ends; milliseconds since the epoch. */
  due?: number;
  /** Whether `due` is the heartbeat's timeout. */
  heartbeat?: boolean;
  /** When the whole task's timeout ends, in milliseconds since the epoch. */
  deadline?: number;
  /** The task's heartbeat timeout, in seconds. */
  beat?: number;
  /** The scheduled event of the task in flight. */
  call?: EventBody;
  /** What the call returned of a task that waits for more, as JSON text. */
  submitted?: string;
  /** The token by which the task's outcome is reported, `$$.Task.Token`. */
  token?: string;
  /** JSON text of the Map state's item, `$$.Map.Item.Value`. */
  readonly item?: string;
}

/** Whose executions are listed. */
export type Listed =
  | { readonly machineArn: string; readonly versionArn?: string; readonly aliasArn?: string }
  | { readonly mapRun: number };

function whereOf(of: Listed): [where: string, values: (string | number)[]] {
  if ("mapRun" in of) return ["id IN (SELECT execution FROM sfn_children WHERE map_run = ?)", [of.mapRun]];
  const { machineArn, versionArn, aliasArn } = of;
  const qualifier = aliasArn === undefined ? "version_arn" : "alias_arn";
  const qualified = aliasArn ?? versionArn;
  if (qualified === undefined) return ["machine_arn = ?", [machineArn]];
  const chosen = `id IN (SELECT execution FROM sfn_qualifiers WHERE ${qualifier} = ?)`;
  return [`machine_arn = ? AND ${chosen}`, [machineArn, qualified]];
}

/** Above the limit of a history, 25,000 events. */
const EVENT_KEYS = 32_768;

const COLUMNS = `id, arn, machine_arn machineArn, revision, name, type, sync, input, start_date startDate,
  status, stop_date stopDate, output, error, cause`;

export class Journal {
  constructor(private readonly store: Store) {
    store.db.exec(`
      CREATE TABLE IF NOT EXISTS sfn_executions (
        id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, machine_arn TEXT NOT NULL, revision TEXT NOT NULL,
        name TEXT NOT NULL, type TEXT NOT NULL, sync INTEGER NOT NULL, input TEXT NOT NULL,
        start_date INTEGER NOT NULL, status TEXT NOT NULL, stop_date INTEGER, output TEXT, error TEXT, cause TEXT
      );
      CREATE INDEX IF NOT EXISTS sfn_by_machine ON sfn_executions (machine_arn, id);
      CREATE INDEX IF NOT EXISTS sfn_running ON sfn_executions (machine_arn) WHERE status = 'RUNNING';
      CREATE TABLE IF NOT EXISTS sfn_events (
        key INTEGER PRIMARY KEY, type TEXT NOT NULL, previous INTEGER NOT NULL, timestamp INTEGER NOT NULL, details TEXT
      );
      CREATE TABLE IF NOT EXISTS sfn_threads (
        execution INTEGER NOT NULL, id INTEGER NOT NULL, data TEXT NOT NULL, record TEXT NOT NULL,
        PRIMARY KEY (execution, id)
      );
      CREATE TABLE IF NOT EXISTS sfn_variables (
        execution INTEGER NOT NULL, thread INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (execution, thread, name)
      );
      CREATE TABLE IF NOT EXISTS sfn_qualifiers (
        execution INTEGER PRIMARY KEY, version_arn TEXT NOT NULL, alias_arn TEXT
      );
      CREATE TABLE IF NOT EXISTS sfn_attempts (
        execution INTEGER NOT NULL, thread INTEGER NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (execution, thread)
      ) WITHOUT ROWID;
    `);
  }

  transaction<T>(work: () => T): T {
    return this.store.transaction(work);
  }

  /** Adds a running execution; returns it with its id. */
  insert(
    given:
      & Pick<
        Execution,
        "arn" | "machineArn" | "revision" | "name" | "type" | "sync" | "input" | "startDate"
      >
      & { versionArn?: string; aliasArn?: string },
  ): Execution {
    const { arn, machineArn, revision, name, type, sync, input, startDate } = given;
    this.store.run(
      `INSERT INTO sfn_executions (arn, machine_arn, revision, name, type, sync, input, start_date, status)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'RUNNING')`,
      ...[arn, machineArn, revision, name, type, sync, input, startDate],
    );
    const execution = this.find(arn)!;
    const { versionArn, aliasArn } = given;
    if (versionArn !== undefined) {
      const values = [execution.id, versionArn, aliasArn ?? null];
      this.store.run("INSERT OR REPLACE INTO sfn_qualifiers VALUES (?, ?, ?)", ...values);
    }
    return execution;
  }

  /** The version and the alias by which an execution was started. */
  qualifiers(execution: number): { stateMachineVersionArn?: string; stateMachineAliasArn?: string } {
    const row = this.store.get<{ version_arn: string; alias_arn: string | null }>(
      "SELECT version_arn, alias_arn FROM sfn_qualifiers WHERE execution = ?",
      execution,
    );
    if (!row) return {};
    const alias = row.alias_arn === null ? {} : { stateMachineAliasArn: row.alias_arn };
    return { stateMachineVersionArn: row.version_arn, ...alias };
  }

  find(arn: string): Execution | undefined {
    return this.store.get(`SELECT ${COLUMNS} FROM sfn_executions WHERE arn = ?`, arn);
  }

  byId(id: number): Execution | undefined {
    return this.store.get(`SELECT ${COLUMNS} FROM sfn_executions WHERE id = ?`, id);
  }

  /** The ARNs of running executions, in order of their starts. */
  running(): string[] {
    const sql = "SELECT arn FROM sfn_executions WHERE status = 'RUNNING' ORDER BY id";
    return this.store.all<{ arn: string }>(sql).map(({ arn }) => arn);
  }

  runsAny(machineArn: string): boolean {
    return this.store.get(
      "SELECT 1 FROM sfn_executions WHERE machine_arn = ? AND status = 'RUNNING' LIMIT 1",
      machineArn,
    ) !== undefined;
  }

  /** Up to `limit` executions of a machine, its version or alias, or a Map Run, with ids below `before`, the newest first. */
  list(
    of: Listed,
    status: string | undefined,
    limit: number,
    before = Number.MAX_SAFE_INTEGER,
  ): Omit<Execution, "input" | "output">[] {
    const columns = COLUMNS.replace(" input,", "").replace(" output,", "");
    const [where, values] = whereOf(of);
    return this.store.all(
      `SELECT ${columns} FROM sfn_executions
       WHERE ${where} AND id < ? ${status ? "AND status = ?" : ""} ORDER BY id DESC LIMIT ?`,
      ...[...values, before, ...(status ? [status] : []), limit],
    );
  }

  /** Stores the outcome; an express execution is deleted. */
  end(execution: Execution, { status, output, error, cause, stopDate }: Ending): void {
    this.store.run("DELETE FROM sfn_threads WHERE execution = ?", execution.id);
    this.store.run("DELETE FROM sfn_variables WHERE execution = ?", execution.id);
    this.store.run("DELETE FROM sfn_attempts WHERE execution = ?", execution.id);
    if (execution.type === "EXPRESS") return this.#remove(execution.id);
    this.store.run(
      "UPDATE sfn_executions SET status = ?, stop_date = ?, output = ?, error = ?, cause = ? WHERE id = ?",
      ...[status, stopDate, output ?? null, error ?? null, cause ?? null, execution.id],
    );
  }

  /** Deletes executions that ended before a time. */
  forget(before: number): void {
    const old = this.store.all<{ id: number }>(
      "SELECT id FROM sfn_executions WHERE status <> 'RUNNING' AND stop_date < ?",
      before,
    );
    this.store.transaction(() => old.forEach(({ id }) => this.#remove(id)));
  }

  /** Adds events; those of an express execution are dropped, as no operation returns them. */
  append(execution: Execution, events: readonly HistoryEvent[]): void {
    if (execution.type === "EXPRESS") return;
    for (const { id, type, previousEventId, timestamp, details } of events) {
      this.store.run(
        "INSERT INTO sfn_events VALUES (?, ?, ?, ?, ?)",
        ...[
          key(execution.id, id),
          type,
          previousEventId,
          timestamp,
          details ? JSON.stringify(details) : null,
        ],
      );
    }
  }

  /** Up to `limit` events after id `after` (or from the beginning), ascending or in reverse. */
  events(execution: number, limit: number, after?: number, reverse = false): HistoryEvent[] {
    const [from, to] = reverse
      ? [key(execution, 0), key(execution, after ?? EVENT_KEYS) - 1]
      : [key(execution, after ?? 0) + 1, key(execution + 1, -1)];
    const rows = this.store.all<
      { key: number; type: string; previous: number; timestamp: number; details: string | null }
    >(
      `SELECT * FROM sfn_events WHERE key BETWEEN ? AND ? ORDER BY key ${reverse ? "DESC" : "ASC"} LIMIT ?`,
      ...[from, to, limit],
    );
    return rows.map((row) => ({
      id: row.key - key(execution, 0),
      type: row.type,
      previousEventId: row.previous,
      timestamp: row.timestamp,
      ...(row.details === null ? {} : { details: JSON.parse(row.details) }),
    }));
  }

  lastEvent(execution: number): number {
    return this.events(execution, 1, undefined, true)[0]?.id ?? 0;
  }

  saveThread(execution: Execution, { id, data, ...record }: Thread): void {
    this.store.run(
      `INSERT INTO sfn_threads VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET data = excluded.data, record = excluded.record`,
      ...[execution.id, id, data, JSON.stringify(record)],
    );
  }

  removeThread(execution: Execution, id: number): void {
    this.store.run("DELETE FROM sfn_threads WHERE execution = ? AND id = ?", execution.id, id);
    this.store.run("DELETE FROM sfn_variables WHERE execution = ? AND thread = ?", execution.id, id);
  }

  /** Stores variables of a thread's scope: JSON texts by name. */
  saveVariables({ id }: Execution, thread: number, values: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(values)) {
      this.store.run(
        "INSERT INTO sfn_variables VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        ...[id, thread, name, value],
      );
    }
  }

  variables(execution: number, thread: number): Record<string, string> {
    const rows = this.store.all<{ name: string; value: string }>(
      "SELECT name, value FROM sfn_variables WHERE execution = ? AND thread = ?",
      ...[execution, thread],
    );
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  threads(execution: number): Thread[] {
    return this.store.all<{ id: number; data: string; record: string }>(
      "SELECT id, data, record FROM sfn_threads WHERE execution = ? ORDER BY id",
      execution,
    ).map(({ id, data, record }) => ({ id, data, ...JSON.parse(record) }));
  }

  /**
   * Counts an attempt at a step, until `attempted` is told of its end.
   * @param thread the thread that makes it, or a number of the caller's
   * @returns the number of attempts so far, with this one: one more than the crashes in a row during the step
   */
  attempt({ id }: Execution, thread: number): number {
    return this.store.get<{ count: number }>(
      `INSERT INTO sfn_attempts VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1 RETURNING count`,
      ...[id, thread],
    )!.count;
  }

  attempted({ id }: Execution, thread: number): void {
    this.store.run("DELETE FROM sfn_attempts WHERE execution = ? AND thread = ?", id, thread);
  }

  #remove(execution: number): void {
    this.store.run(
      "DELETE FROM sfn_events WHERE key BETWEEN ? AND ?",
      key(execution, 0),
      key(execution + 1, -1),
    );
    this.store.run("DELETE FROM sfn_qualifiers WHERE execution = ?", execution);
    this.store.run("DELETE FROM sfn_executions WHERE id = ?", execution);
  }
}

/** An event's key combines the ids of the execution and the event, so that a history is contiguous. */
function key(execution: number, event: number): number {
  return execution * EVENT_KEYS + event;
}
