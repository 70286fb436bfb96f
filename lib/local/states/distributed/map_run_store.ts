/**
 * The tables of Map Runs, of their child executions and of the results. A child's start is written together with the
 * position in the items, and its end together with its result and the counts: after a kill no item is lost or doubled.
 */
import type { Store } from "../../store.ts";
import type { Cursor } from "./inputs.ts";
import type { MapRunSettings, Tolerated } from "./settings.ts";

export type MapRunStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "ABORTED";

/** How a child execution can end. */
export const OUTCOMES = ["succeeded", "failed", "timedOut", "aborted"] as const;
export type Outcome = typeof OUTCOMES[number];

/** Numbers of child executions, or of items. */
export type Counts = Readonly<Record<Outcome | "running", number>>;

export interface MapRun {
  readonly id: number;
  readonly arn: string;
  readonly executionArn: string;
  readonly settings: MapRunSettings;
  /** Key of the revision with the item processor. */
  readonly revision: string;
  readonly maxConcurrency: number;
  readonly tolerated: Tolerated;
  readonly status: MapRunStatus;
  /** Milliseconds since the epoch. */
  readonly startDate: number;
  readonly stopDate: number | null;
  readonly cursor: Cursor;
  /** Whether all items have been read. */
  readonly isRead: boolean;
  /** All items, where their number is known from the start. */
  readonly length: number | null;
  readonly executions: Counts;
  readonly items: Counts;
  /** The length of all kept results, in characters. */
  readonly resultsLength: number;
  readonly resultsWritten: number;
  readonly redriveCount: number;
  readonly redriveDate: number | null;
}

/** A child execution, from its start on; of an express one until its end. */
export interface Child {
  readonly execution: number;
  readonly mapRun: number;
  /** From 0, in the order of the starts. */
  readonly position: number;
  /** The number of its items. */
  readonly items: number;
}

type Row = Record<string, number | string | null>;

const COUNTS = ["running", ...OUTCOMES].flatMap((name) => [`executions_${name}`, `items_${name}`]);

export class MapRunStore {
  constructor(private readonly store: Store) {
    store.db.exec(`
      CREATE TABLE IF NOT EXISTS sfn_map_runs (
        id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, execution_arn TEXT NOT NULL, settings TEXT NOT NULL,
        revision TEXT NOT NULL, max_concurrency INTEGER NOT NULL, tolerated TEXT NOT NULL, status TEXT NOT NULL,
        start_date INTEGER NOT NULL, stop_date INTEGER, cursor TEXT NOT NULL, is_read INTEGER NOT NULL DEFAULT 0,
        length INTEGER, results_length INTEGER NOT NULL DEFAULT 0, results_written INTEGER NOT NULL DEFAULT 0,
        redrive_count INTEGER NOT NULL DEFAULT 0, redrive_date INTEGER,
        ${COUNTS.map((column) => `${column} INTEGER NOT NULL DEFAULT 0`)}
      );
      CREATE INDEX IF NOT EXISTS sfn_map_runs_by_execution ON sfn_map_runs (execution_arn, id);
      CREATE TABLE IF NOT EXISTS sfn_children (
        execution INTEGER PRIMARY KEY, map_run INTEGER NOT NULL, position INTEGER NOT NULL, items INTEGER NOT NULL
      );
      CREATE INDEX IF NOT EXISTS sfn_children_by_run ON sfn_children (map_run, execution);
      CREATE TABLE IF NOT EXISTS sfn_map_results (
        map_run INTEGER NOT NULL, position INTEGER NOT NULL, status TEXT NOT NULL, result TEXT NOT NULL,
        PRIMARY KEY (map_run, position)
      ) WITHOUT ROWID;
    `);
  }

  insert(
    given: Pick<MapRun, "arn" | "executionArn" | "settings" | "revision" | "startDate" | "length">,
  ): MapRun {
    const { arn, executionArn, settings, revision, startDate, length } = given;
    const cursor: Cursor = { at: null, taken: 0, index: 0, children: 0 };
    this.store.run(
      `INSERT INTO sfn_map_runs
         (arn, execution_arn, settings, revision, max_concurrency, tolerated, status, start_date, cursor, length)
       VALUES (?, ?, ?, ?, ?, ?, 'RUNNING', ?, ?, ?)`,
      ...[arn, executionArn, JSON.stringify(settings), revision, settings.maxConcurrency],
      ...[JSON.stringify(settings.tolerated), startDate, JSON.stringify(cursor), length],
    );
    return this.find(arn)!;
  }

  find(arn: string): MapRun | undefined {
    return mapRunOf(this.store.get<Row>("SELECT * FROM sfn_map_runs WHERE arn = ?", arn));
  }

  byId(id: number): MapRun | undefined {
    return mapRunOf(this.store.get<Row>("SELECT * FROM sfn_map_runs WHERE id = ?", id));
  }

  /** Up to `limit` Map Runs of an execution with ids below `before`, the newest first. */
  list(executionArn: string, limit: number, before = Number.MAX_SAFE_INTEGER): MapRun[] {
    return this.store.all<Row>(
      "SELECT * FROM sfn_map_runs WHERE execution_arn = ? AND id < ? ORDER BY id DESC LIMIT ?",
      ...[executionArn, before, limit],
    ).map((row) => mapRunOf(row)!);
  }

  /** The Map Runs that run although their execution does not. */
  orphans(): MapRun[] {
    return this.store.all<Row>(
      `SELECT * FROM sfn_map_runs WHERE status = 'RUNNING' AND NOT EXISTS (
         SELECT 1 FROM sfn_executions WHERE arn = execution_arn AND status = 'RUNNING')`,
    ).map((row) => mapRunOf(row)!);
  }

  /** Changes what UpdateMapRun can change. */
  update(id: number, maxConcurrency: number, tolerated: Tolerated): void {
    this.store.run(
      "UPDATE sfn_map_runs SET max_concurrency = ?, tolerated = ? WHERE id = ?",
      ...[maxConcurrency, JSON.stringify(tolerated), id],
    );
  }

  end(id: number, status: MapRunStatus, stopDate: number): void {
    this.store.run("UPDATE sfn_map_runs SET status = ?, stop_date = ? WHERE id = ?", status, stopDate, id);
  }

  /** Lets an ended Map Run run again. */
  redrive(id: number, now: number): void {
    this.store.run(
      `UPDATE sfn_map_runs SET status = 'RUNNING', stop_date = NULL, redrive_count = redrive_count + 1, redrive_date = ?
       WHERE id = ?`,
      ...[now, id],
    );
  }

  /** Notes children that have started, up to the position `cursor` in the items. */
  started(id: number, children: readonly Child[], cursor: Cursor): void {
    for (const { execution, position, items } of children) {
      this.store.run("INSERT INTO sfn_children VALUES (?, ?, ?, ?)", execution, id, position, items);
    }
    const items = children.reduce((sum, child) => sum + child.items, 0);
    this.store.run(
      `UPDATE sfn_map_runs SET cursor = ?, executions_running = executions_running + ?,
         items_running = items_running + ? WHERE id = ?`,
      ...[JSON.stringify(cursor), children.length, items, id],
    );
  }

  allRead(id: number): void {
    this.store.run("UPDATE sfn_map_runs SET is_read = 1 WHERE id = ?", id);
  }

  child(execution: number): Child | undefined {
    return this.store.get(
      "SELECT execution, map_run mapRun, position, items FROM sfn_children WHERE execution = ?",
      execution,
    );
  }

  /** The executions of up to `limit` children with this status. */
  children(id: number, status: string, limit: number): { arn: string }[] {
    return this.store.all(
      `SELECT arn FROM sfn_children JOIN sfn_executions ON id = execution WHERE map_run = ? AND status = ? LIMIT ?`,
      ...[id, status, limit],
    );
  }

  /** Notes a child's end. @param result is kept, unless it is undefined */
  ended({ mapRun, position, items }: Child, outcome: Outcome, result: string | undefined): void {
    if (result !== undefined) {
      this.store.run(
        `INSERT INTO sfn_map_results VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET status = excluded.status, result = excluded.result`,
        ...[mapRun, position, outcome, result],
      );
    }
    this.store.run(
      `UPDATE sfn_map_runs SET executions_running = executions_running - 1, items_running = items_running - ?,
         executions_${outcome} = executions_${outcome} + 1, items_${outcome} = items_${outcome} + ?,
         results_length = results_length + ? WHERE id = ?`,
      ...[items, items, result?.length ?? 0, mapRun],
    );
  }

  /** A child that had ended otherwise runs again. */
  redriven({ mapRun, items }: Child, from: Outcome): void {
    this.store.run(
      `UPDATE sfn_map_runs SET executions_running = executions_running + 1, items_running = items_running + ?,
         executions_${from} = executions_${from} - 1, items_${from} = items_${from} - ? WHERE id = ?`,
      ...[items, items, mapRun],
    );
  }

  /** Forgets a child that is over, as of express executions. */
  forget(execution: number): void {
    this.store.run("DELETE FROM sfn_children WHERE execution = ?", execution);
  }

  /** Up to `limit` results after a position, in the order of their children. */
  results(id: number, after: number, limit: number): { position: number; status: Outcome; result: string }[] {
    return this.store.all(
      "SELECT position, status, result FROM sfn_map_results WHERE map_run = ? AND position > ? ORDER BY position LIMIT ?",
      ...[id, after, limit],
    );
  }

  /** The results' number and their length in bytes of UTF-8. */
  resultSizes(id: number, statuses: readonly Outcome[]): { count: number; bytes: number } {
    const marks = statuses.map(() => "?");
    return this.store.get(
      `SELECT count(*) count, coalesce(sum(length(CAST(result AS BLOB))), 0) bytes FROM sfn_map_results
       WHERE map_run = ? AND status IN (${marks})`,
      ...[id, ...statuses],
    )!;
  }

  /** Deletes the results when they are written, or no longer needed. */
  dropResults(id: number, written: number): void {
    this.store.run("DELETE FROM sfn_map_results WHERE map_run = ?", id);
    this.store.run("UPDATE sfn_map_runs SET results_written = ? WHERE id = ?", written, id);
  }
}

function mapRunOf(row: Row | undefined): MapRun | undefined {
  if (!row) return undefined;
  const counts = (prefix: string) =>
    Object.fromEntries(["running", ...OUTCOMES].map((name) => [name, row[`${prefix}_${name}`]]));
  return {
    id: row.id,
    arn: row.arn,
    executionArn: row.execution_arn,
    settings: JSON.parse(row.settings as string),
    revision: row.revision,
    maxConcurrency: row.max_concurrency,
    tolerated: JSON.parse(row.tolerated as string),
    status: row.status,
    startDate: row.start_date,
    stopDate: row.stop_date,
    cursor: JSON.parse(row.cursor as string),
    isRead: row.is_read === 1,
    length: row.length,
    executions: counts("executions"),
    items: counts("items"),
    resultsLength: row.results_length,
    resultsWritten: row.results_written,
    redriveCount: row.redrive_count,
    redriveDate: row.redrive_date,
  } as unknown as MapRun;
}
