/** What the batch operations share: the rules for entries, and an outcome for each entry. */
import { AwsError } from "../errors.ts";
import { invalidValue, queryErrorCode } from "./errors.ts";

const MAX_ENTRIES = 10;

/** Checks the number and ids of entries. @param entryName the entries' shape in AWS's model @throws AwsError */
export function checkEntries(entries: readonly { Id: string }[], entryName: string): void {
  const fail = (code: string, message: string) => {
    throw new AwsError(code, message);
  };
  if (entries.length === 0) {
    fail("EmptyBatchRequest", `There should be at least one ${entryName} in the request.`);
  }
  if (entries.length > MAX_ENTRIES) {
    fail(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are ${MAX_ENTRIES}. You have sent ${entries.length}.`,
    );
  }
  const seen = new Set<string>();
  for (const { Id } of entries) {
    if (!/^[\w-]{1,80}$/.test(Id)) {
      fail(
        "InvalidBatchEntryId",
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most " +
          "80 letters long.",
      );
    }
    if (seen.has(Id)) fail("BatchEntryIdsNotDistinct", `Id ${Id} repeated.`);
    seen.add(Id);
  }
}

/** Runs `work` for each entry; an error of one does not affect the others. */
export function forEach<E extends { Id: string }>(entries: readonly E[], work: (entry: E) => object | void) {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...work(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({
        Id: entry.Id,
        SenderFault: error.status < 500,
        Code: queryErrorCode(error.code),
        Message: error.message,
      });
    }
  }
  return { Successful, Failed };
}

/** Checks that a number of seconds is whole and from 0 to `max`. @throws AwsError InvalidParameterValueException */
export function checkSeconds(
  value: number | undefined,
  parameter: string,
  max: number,
  reason: string,
): void {
  if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= max)) return;
  throw invalidValue(value, parameter, reason);
}
