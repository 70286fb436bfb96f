/** Limits of concurrent invocations, and the count of those that run or wait. */
import { AwsError } from "../errors.ts";
import type { FunctionRecord, Records } from "./records.ts";

/** AWS's default for an account. */
const ACCOUNT_LIMIT = 1000;
/** What reservations must leave for other functions; all, in an account that has less. */
const MIN_UNRESERVED = 100;

/** The sum of all functions' reservations. */
export function reservedByAll(records: Records): number {
  return records.functions.list().reduce((sum, record) => sum + (record.reservedConcurrency ?? 0), 0);
}

export class ConcurrentExecutions {
  readonly #running = new Map<string, number>();
  #unreserved = 0;

  /** @param limit of the account, the quota "Concurrent executions" */
  constructor(readonly records: Records, readonly limit = ACCOUNT_LIMIT) {}

  get minUnreserved(): number {
    return Math.min(MIN_UNRESERVED, this.limit);
  }

  /**
   * Runs `work` as one of the function's concurrent executions.
   * @throws AwsError TooManyRequestsException
   */
  async count<T>(record: FunctionRecord, work: () => Promise<T>): Promise<T> {
    const { latest: { FunctionName: name }, reservedConcurrency } = record;
    const running = this.#running.get(name) ?? 0;
    const isReserved = reservedConcurrency !== undefined;
    if (isReserved && running >= reservedConcurrency) {
      throw throttled("ReservedFunctionConcurrentInvocationLimitExceeded");
    }
    if (!isReserved && this.#isUnreservedFull()) throw throttled("ConcurrentInvocationLimitExceeded");
    this.#running.set(name, running + 1);
    if (!isReserved) this.#unreserved++;
    try {
      return await work();
    } finally {
      const left = this.#running.get(name)! - 1;
      if (left > 0) this.#running.set(name, left);
      else this.#running.delete(name);
      if (!isReserved) this.#unreserved--;
    }
  }

  /** How many invocations of the function run or wait. */
  running(name: string): number {
    return this.#running.get(name) ?? 0;
  }

  #isUnreservedFull(): boolean {
    // Summing up the reservations reads all functions, so only when the limit may be reached.
    return this.#unreserved >= this.minUnreserved &&
      this.#unreserved >= this.limit - reservedByAll(this.records);
  }
}

export function isThrottled(error: unknown): boolean {
  return error instanceof AwsError && error.code === "TooManyRequestsException";
}

function throttled(Reason: string): AwsError {
  return new AwsError("TooManyRequestsException", "Rate Exceeded.", 429, { Reason });
}
