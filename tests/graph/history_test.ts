import assert from "node:assert/strict";
import { overallStatus, traceHistory, transition } from "../../lib/graph/history.ts";
import { HistoryWriter, sconesHistory } from "./testing.ts";

function statuses(history: HistoryWriter): Record<string, unknown> {
  const { visits } = traceHistory(history.events);
  return Object.fromEntries(
    [...visits].map(([name, list]) => [name, list.map(({ status }) => status).join()]),
  );
}

Deno.test("history: a run that succeeded, with a retried task", () => {
  const trace = traceHistory(sconesHistory());
  assert.deepEqual([trace.status, trace.error, trace.lastExited], [
    "SUCCEEDED",
    undefined,
    "FilterLowConfidence",
  ]);
  const [visit] = trace.visits.get("ClassifyImage")!;
  assert.deepEqual(
    [visit!.status, visit!.attempts, visit!.retried, visit!.error], //
    ["succeeded", 2, ["Lambda.TooManyRequestsException"], undefined],
  );
  assert.equal(visit!.exitedAt!.getTime() - visit!.enteredAt.getTime(), 700);
  assert.deepEqual([...trace.taken], [
    transition(null, "SerializeImageData", false),
    transition("SerializeImageData", "ClassifyImage", false),
    transition("ClassifyImage", "FilterLowConfidence", false),
  ]);
});

Deno.test("history: a run that failed at the threshold", () => {
  const trace = traceHistory(sconesHistory("THRESHOLD_CONFIDENCE_NOT_MET"));
  assert.deepEqual([trace.status, trace.error], ["FAILED", "THRESHOLD_CONFIDENCE_NOT_MET"]);
  const [visit] = trace.visits.get("FilterLowConfidence")!;
  assert.deepEqual([visit!.status, visit!.error], ["failed", "THRESHOLD_CONFIDENCE_NOT_MET"]);
  assert.match(visit!.cause!, /errorType/);
  assert.equal(trace.visits.get("ClassifyImage")![0]!.status, "succeeded");
});

Deno.test("history: an error that was caught leads on by the Catch, and a Fail state fails", () => {
  const history = new HistoryWriter();
  history.add("ExecutionStarted", {}, 0);
  history.task("Work", 0, ["Boom"], "fail");
  history.exit("Task", "Work");
  history.enter("Fail", "Give up");
  history.add("ExecutionFailed", { executionFailedEventDetails: { error: "GaveUp" } });
  const trace = traceHistory(history.events);
  assert.deepEqual(statuses(history), { Work: "caught", "Give up": "failed" });
  assert(trace.taken.has(transition("Work", "Give up", true)));
  assert.equal(trace.visits.get("Give up")![0]!.error, "GaveUp");
});

Deno.test("history: a task that timed out", () => {
  const history = new HistoryWriter();
  history.enter("Task", "Slow", 0);
  history.add("TaskScheduled");
  history.add("TaskTimedOut", {
    taskTimedOutEventDetails: { resourceType: "lambda", resource: "invoke", error: "States.Timeout" },
  });
  history.add("ExecutionFailed", { executionFailedEventDetails: { error: "States.Timeout" } });
  assert.equal(traceHistory(history.events).visits.get("Slow")![0]!.error, "States.Timeout");
  assert.deepEqual(statuses(history), { Slow: "failed" });
});

Deno.test("history: a state that fails before its task is scheduled has the execution's error", () => {
  const history = new HistoryWriter();
  history.enter("Task", "Bad path", 0);
  history.add("ExecutionFailed", {
    executionFailedEventDetails: { error: "States.Runtime", cause: "no $.x" },
  });
  const [visit] = traceHistory(history.events).visits.get("Bad path")!;
  assert.deepEqual([visit!.status, visit!.error, visit!.cause], ["failed", "States.Runtime", "no $.x"]);
});

Deno.test("history: running, and stopped", () => {
  const running = new HistoryWriter();
  running.task("Retrying", 0, ["Boom"], "fail");
  assert.deepEqual(statuses(running), { Retrying: "running" }, "it may be tried again");
  const stopped = new HistoryWriter();
  stopped.task("Slow", 0, [], "run");
  stopped.add("ExecutionAborted", {}, 0);
  assert.equal(traceHistory(stopped.events).status, "ABORTED");
  assert.deepEqual(statuses(stopped), { Slow: "stopped" });
  assert.deepEqual(traceHistory([]).status, "RUNNING");
});

Deno.test("history: iterations of a Map are told apart, though their events alternate", () => {
  const history = new HistoryWriter();
  history.enter("Map", "Each", 0);
  const started = history.add("MapStateStarted", { mapStateStartedEventDetails: { length: 2 } });
  const first = history.add("MapIterationStarted", {}, started);
  const second = history.add("MapIterationStarted", {}, started);
  const enteredFirst = history.enter("Pass", "Step", first);
  const enteredSecond = history.enter("Task", "Other", second);
  const exitedFirst = history.exit("Pass", "Step", enteredFirst);
  history.add("TaskScheduled", {}, enteredSecond);
  history.add("TaskSucceeded");
  const exitedSecond = history.exit("Task", "Other");
  history.add("MapIterationSucceeded", {}, exitedFirst);
  history.add("MapIterationSucceeded", {}, exitedSecond);
  history.add("MapStateSucceeded");
  history.exit("Map", "Each");
  history.add("ExecutionSucceeded");
  assert.deepEqual(statuses(history), { Each: "succeeded", Step: "succeeded", Other: "succeeded" });
});

Deno.test("history: a Map fails with its iteration", () => {
  const history = new HistoryWriter();
  history.enter("Map", "Each", 0);
  const started = history.add("MapStateStarted", { mapStateStartedEventDetails: { length: 2 } });
  const other = history.add("MapIterationStarted", {}, started);
  history.add("MapIterationStarted", {}, started);
  history.task("Step", undefined, ["Boom"], "fail");
  history.enter("Task", "Late", other);
  history.add(
    "MapIterationFailed",
    { mapIterationFailedEventDetails: { name: "Each", index: 1 } },
    history.events.length - 1,
  );
  history.add("MapStateFailed");
  history.add("ExecutionFailed", { executionFailedEventDetails: { error: "Boom" } });
  assert.deepEqual(statuses(history), { Each: "failed", Step: "failed", Late: "stopped" });
  assert.equal(traceHistory(history.events).visits.get("Each")![0]!.error, "Boom");
});

Deno.test("history: a Parallel whose branch fails is caught; the other branch is stopped", () => {
  const history = new HistoryWriter();
  history.enter("Parallel", "Both", 0);
  const started = history.add("ParallelStateStarted");
  history.enter("Wait", "Wait a bit", started);
  const failed = history.task("Write", started, ["Boom"], "fail");
  history.add("ParallelStateFailed", {}, failed);
  history.exit("Parallel", "Both");
  history.enter("Succeed", "Fine");
  history.exit("Succeed", "Fine");
  history.add("ExecutionSucceeded");
  assert.deepEqual(statuses(history), {
    Both: "caught",
    "Wait a bit": "stopped",
    Write: "failed",
    Fine: "succeeded",
  });
  assert.equal(traceHistory(history.events).visits.get("Both")![0]!.error, "Boom");
});

Deno.test("history: of several visits the worst counts", () => {
  const history = new HistoryWriter();
  history.task("Look", 0, ["Boom"], "fail");
  history.exit("Task", "Look");
  history.task("Look");
  const { visits } = traceHistory(history.events);
  assert.deepEqual(visits.get("Look")!.map(({ status }) => status), ["caught", "succeeded"]);
  assert.equal(overallStatus(visits.get("Look")!), "caught");
  assert.equal(overallStatus([]), undefined);
});
