/** Wait states. Source: https://states-language.net/#wait-state */
import { type Data, type WaitState } from "./asl.ts";
import { timestamp } from "./choice.ts";
import { EvaluationFailure } from "./failures.ts";
import { selectExisting } from "./paths.ts";

/** The longest wait, in seconds. */
const LONGEST = 99_999_999;

/** When the state ends, in milliseconds since the epoch; it may lie in the past. */
export function waitUntil(state: WaitState, data: Data, now: number): number {
  if (state.Seconds !== undefined) return now + state.Seconds * 1000;
  if (state.Timestamp !== undefined) return timestamp(state.Timestamp)!;
  if (state.SecondsPath !== undefined) {
    const seconds = selectExisting(state.SecondsPath, data);
    if (typeof seconds === "number" && seconds >= 0 && seconds <= LONGEST) return now + seconds * 1000;
    throw new EvaluationFailure(
      `The SecondsPath parameter does not reference a number from 0 to ${LONGEST}: ` +
        `${state.SecondsPath} == ${JSON.stringify(seconds)}`,
    );
  }
  const time = selectExisting(state.TimestampPath!, data);
  const until = timestamp(time);
  if (until !== undefined) return until;
  throw new EvaluationFailure(
    "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: " +
      `${state.TimestampPath} == ${typeof time === "string" ? time : JSON.stringify(time)}`,
  );
}
