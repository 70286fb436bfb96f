/**
 * Task states. The scheduled event contains the whole call, so that a task in flight can be run again after a kill.
 * Source: https://states-language.net/#task-state; the order of events follows recordings of AWS.
 */
import { callFunction } from "../integrations/lambda.ts";
import { resourceOf, type TaskResource } from "../integrations/resource.ts";
import type { Flow, StateType } from "../interpreter/flow.ts";
import { type EventBody, NOT_TRUNCATED, type Thread } from "../interpreter/journal.ts";
import { newToken } from "../interpreter/task_token.ts";
import type { TaskState } from "../language/asl.ts";
import { effectiveInput } from "../language/data_flow.ts";
import { EvaluationFailure, StateFailure, tooLarge } from "../language/failures.ts";
import { parsed, toText } from "../language/json_text.ts";
import { dueOf, taskTimes } from "./task_times.ts";

export const task: StateType<TaskState> = {
  begin(flow, thread, state) {
    const { run } = flow;
    const resource = resourceOf(state.Resource)!;
    // The parameters can contain the token.
    if (hasToken(resource)) run.update(thread, { token: newToken(run.execution.id, thread.id) });
    const data = flow.data(thread);
    const times = taskTimes(state, data);
    const input = flow.text(effectiveInput(state, data), thread);
    if (resource.kind === "activity" && !flow.hasActivity(resource.arn)) {
      throw new EvaluationFailure(`The activity ${resource.arn} does not exist.`);
    }
    const limits = {
      ...(times.timeout === undefined ? {} : { timeoutInSeconds: times.timeout }),
      // A function's ARN as the resource knows no heartbeats.
      ...(resource.kind === "function" || times.heartbeat === undefined
        ? {}
        : { heartbeatInSeconds: times.heartbeat }),
    };
    const call: EventBody = {
      type: `${prefix(resource)}Scheduled`,
      details: resource.kind === "service"
        ? { ...resource.service, region: flow.region, parameters: input, ...limits }
        : { resource: resource.arn, input, inputDetails: NOT_TRUNCATED, ...limits },
    };
    const scheduled = run.note(call.type, thread.last, call.details);
    const deadline = times.timeout === undefined ? undefined : run.now() + times.timeout * 1000;
    const { timeout: _, ...beat } = times;
    if (resource.kind === "activity") {
      // The heartbeat's time begins when a worker takes the task.
      return run.update(thread, {
        phase: "activity",
        last: scheduled,
        call,
        deadline,
        beat: beat.heartbeat,
        due: deadline,
      });
    }
    const last = run.note(`${prefix(resource)}Started`, scheduled, names(resource));
    run.update(thread, {
      phase: "task",
      last,
      call,
      submitted: undefined,
      deadline,
      beat: beat.heartbeat,
      ...dueOf(deadline, beat.heartbeat, run.now()),
    });
  },

  due(flow, thread, state) {
    const alias = thread.heartbeat ? "States.HeartbeatTimeout" : undefined;
    settleFailed(flow, thread, state, new StateFailure("States.Timeout", "", alias), "TimedOut");
  },

  async perform(_flow, { call, submitted }, { Resource }, caller) {
    const resource = resourceOf(Resource)!;
    const { parameters, input } = call!.details as Record<string, string>;
    if (resource.kind !== "service") {
      return textOf(await callFunction(resource.arn, input!, caller), resource.arn);
    }
    const { integration, pattern, service } = resource;
    const result = submitted === undefined
      ? await integration.call(parameters!, caller)
      : await integration.finish!(JSON.parse(submitted), pattern, caller);
    return textOf(result, service.resourceType);
  },

  answered(flow, thread, state, answer) {
    const resource = resourceOf(state.Resource)!;
    if (typeof answer !== "string") return settleFailed(flow, thread, state, answer);
    const pattern = resource.kind === "service" ? resource.pattern : "";
    if (pattern === "" || thread.submitted !== undefined) return settleDone(flow, thread, state, answer);
    const details = { ...names(resource), output: answer, outputDetails: NOT_TRUNCATED };
    const last = flow.run.note("TaskSubmitted", thread.last, details);
    const phase = pattern === ".waitForTaskToken" ? "callback" : "task";
    flow.run.update(thread, { phase, last, submitted: answer });
  },

  started(flow, thread, workerName) {
    const { run } = flow;
    const last = run.note("ActivityStarted", thread.last, workerName === undefined ? {} : { workerName });
    run.update(thread, { phase: "callback", last, ...dueOf(thread.deadline, thread.beat, run.now()) });
  },

  reported(flow, thread, state, answer) {
    if (typeof answer === "string") return settleDone(flow, thread, state, answer);
    settleFailed(flow, thread, state, answer);
  },
};

function hasToken(resource: TaskResource): boolean {
  return resource.kind === "activity" ||
    (resource.kind === "service" && resource.pattern === ".waitForTaskToken");
}

/** The members that name the task in its events. */
function names(resource: TaskResource) {
  return resource.kind === "service" ? resource.service : undefined;
}

/** The prefix of the types of the task's events. */
function prefix({ kind }: TaskResource): string {
  return { service: "Task", function: "LambdaFunction", activity: "Activity" }[kind];
}

function textOf(result: Parameters<typeof toText>[0], what: string): string {
  const text = toText(result);
  if (text === undefined) throw tooLarge(what);
  return text;
}

/** Adds the event of a task's outcome; the task is no longer in flight. */
function settle({ run }: Flow, thread: Thread, { type, details }: EventBody): void {
  const last = run.note(type, thread.last, details);
  run.update(thread, {
    phase: "wait",
    last,
    due: undefined,
    call: undefined,
    submitted: undefined,
    token: undefined,
    deadline: undefined,
    beat: undefined,
  });
}

function settleDone(flow: Flow, thread: Thread, state: TaskState, output: string): void {
  const resource = resourceOf(state.Resource)!;
  const details = { ...names(resource), output, outputDetails: NOT_TRUNCATED };
  settle(flow, thread, { type: `${prefix(resource)}Succeeded`, details });
  const result = parsed(output);
  flow.inspect("result", result);
  flow.complete(thread, result);
}

function settleFailed(
  flow: Flow,
  thread: Thread,
  state: TaskState,
  failure: StateFailure,
  how: "Failed" | "TimedOut" = failure.error === "States.Timeout" ? "TimedOut" : "Failed",
): never {
  const resource = resourceOf(state.Resource)!;
  const { error, cause } = failure;
  settle(flow, thread, {
    type: `${prefix(resource)}${how}`,
    details: { ...names(resource), ...(error === undefined ? {} : { error }), ...(cause ? { cause } : {}) },
  });
  throw failure;
}
