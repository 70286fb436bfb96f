/** Wait states. Source: https://states-language.net/#wait-state */
import type { StateType } from "../interpreter/flow.ts";
import type { Data, WaitState } from "../language/asl.ts";
import { timestamp } from "../language/choice_rules.ts";
import { EvaluationFailure } from "../language/failures.ts";
import { selectExisting } from "../language/paths.ts";

/** The longest wait, in seconds. */
const LONGEST = 99_999_999;

export const wait: StateType<WaitState> = {
  begin(flow, thread, state) {
    const now = flow.run.now();
    const due = waitUntil(state, flow.data(thread), now);
    if (due <= now) flow.passOn(thread);
    else flow.run.update(thread, { due });
  },
  due: (flow, thread) => flow.passOn(thread),
};

/** When the state ends, in milliseconds since the epoch; can be in the past. @throws EvaluationFailure */
function waitUntil(state: WaitState, data: Data, now: number): number {
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
