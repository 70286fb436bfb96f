/**
 * Asynchronous invocations: an event is stored before the request is answered, then run, and retried when the
 * function fails. After a stop or a kill the next server continues.
 */
import { AwsError } from "../errors.ts";
import type { Core } from "../core.ts";
import type { Outcome } from "./exits.ts";

interface Event {
  readonly id: string;
  readonly arn: string;
  readonly payload: Uint8Array;
  readonly accepted: number;
  readonly attempt: number;
  /** The next delay after throttling or a system error, in milliseconds. */
  readonly backoff: number;
  /** X-Ray's header of the request. */
  readonly trace: string | null;
}

/** Delays before the retries after a function error. */
const FUNCTION_RETRY_MS = [60_000, 120_000];
/** Retries after throttling or a system error: the delay doubles from 1 s to 5 minutes, for up to 6 hours. */
const MAX_SYSTEM_RETRY_MS = 300_000;
const MAX_AGE_MS = 6 * 3_600_000;
/** Events that run at the same time. */
const PARALLEL = 16;

export class EventQueue {
  readonly #running = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /** @param run runs an invocation; throws like Invoke */
  constructor(
    readonly core: Core,
    readonly run: (arn: string, payload: Uint8Array, requestId: string, trace?: string) => Promise<Outcome>,
  ) {
    core.store.db.exec(`
      CREATE TABLE IF NOT EXISTS lambda_events (
        id TEXT PRIMARY KEY, arn TEXT NOT NULL, payload BLOB NOT NULL, accepted INTEGER NOT NULL,
        attempt INTEGER NOT NULL, backoff INTEGER NOT NULL, due INTEGER NOT NULL
      ) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS lambda_events_due ON lambda_events (due);
    `);
    const columns = core.store.all<{ name: string }>("PRAGMA table_info(lambda_events)");
    if (!columns.some(({ name }) => name === "trace")) {
      core.store.db.exec("ALTER TABLE lambda_events ADD COLUMN trace TEXT");
    }
  }

  /** Stores an event and runs it soon. @param id the request id, the same for all attempts */
  accept(arn: string, payload: Uint8Array, id: string, trace?: string): void {
    const now = this.core.now();
    this.core.store.run(
      "INSERT INTO lambda_events (id, arn, payload, accepted, attempt, backoff, due, trace) " +
        "VALUES (?, ?, ?, ?, 0, 1000, ?, ?)",
      id,
      arn,
      payload,
      now,
      now,
      trace?.slice(0, 1000) ?? null,
    );
    this.advance();
  }

  /** Runs the events that are due, and sets a timer for the next one. */
  advance(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    const waiting = this.core.store.all<Event & { due: number }>(
      "SELECT * FROM lambda_events ORDER BY due LIMIT ?",
      2 * PARALLEL,
    ).filter(({ id }) => !this.#running.has(id));
    const now = this.core.now();
    for (const event of waiting) {
      if (this.#running.size >= PARALLEL) return;
      if (event.due > now) {
        this.#timer = setTimeout(() => this.advance(), Math.min(event.due - now, 60_000));
        return;
      }
      this.#running.add(event.id);
      this.#attempt(event).catch((error) => this.core.fault(error, "The queue of events"));
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #attempt(event: Event): Promise<void> {
    try {
      const { functionError } = await this.run(event.arn, event.payload, event.id, event.trace ?? undefined);
      const wait = functionError && FUNCTION_RETRY_MS[event.attempt];
      if (this.#stopped) return;
      if (wait) this.#again(event.id, wait, { attempt: event.attempt + 1, backoff: event.backoff });
      else this.#done(event.id);
    } catch (error) {
      // The event stays stored for the next start.
      if (this.#stopped) return;
      const isFault = !(error instanceof AwsError);
      if (isFault) this.core.fault(error, `The event ${event.id} for ${event.arn}`);
      const passing = isFault || error.status === 429 || error.status === 409 || error.status >= 500;
      if (passing && this.core.now() - event.accepted < MAX_AGE_MS) {
        this.#again(event.id, event.backoff, {
          attempt: event.attempt,
          backoff: Math.min(2 * event.backoff, MAX_SYSTEM_RETRY_MS),
        });
      } else this.#done(event.id);
    } finally {
      this.#running.delete(event.id);
      this.advance();
    }
  }

  #done(id: string): void {
    this.core.store.run("DELETE FROM lambda_events WHERE id = ?", id);
  }

  #again(id: string, waitMs: number, { attempt, backoff }: Pick<Event, "attempt" | "backoff">): void {
    this.core.store.run(
      "UPDATE lambda_events SET due = ?, attempt = ?, backoff = ? WHERE id = ?",
      ...[this.core.now() + waitMs, attempt, backoff, id],
    );
  }
}
