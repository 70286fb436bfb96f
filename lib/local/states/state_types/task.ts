/**
 * Task states. The scheduled event contains the whole call, so that a task in flight can be run again after a kill.
 * Source: https://states-language.net/#task-state
 */
import { INTEGRATIONS } from "../integrations/mod.ts";
import { callFunction } from "../integrations/lambda.ts";
import type { Flow, StateType } from "../interpreter/flow.ts";
import { type EventBody, NOT_TRUNCATED, type Thread } from "../interpreter/journal.ts";
import type { Data, TaskState } from "../language/asl.ts";
import { effectiveInput } from "../language/data_flow.ts";
import { StateFailure, tooLarge } from "../language/failures.ts";
import { parsed, toText } from "../language/json_text.ts";
import { numberOf, POSITIVE } from "../language/numbers.ts";

/** A task's timeout and heartbeat timeout, in seconds. */
interface Times {
  readonly timeout?: number;
  readonly heartbeat?: number;
}

export const task: StateType<TaskState> = {
  begin(flow, thread, state) {
    const { run } = flow;
    const data = flow.data(thread);
    const { timeout, heartbeat } = taskTimes(state, data);
    const input = flow.text(effectiveInput(state, data), thread);
    const call = scheduledEvent(state, input, { timeout, heartbeat }, flow.region);
    const scheduled = run.note(call.type, thread.last, call.details);
    const last = run.note(`${prefix(state)}Started`, scheduled, service(state));
    const seconds = Math.min(timeout ?? Infinity, heartbeat ?? Infinity);
    const due = seconds === Infinity ? undefined : run.now() + seconds * 1000;
    run.update(thread, { phase: "task", last, call, due, heartbeat: heartbeat === seconds });
  },

  due(flow, thread, state) {
    const alias = thread.heartbeat ? "States.HeartbeatTimeout" : undefined;
    settleFailed(flow, thread, state, new StateFailure("States.Timeout", "", alias));
  },

  async perform({ details }, caller) {
    const { resourceType, resource, parameters, input } = details as Record<string, string>;
    const integration = INTEGRATIONS.get(`arn:aws:states:::${resourceType}:${resource}`);
    const result = toText(
      await (integration ? integration.call(parameters!, caller) : callFunction(resource!, input!, caller)),
    );
    if (result === undefined) throw tooLarge(resourceType ?? resource!);
    return result;
  },

  answered(flow, thread, state, answer) {
    if (typeof answer !== "string") return settleFailed(flow, thread, state, answer);
    const output = { output: answer, outputDetails: NOT_TRUNCATED };
    settle(flow, thread, { type: `${prefix(state)}Succeeded`, details: { ...service(state), ...output } });
    flow.complete(thread, parsed(answer));
  },
};

/** The members that name the task's service in events; undefined when the resource is a function's ARN. */
function service({ Resource }: TaskState) {
  return INTEGRATIONS.get(Resource)?.service;
}

/** The prefix of the types of the task's events. */
function prefix(state: TaskState): string {
  return service(state) ? "Task" : "LambdaFunction";
}

function scheduledEvent(state: TaskState, input: string, times: Times, region: string): EventBody {
  const named = service(state);
  const limits = {
    ...(times.timeout === undefined ? {} : { timeoutInSeconds: times.timeout }),
    ...(named === undefined || times.heartbeat === undefined ? {} : { heartbeatInSeconds: times.heartbeat }),
  };
  return {
    type: `${prefix(state)}Scheduled`,
    details: named
      ? { ...named, region, parameters: input, ...limits }
      : { resource: state.Resource, input, inputDetails: NOT_TRUNCATED, ...limits },
  };
}

/** Adds the event of a task's outcome; the task is no longer in flight. */
function settle({ run }: Flow, thread: Thread, { type, details }: EventBody): void {
  const last = run.note(type, thread.last, details);
  run.update(thread, { phase: "wait", due: undefined, call: undefined, last });
}

function settleFailed(flow: Flow, thread: Thread, state: TaskState, failure: StateFailure): never {
  const { error, cause } = failure;
  settle(flow, thread, {
    type: `${prefix(state)}${error === "States.Timeout" ? "TimedOut" : "Failed"}`,
    details: { ...service(state), error, ...(cause ? { cause } : {}) },
  });
  throw failure;
}

function taskTimes(state: TaskState, data: Data): Times {
  return {
    timeout: numberOf(state, "TimeoutSeconds", POSITIVE, data),
    heartbeat: numberOf(state, "HeartbeatSeconds", POSITIVE, data),
  };
}
