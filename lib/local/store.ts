/**
 * Durable state: one SQLite database in the state directory. Every acknowledged write is in the write-ahead log, so
 * it survives SIGKILL.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { openDatabase } from "./database.ts";

/** Incremented when the tables change; an older program refuses a newer directory. */
export const STATE_VERSION = 1;

export class Store {
  readonly db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Whether the directory had no database before: it is a new directory, or its database was lost. */
  readonly isNew: boolean;
  /** When the database was made, in milliseconds since the epoch: older files may belong to one that was lost. */
  readonly born: number;

  /** @throws Error like `openDatabase`, or when a newer version of the project wrote the directory */
  constructor(readonly stateDir: string) {
    const { db, isNew } = openDatabase(stateDir);
    this.db = db;
    this.isNew = isNew;
    const { user_version: version } = this.db.prepare("PRAGMA user_version").get() as {
      user_version: number;
    };
    if (version > STATE_VERSION) {
      this.db.close();
      throw new Error(
        `Cannot open the state directory ${stateDir}: it was written by a newer version of this project ` +
          `(state version ${version}, this program knows ${STATE_VERSION}). Update the project, or point ` +
          `SCONES_STATE_DIR to another directory.`,
      );
    }
    this.db.exec(`
      PRAGMA user_version = ${STATE_VERSION};
      CREATE TABLE IF NOT EXISTS documents (
        collection TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (collection, key)
      ) WITHOUT ROWID;
    `);
    const facts = this.collection<number>("store");
    if (isNew) facts.put("born", Date.now());
    this.born = facts.get("born") ?? 0;
  }

  /** The collection of this name; it needs no creation. */
  collection<T>(name: string): Collection<T> {
    return new Collection<T>(this, name);
  }

  /** Runs one statement (prepared once) for its effect; returns the number of changed rows. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  get<T>(sql: string, ...values: SQLInputValue[]): T | undefined {
    return this.#prepared(sql).get(...values) as T | undefined;
  }

  all<T>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.#prepared(sql).all(...values) as T[];
  }

  /** Like `all`, but reads the rows one by one. Nothing else may be done with the store between them. */
  each<T>(sql: string, ...values: SQLInputValue[]): Iterable<T> {
    return this.#prepared(sql).iterate(...values) as Iterable<unknown> as Iterable<T>;
  }

  /** Runs `work` in a transaction; calls may nest, the outermost one commits. `work` must be synchronous. */
  transaction<T>(work: () => T): T {
    if (this.db.isTransaction) return work();
    this.#prepared("BEGIN IMMEDIATE").run();
    try {
      const result = work();
      this.#prepared("COMMIT").run();
      return result;
    } catch (error) {
      // When the disk is full SQLite has done so itself.
      if (this.db.isTransaction) this.db.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.db.close();
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, statement = this.db.prepare(sql));
    return statement;
  }
}

/** JSON documents of one kind, by key. */
export class Collection<T> {
  constructor(readonly store: Store, readonly name: string) {}

  get(key: string): T | undefined {
    const row = this.store.get<{ value: string }>(
      "SELECT value FROM documents WHERE collection = ? AND key = ?",
      this.name,
      key,
    );
    return row && JSON.parse(row.value);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  put(key: string, value: T): void {
    this.store.run(
      "INSERT INTO documents VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
      this.name,
      key,
      JSON.stringify(value),
    );
  }

  /** Returns whether the document existed. */
  delete(key: string): boolean {
    return this.store.run("DELETE FROM documents WHERE collection = ? AND key = ?", this.name, key) > 0;
  }

  /** All documents whose key begins with `prefix`, in key order. */
  list(prefix = ""): T[] {
    return this.store.all<{ value: string }>(
      "SELECT value FROM documents WHERE collection = ? AND key >= ? AND substr(key, 1, ?) = ? ORDER BY key",
      this.name,
      prefix,
      prefix.length,
      prefix,
    ).map((row) => JSON.parse(row.value));
  }
}
