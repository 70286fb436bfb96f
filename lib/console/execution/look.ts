/** One execution with all that its history tells. */
import {
  DescribeExecutionCommand,
  DescribeStateMachineForExecutionCommand,
  type HistoryEvent,
} from "@aws-sdk/client-sfn";
import type { Aws } from "../../aws/clients.ts";
import { drawStateMachine } from "../../graph/draw.ts";
import { traceHistory, type Visit } from "../../graph/history.ts";
import { type Outcome, outcomeOf } from "../../graph/outcome.ts";
import type { Definition, State } from "../../graph/model.ts";
import { executionHistory } from "../../workflow/executions.ts";
import { stateMachineArn } from "../../workflow/state_machine.ts";
import { inferencesIn, pictureIn } from "../orders/order.ts";
import { type Advice, adviceOn } from "./advice.ts";

export interface ExecutionLook {
  name: string;
  arn: string;
  status: string;
  start: number;
  stop?: number;
  input: string;
  output?: string;
  error?: string;
  cause?: string;
  advice?: Advice;
  key?: string;
  /** Whether the picture is in the deployment's bucket, the only one that is shown. */
  shown: boolean;
  outcome: Outcome;
  /** The answer, by class. */
  probabilities?: { name: string; probability: number }[];
  /** The graph with outcomes, as SVG. */
  svg: string;
  /** In the order in which they were entered. */
  visits: VisitLook[];
  events: EventLook[];
  /** How many events there are; `events` has the first ones. */
  eventCount: number;
}

export interface VisitLook
  extends Pick<Visit, "name" | "status" | "attempts" | "retried" | "error" | "cause"> {
  type: string;
  /** Milliseconds since 1970. */
  entered: number;
  exited?: number;
  input?: string;
  output?: string;
  /** The function that a Task invokes, and the request by which it did, where the history names it. */
  functionName?: string;
  requestId?: string;
}

export interface EventLook {
  id: number;
  type: string;
  time: number;
  state?: string;
  details: Record<string, unknown>;
}

/** Longer texts are cut: pictures in base64 say nothing to people. */
const LONGEST = 4000;
const MOST_EVENTS = 1000;

export function executionArn(aws: Pick<Aws, "region" | "account" | "names">, name: string): string {
  return `${stateMachineArn(aws).replace(":stateMachine:", ":execution:")}:${name}`;
}

/** @throws ExecutionDoesNotExist */
export async function lookAtExecution(
  aws: Aws,
  name: string,
  classes: readonly string[] = [],
): Promise<ExecutionLook> {
  const arn = executionArn(aws, name);
  const [found, machine, events] = await Promise.all([
    aws.sfn.send(new DescribeExecutionCommand({ executionArn: arn })),
    aws.sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn: arn })),
    executionHistory(aws, arn),
  ]);
  const definition: Definition = JSON.parse(machine.definition!);
  const states = statesOf(definition);
  const visits = [...traceHistory(events).visits.values()].flat()
    .toSorted((a, b) => a.enteredAt.getTime() - b.enteredAt.getTime());
  const requests = requestIds(events);
  const { svg } = drawStateMachine(definition, { history: events });
  const { status = "", startDate, stopDate, input = "{}", output, error, cause } = found;
  const { bucket, key } = pictureIn(input);
  return {
    name,
    arn,
    status,
    start: startDate!.getTime(),
    stop: stopDate?.getTime(),
    input: shortened(input)!,
    output: shortened(output),
    error,
    cause,
    advice: adviceOn(status, error, cause),
    key,
    shown: key !== undefined && bucket === aws.bucket,
    outcome: outcomeOf({ status, error }),
    probabilities: probabilitiesIn(visits, classes),
    // Inline styles are refused by the page's policy.
    svg: svg.replace(/ style="[^"]*"/, ""),
    visits: visits.map((visit) => ({
      ...visitLook(visit, states.get(visit.name), stopDate),
      requestId: requests.get(exitOf(visit.name, visit.exitedAt)),
    })),
    events: events.slice(0, MOST_EVENTS).map(eventLook),
    eventCount: events.length,
  };
}

/** The requests to Lambda of Task states that succeeded, by their exits. */
function requestIds(events: readonly HistoryEvent[]): Map<string, string> {
  const byId = new Map(events.map((event) => [event.id, event]));
  return new Map(events.flatMap(({ previousEventId, timestamp, stateExitedEventDetails }) => {
    const { output } = byId.get(previousEventId)?.taskSucceededEventDetails ?? {};
    const id = output?.match(/"SdkResponseMetadata":\{"RequestId":"([^"]+)"/)?.[1];
    return id && stateExitedEventDetails
      ? [[exitOf(stateExitedEventDetails.name!, timestamp), id] as const]
      : [];
  }));
}

function exitOf(name: string, time: Date | undefined): string {
  return `${time?.getTime()} ${name}`;
}

/** @param stopDate of the execution: a state that failed has no exit of its own */
function visitLook(visit: Visit, state: State | undefined, stopDate: Date | undefined): VisitLook {
  const { name, status, attempts, retried, error, cause, enteredAt, exitedAt, input, output } = visit;
  return {
    name,
    status,
    attempts,
    retried,
    error,
    cause,
    type: state?.Type ?? "",
    entered: enteredAt.getTime(),
    exited: (exitedAt ?? (status === "running" ? undefined : stopDate))?.getTime(),
    input: shortened(input),
    output: shortened(output),
    functionName: state && functionOf(state),
  };
}

function eventLook({ id, type, timestamp, ...rest }: HistoryEvent): EventLook {
  const { previousEventId: _, ...members } = rest;
  const details = Object.assign({}, ...Object.values(members).filter((value) => typeof value === "object"));
  return { id: id!, type: type!, time: timestamp!.getTime(), state: details.name, details: cut(details) };
}

/** All states of a definition, with those inside Map and Parallel states; their names are unique. */
export function statesOf({ States }: Pick<Definition, "States">): Map<string, State> {
  const inner = (state: State) =>
    [state.Branches ?? [], state.ItemProcessor ?? [], state.Iterator ?? []].flat() as Definition[];
  return new Map(
    Object.entries(States).flatMap(([name, state]) => [
      [name, state] as const,
      ...inner(state).flatMap((definition) => [...statesOf(definition)]),
    ]),
  );
}

/** The name of the function that a Task invokes, if the definition names it. */
export function functionOf(state: State): string | undefined {
  const given = (state.Parameters ?? state.Arguments) as Record<string, unknown> | undefined;
  const texts = [given?.FunctionName, state.Resource].filter((text) => typeof text === "string");
  return texts.map((text) =>
    text.match(/:function:([^:]+)/)?.[1] ?? (/^[\w-]+$/.test(text) ? text : undefined)
  )
    .find((name) => name !== undefined);
}

/** The last answer that a state returned. */
function probabilitiesIn(
  visits: readonly Visit[],
  classes: readonly string[],
): ExecutionLook["probabilities"] {
  const answers = visits.map(({ output }) => inferencesIn(output));
  return answers.findLast((answer) => answer !== undefined)?.map((probability, index) => ({
    name: classes[index] ?? `class ${index}`,
    probability,
  }));
}

/** JSON with its long texts cut. */
function shortened(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.stringify(cut(JSON.parse(text)), null, 2);
  } catch {
    return text.slice(0, LONGEST);
  }
}

function cut<T>(value: T): T {
  return JSON.parse(JSON.stringify(value ?? null), (_, inner) => {
    const isLong = typeof inner === "string" && inner.length > 200 && /^[A-Za-z0-9+/=]+$/.test(inner);
    if (isLong) return `${inner.slice(0, 40)}… (${inner.length.toLocaleString("en-US")} characters)`;
    return typeof inner === "string" && inner.length > LONGEST ? `${inner.slice(0, LONGEST)}…` : inner;
  });
}
