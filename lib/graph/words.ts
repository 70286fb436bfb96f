/** The texts of a state machine's picture: on its cards, in their tooltips, and its title. */
import { countOf, formatSeconds, listOf } from "../display/format.ts";
import { type ExecutionTrace, overallStatus, type StateStatus, type Visit } from "./history.ts";
import { shorten } from "./layout.ts";
import { type Definition, type State, stateCaption } from "./model.ts";
import { looks } from "./style.ts";

const statuses: StateStatus[] = ["succeeded", "caught", "failed", "running", "stopped"];
const longestCause = 300;

/** The last line of a card: `340 ms`, `failed: THRESHOLD_CONFIDENCE_NOT_MET`, `10 succeeded, 2 failed`. */
export function outcomeText(visits: readonly Visit[]): string {
  const status = overallStatus(visits);
  if (status === undefined) return looks.notReached.word;
  if (visits.length > 1) return countsText(visits);
  const [visit] = visits as [Visit];
  if (status === "failed" || status === "caught") {
    return `${looks[status].word}: ${visit.error ?? ""}`.replace(/: $/, "");
  }
  const seconds = secondsOf(visit);
  return seconds === undefined ? looks[status].word : `${looks[status].word} in ${duration(seconds)}`;
}

/** The tooltip: everything that is known about a state, one fact per line. */
export function hoverText(name: string, state: State, visits: readonly Visit[] | undefined): string {
  const lines = [`${name} (${stateCaption(state)})`];
  if (typeof state.Comment === "string") lines.push(state.Comment);
  if (visits === undefined) return lines.join("\n");
  if (visits.length === 0) lines.push(looks.notReached.word);
  if (visits.length > 1) lines.push(countsText(visits));
  // Of several visits, shows the first with an error.
  const shown = visits.find(({ error }) => error !== undefined) ?? visits[0];
  if (shown) lines.push(...visitLines(shown));
  return lines.join("\n");
}

function visitLines(visit: Visit): string[] {
  const seconds = secondsOf(visit);
  return [
    `${looks[visit.status].word}${seconds === undefined ? "" : ` after ${duration(seconds)}`}, ` +
    `entered ${visit.enteredAt.toISOString().slice(11, 23)} UTC`,
    ...(visit.attempts > 1 ? [`${visit.attempts} attempts, retried after ${listOf(visit.retried)}`] : []),
    ...(visit.error === undefined ? [] : [`Error: ${visit.error}`]),
    ...(visit.cause ? [`Cause: ${shorten(visit.cause, longestCause)}`] : []),
  ];
}

/** The whole picture in words. */
export function executionTitle(definition: Definition, trace: ExecutionTrace | undefined): string {
  const machine = `State machine of ${countOf(Object.keys(definition.States).length, "state")}`;
  if (!trace) return `${machine}.`;
  const { startedAt, endedAt, status, error } = trace;
  const seconds = startedAt && endedAt ? (endedAt.getTime() - startedAt.getTime()) / 1000 : undefined;
  const time = seconds === undefined ? "" : ` after ${duration(seconds)}`;
  const ending = {
    SUCCEEDED: `succeeded${time}`,
    FAILED: `failed${time}${placeOfFailure(trace)}${error === undefined ? "" : `: ${error}`}`,
    TIMED_OUT: `timed out${time}`,
    ABORTED: `was stopped${time}`,
    RUNNING: "is still running",
  }[status];
  return `${machine}; the execution ${ending}.`;
}

/** The innermost failed state: the one that was entered last. */
function placeOfFailure({ visits }: ExecutionTrace): string {
  const failed = [...visits.values()].flat().filter(({ status }) => status === "failed")
    .toSorted((a, b) => a.enteredAt.getTime() - b.enteredAt.getTime()).at(-1);
  return failed ? ` in ${failed.name}` : "";
}

function countsText(visits: readonly Visit[]): string {
  return statuses.flatMap((status) => {
    const count = visits.filter((visit) => visit.status === status).length;
    return count === 0 ? [] : [`${count} ${looks[status].word}`];
  }).join(", ");
}

function secondsOf({ enteredAt, exitedAt }: Visit): number | undefined {
  return exitedAt && (exitedAt.getTime() - enteredAt.getTime()) / 1000;
}

function duration(seconds: number): string {
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : formatSeconds(seconds);
}
