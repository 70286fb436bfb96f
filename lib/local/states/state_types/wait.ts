/** Wait states. Source: https://states-language.net/#wait-state */
import type { StateType } from "../interpreter/flow.ts";
import type { Data, WaitState } from "../language/asl.ts";
import { timestamp } from "../language/choice_rules.ts";
import { EvaluationFailure, QueryFailure } from "../language/failures.ts";
import { evaluateAs, isExpression } from "../language/jsonata/evaluate.ts";
import { numberOf, SECONDS } from "../language/numbers.ts";
import { selectField } from "../language/paths.ts";

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
  const seconds = numberOf(state, "Seconds", SECONDS, data);
  return seconds === undefined ? timeOf(state, data) : now + seconds * 1000;
}

function timeOf({ Timestamp, TimestampPath }: WaitState, data: Data): number {
  const isEvaluated = isExpression(Timestamp);
  const time = TimestampPath !== undefined
    ? selectField(TimestampPath, "TimestampPath", data)
    : isEvaluated
    ? evaluateAs("string", Timestamp, "Timestamp", data)
    : Timestamp!;
  const until = timestamp(time);
  if (until !== undefined) return until;
  const shown = typeof time === "string" ? time : JSON.stringify(time);
  if (isEvaluated) {
    throw new QueryFailure(
      `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${shown}`,
      "Timestamp",
    );
  }
  throw new EvaluationFailure(
    "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: " +
      `${TimestampPath} == ${shown}`,
  );
}
