/** PutFunctionConcurrency, GetFunctionConcurrency, DeleteFunctionConcurrency, GetAccountSettings; counts what runs. */
import { AwsError } from "../errors.ts";
import { integer, required, structure } from "../legacy_shapes.ts";
import { functionArn, functionName, functionReference, invalidParameter } from "./names.ts";
import { MAX_UNZIPPED_BYTES, MAX_ZIPPED_BYTES } from "./zip.ts";
import type { Parts } from "./parts.ts";
import type { FunctionRecord, Records } from "./records.ts";
import { type Route, route } from "./rest.ts";

/** AWS's default for an account. */
const ACCOUNT_LIMIT = 1000;
/** What must stay for functions without a reservation. */
const MIN_UNRESERVED = 100;

const putConcurrency = structure({
  FunctionName: required(functionName),
  ReservedConcurrentExecutions: required(integer({ min: 0 })),
});
const oneFunction = structure({ FunctionName: required(functionName) });

export function concurrencyRoutes({ core, records }: Parts): Route[] {
  const record = (name: string): FunctionRecord => records.get(name);
  return [
    route(
      "PUT /2017-10-31/functions/{FunctionName}/concurrency",
      putConcurrency,
      ({ FunctionName, ReservedConcurrentExecutions }, { principal }) => {
        const { name } = functionReference(core, FunctionName);
        core.siblings.iam.authorize(
          principal,
          "lambda:PutFunctionConcurrency",
          functionArn(core, { name }),
        );
        const existing = record(name);
        const others = reserved(records) - (existing.reservedConcurrency ?? 0);
        if (ACCOUNT_LIMIT - others - ReservedConcurrentExecutions < MIN_UNRESERVED) {
          throw invalidParameter(
            "Specified ReservedConcurrentExecutions for function decreases account's " +
              `UnreservedConcurrentExecution below its minimum value of [${MIN_UNRESERVED}].`,
          );
        }
        records.functions.put(name, { ...existing, reservedConcurrency: ReservedConcurrentExecutions });
        return { ReservedConcurrentExecutions };
      },
    ),

    route(
      "GET /2019-09-30/functions/{FunctionName}/concurrency",
      oneFunction,
      ({ FunctionName }, { principal }) => {
        const { name } = functionReference(core, FunctionName);
        core.siblings.iam.authorize(
          principal,
          "lambda:GetFunctionConcurrency",
          functionArn(core, { name }),
        );
        const { reservedConcurrency } = record(name);
        return reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
      },
    ),

    route(
      "DELETE /2017-10-31/functions/{FunctionName}/concurrency",
      oneFunction,
      ({ FunctionName }, { principal }) => {
        const { name } = functionReference(core, FunctionName);
        core.siblings.iam.authorize(
          principal,
          "lambda:DeleteFunctionConcurrency",
          functionArn(core, { name }),
        );
        const { reservedConcurrency: _, ...rest } = record(name);
        records.functions.put(name, rest);
      },
      204,
    ),

    route("GET /2016-08-19/account-settings", structure({}), (_input, { principal }) => {
      core.siblings.iam.authorize(principal, "lambda:GetAccountSettings", "*");
      const versions = [
        ...records.functions.list().map(({ latest }) => latest),
        ...records.versions.list(),
      ];
      return {
        AccountLimit: {
          TotalCodeSize: 80_530_636_800,
          CodeSizeUnzipped: MAX_UNZIPPED_BYTES,
          CodeSizeZipped: MAX_ZIPPED_BYTES,
          ConcurrentExecutions: ACCOUNT_LIMIT,
          UnreservedConcurrentExecutions: ACCOUNT_LIMIT - reserved(records),
        },
        AccountUsage: {
          TotalCodeSize: versions.reduce((sum, { CodeSize }) => sum + CodeSize, 0),
          FunctionCount: records.functions.list().length,
        },
      };
    }),
  ];
}

/** Invocations that run or wait, by function. */
export class Concurrency {
  readonly #running = new Map<string, number>();
  #unreserved = 0;

  constructor(readonly records: Records) {}

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
    // The sum of reservations is only looked up near the limit.
    if (
      !isReserved && this.#unreserved >= MIN_UNRESERVED &&
      this.#unreserved >= ACCOUNT_LIMIT - reserved(this.records)
    ) throw throttled("ConcurrentInvocationLimitExceeded");
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
}

function reserved(records: Records): number {
  return records.functions.list().reduce((sum, record) => sum + (record.reservedConcurrency ?? 0), 0);
}

function throttled(Reason: string): AwsError {
  return new AwsError("TooManyRequestsException", "Rate Exceeded.", 429, { Reason });
}
