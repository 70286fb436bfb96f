import assert from "node:assert/strict";
import { adviceOn } from "../../lib/console/execution/advice.ts";
import { callLog } from "../../lib/console/execution/logs.ts";
import { type ExecutionLook, functionOf, type VisitLook } from "../../lib/console/execution/look.ts";
import { THRESHOLD_ERROR } from "../../lib/names.ts";
import { playedAws } from "../aws/testing.ts";
import { createMachine, fateReached, stageNote, startFate } from "./machine.ts";
import { firstValue, type TestConsole, withConsole } from "./testing.ts";

const lookUntil = (console: TestConsole, name: string, isWanted: (look: ExecutionLook) => boolean) =>
  firstValue(console, `/api/executions/${name}/live`, isWanted);

Deno.test("execution: what happened, in each state, with the answer and what to do", async () => {
  await withConsole(async (console) => {
    const { aws } = console;
    await stageNote(aws);
    await createMachine(aws);
    await startFate(aws, "held", "hold", [0.39, 0.61]);
    await fateReached(aws, "held");
    const look = await lookUntil(console, "held", ({ status }) => status === "FAILED");
    assert.equal(look.outcome, "below threshold");
    assert.equal(look.key, "orders/held.png");
    assert.deepEqual(look.visits.map(({ name, type, status }) => [name, type, status]), [
      ["Decide", "Choice", "succeeded"],
      ["hold", "Fail", "failed"],
    ]);
    assert.deepEqual(JSON.parse(look.visits[1]!.input!).inferences, [0.39, 0.61]);
    assert.deepEqual(look.probabilities, [
      { name: "bicycle", probability: 0.39 },
      { name: "motorcycle", probability: 0.61 },
    ]);
    assert.deepEqual(look.advice, {
      what: "Held back: the highest confidence is 0.611, below the threshold 0.8.",
      todo: "A person decides on this order.",
    });
    assert.equal(look.eventCount, look.events.length);
    assert.deepEqual(look.events.map(({ type }) => type).slice(0, 2), [
      "ExecutionStarted",
      "ChoiceStateEntered",
    ]);
    assert.match(look.svg, /data-state="hold"/);
    assert.doesNotMatch(look.svg, / style=/);
  });
});

Deno.test("execution: names and causes from AWS stay text in the graph", async () => {
  await withConsole(async (console) => {
    const { aws } = console;
    await createMachine(aws);
    await startFate(aws, "broken", "break");
    await fateReached(aws, "broken");
    const { svg, cause } = await lookUntil(console, "broken", ({ status }) => status === "FAILED");
    assert.equal(cause, "<img src=x onerror=alert(1)>");
    assert.doesNotMatch(svg, /<img/);
    assert.match(svg, /&lt;img/);
  });
});

Deno.test("execution: it can be watched, stopped and run again", async () => {
  await withConsole(async (console) => {
    const { aws, request } = console;
    await createMachine(aws);
    await startFate(aws, "long", "wait");
    const running = await lookUntil(
      console,
      "long",
      ({ visits }) => visits.some(({ name }) => name === "wait"),
    );
    assert.equal(running.outcome, "running");
    const post = (path: string) =>
      request(path, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    assert.deepEqual(await (await post("/api/executions/long/stop")).json(), { name: "long" });
    const stopped = await lookUntil(console, "long", ({ status }) => status === "ABORTED");
    assert.equal(stopped.advice?.what, "The execution was stopped.");
    const again = await post("/api/executions/long/again");
    assert.equal(again.status, 201);
    const { name } = await again.json();
    assert.equal((await lookUntil(console, name, () => true)).input, stopped.input);
    await (await post(`/api/executions/${name}/stop`)).body?.cancel();
  });
});

Deno.test("execution: what is not one is refused by name, AWS's errors keep theirs", async () => {
  await withConsole(async ({ aws, request }) => {
    await createMachine(aws);
    await startFate(aws, "one", "route");
    await fateReached(aws, "one");
    const of = async (path: string, init?: RequestInit) => {
      const response = await request(path, init);
      const { error, field } = await response.json();
      return [response.status, error, field];
    };
    const json = { method: "POST", headers: { "content-type": "application/json" } };
    assert.deepEqual(await of("/api/executions/a%20b/log?visit=0"), [400, "BadInput", "name"]);
    assert.deepEqual(await of("/api/executions/one/log?visit=9"), [400, "BadInput", "visit"]);
    assert.deepEqual(await of("/api/executions/one/log"), [400, "BadInput", "visit"]);
    assert.deepEqual(await of("/api/executions/none/log?visit=0"), [400, "ExecutionDoesNotExist", undefined]);
    assert.deepEqual(await of("/api/executions/one/again", { ...json, body: "{" }), [
      400,
      "BadInput",
      "body",
    ]);
    assert.deepEqual(await of("/api/executions/one/again", { ...json, body: '{"confirmed":1}' }), [
      400,
      "BadInput",
      "confirmed",
    ]);
    assert.deepEqual(await of("/api/executions/one/stop", { method: "POST", body: "{}" }), [
      400,
      "BadInput",
      "Content-Type",
    ]);
  });
});

Deno.test("execution: a call's log is found by its request, else by its time", async () => {
  const call = (id: string, time: number) => [
    { timestamp: time, message: `START RequestId: ${id} Version: $LATEST\n` },
    { timestamp: time, message: "a line without an id\n" },
    { timestamp: time, message: `REPORT RequestId: ${id}\tDuration: 5 ms\n` },
  ];
  const logs = {
    send: () =>
      Promise.resolve({ events: [...call("aaa", 1000), ...call("bbb", 1040), ...call("ccc", 9000)] }),
  };
  const aws = playedAws({ logs });
  const visit = { functionName: "f", entered: 990, exited: 1100 } as VisitLook;
  const linesOf = async (more: Partial<VisitLook>) => {
    const { lines, mixed } = (await callLog(aws, { ...visit, ...more }))!;
    return [lines.map(({ text }) => text.match(/aaa|bbb|ccc/)?.[0] ?? "-").join(" "), mixed];
  };
  assert.deepEqual(await linesOf({ requestId: "bbb" }), ["bbb - bbb", false]);
  assert.deepEqual(await linesOf({}), ["aaa - aaa bbb - bbb", true]);
  assert.deepEqual(await linesOf({ entered: 1010 }), ["bbb - bbb", false]);
  assert.equal(await callLog(aws, { ...visit, functionName: undefined }), undefined);
});

Deno.test("execution: the function of a Task, in both forms of the definition", () => {
  const arn = "arn:aws:lambda:us-east-1:000000000000:function:scones";
  const invoke = { Type: "Task", Resource: "arn:aws:states:::lambda:invoke" };
  assert.equal(functionOf({ ...invoke, Parameters: { FunctionName: `${arn}:live` } }), "scones");
  assert.equal(functionOf({ ...invoke, Arguments: { FunctionName: "scones" } }), "scones");
  assert.equal(functionOf({ Type: "Task", Resource: arn }), "scones");
  assert.equal(functionOf({ ...invoke, Parameters: { "FunctionName.$": "$.f" } }), undefined);
  assert.equal(functionOf({ Type: "Pass" }), undefined);
});

Deno.test("advice: errors in words, with what to do", () => {
  assert.equal(adviceOn("SUCCEEDED"), undefined);
  const threshold = JSON.stringify({
    errorMessage: "The highest confidence is 0.7, below the threshold 0.8",
  });
  assert.match(
    adviceOn("FAILED", THRESHOLD_ERROR, threshold)!.what,
    /^Held back: the highest confidence is 0\.7,.*0\.8\.$/,
  );
  const cases: [error: string, cause: string, todo: RegExp][] = [
    ["ValidationError", "Endpoint scones-unlimited of account 000000000000 not found.", /notebook 2/],
    ["NoSuchKey", "The specified key does not exist.", /s3_key/],
    ["AccessDenied", "not authorized to perform: s3:GetObject", /deno task deploy/],
    ["States.Timeout", "", /TimeoutSeconds/],
    ["TypeError", '{"errorMessage":"\\"s3_key\\" is missing from the input"}', /s3_bucket/],
    ["Odd", "", /marked in the graph/],
  ];
  for (const [error, cause, todo] of cases) {
    assert.match(adviceOn("FAILED", error, cause)!.todo!, todo, error);
  }
});
