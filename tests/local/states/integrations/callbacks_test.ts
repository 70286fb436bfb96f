/** Tasks that wait: for a token, for a worker of an activity, for another execution. */
import assert from "node:assert/strict";
import {
  CreateActivityCommand,
  DeleteActivityCommand,
  GetActivityTaskCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { chain, FUNCTION, type TestStates, withStates } from "../testing.ts";

const one = (state: object) => ({
  StartAt: "Start",
  States: { Start: { Type: "Task", End: true, ...state } },
});
const waiting = (rest: object = {}) =>
  one({
    Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
    Parameters: { FunctionName: FUNCTION, Payload: { "token.$": "$$.Task.Token" } },
    ...rest,
  });

/** Starts an execution, and returns it with the token that its function was given. */
async function started(states: TestStates, definition: object) {
  const execution = await states.start(await states.create(definition, `machine-${crypto.randomUUID()}`));
  const deadline = Date.now() + 10_000;
  const types = async () => (await states.history(execution)).map(({ type }) => type);
  while (!(await types()).includes("TaskSubmitted")) assert.ok(Date.now() < deadline);
  const { Payload } = states.invocations.at(-1)!;
  return { execution, taskToken: JSON.parse(new TextDecoder().decode(Payload)).token as string };
}

const withEcho = (body: (states: TestStates) => Promise<void>, now?: () => number) =>
  withStates(body, { handler: (event) => event, now });

Deno.test("a task waits until its token's success is reported, and once only", () =>
  withEcho(async (states) => {
    const { execution, taskToken } = await started(states, waiting());
    await states.sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
    const refused = states.sfn.send(new SendTaskSuccessCommand({ taskToken, output: "no JSON" }));
    await assert.rejects(refused, { name: "InvalidOutput", message: "Invalid Output: 'Invalid output'" });
    await states.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"done":1}' }));
    const { status, output } = await states.ended(execution);
    assert.deepEqual([status, output], ["SUCCEEDED", '{"done":1}']);
    assert.deepEqual(chain(await states.history(execution)), [
      "1<0 ExecutionStarted",
      "2<0 TaskStateEntered",
      "3<2 TaskScheduled",
      "4<3 TaskStarted",
      "5<4 TaskSubmitted",
      "6<5 TaskSucceeded",
      "7<6 TaskStateExited",
      "8<7 ExecutionSucceeded",
    ]);
    await assert.rejects(states.sfn.send(new SendTaskHeartbeatCommand({ taskToken })), {
      name: "TaskTimedOut",
      message: "Task Timed Out: 'Provided task does not exist anymore'",
    });
    await assert.rejects(states.sfn.send(new SendTaskHeartbeatCommand({ taskToken: "nonsense" })), {
      name: "InvalidToken",
      message: "Invalid Token: 'Invalid token'",
    });
  }));

Deno.test("a reported failure can be caught, and a retry has a token of its own", () =>
  withEcho(async (states) => {
    const Retry = [{ ErrorEquals: ["Again"], IntervalSeconds: 0 }];
    const { execution, taskToken } = await started(states, waiting({ Retry }));
    await states.sfn.send(new SendTaskFailureCommand({ taskToken, error: "Again", cause: "once more" }));
    while (states.invocations.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await assert.rejects(states.sfn.send(new SendTaskSuccessCommand({ taskToken, output: "1" })), {
      name: "TaskTimedOut",
    });
    const { token } = JSON.parse(new TextDecoder().decode(states.invocations[1]!.Payload));
    await states.sfn.send(new SendTaskFailureCommand({ taskToken: token, error: "Wrong", cause: "it is" }));
    const { status, error, cause } = await states.ended(execution);
    assert.deepEqual([status, error, cause], ["FAILED", "Wrong", "it is"]);
  }));

Deno.test("each heartbeat begins the heartbeat's time anew; without one the task times out", () => {
  let now = Date.now();
  return withEcho(async (states) => {
    const times = { HeartbeatSeconds: 1, TimeoutSeconds: 60 };
    const { execution, taskToken } = await started(states, waiting(times));
    // The clock stands still: only the heartbeat moves the time at which the alarm rings.
    now += 900;
    await states.sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
    now += 900;
    await states.sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
    const running = (await states.history(execution)).at(-1)!;
    assert.equal(running.type, "TaskSubmitted");
    now += 1100;
    const { status, error } = await states.ended(execution);
    assert.deepEqual([status, error], ["FAILED", "States.Timeout"]);
    assert.equal((await states.history(execution)).at(-2)!.type, "TaskTimedOut");
  }, () => now);
});

Deno.test("an activity's task goes to one worker, with AWS's events", () =>
  withEcho(async (states) => {
    const create = new CreateActivityCommand({ name: "count" });
    const { activityArn } = await states.sfn.send(create);
    assert.equal((await states.sfn.send(create)).activityArn, activityArn);
    const machine = await states.create(
      one({ Resource: activityArn, HeartbeatSeconds: 10, TimeoutSeconds: 60 }),
    );
    const poll = states.sfn.send(new GetActivityTaskCommand({ activityArn, workerName: "first" }));
    const execution = await states.start(machine, { a: 1 });
    const { taskToken, input } = await poll;
    assert.equal(input, '{"a":1}');
    await states.sfn.send(new SendTaskSuccessCommand({ taskToken, output: "2" }));
    assert.equal((await states.ended(execution)).output, "2");
    const events = await states.history(execution);
    assert.deepEqual(chain(events), [
      "1<0 ExecutionStarted",
      "2<0 TaskStateEntered",
      "3<2 ActivityScheduled",
      "4<3 ActivityStarted",
      "5<4 ActivitySucceeded",
      "6<5 TaskStateExited",
      "7<6 ExecutionSucceeded",
    ]);
    assert.deepEqual(events[2]!.activityScheduledEventDetails, {
      resource: activityArn,
      input: '{"a":1}',
      inputDetails: { truncated: false },
      heartbeatInSeconds: 10,
      timeoutInSeconds: 60,
    });
    assert.deepEqual(events[3]!.activityStartedEventDetails, { workerName: "first" });
    await states.sfn.send(new DeleteActivityCommand({ activityArn }));
    const after = await states.ended(await states.start(machine));
    assert.equal(
      after.cause,
      "An error occurred while executing the state 'Start' (entered at the event id #2). " +
        `The activity ${activityArn} does not exist.`,
    );
    await assert.rejects(states.sfn.send(new GetActivityTaskCommand({ activityArn })), {
      name: "ActivityDoesNotExist",
      message: `Activity Does Not Exist: '${activityArn}'`,
    });
  }));

Deno.test("startExecution.sync waits for the other execution; its failure is the task's", () =>
  withEcho(async (states) => {
    const child = { StartAt: "Pass", States: { Pass: { Type: "Pass", Result: { a: 1 }, End: true } } };
    const StateMachineArn = await states.create(child, "child");
    const parent = (pattern: string, arn = StateMachineArn) =>
      one({
        Resource: `arn:aws:states:::states:startExecution${pattern}`,
        Parameters: { StateMachineArn: arn },
      });
    const first = await states.run(parent(".sync"));
    assert.equal(first.status, "SUCCEEDED", first.cause);
    assert.equal(JSON.parse(first.output!).Output, '{"a":1}');
    assert.deepEqual(first.events.map(({ type }) => type), [
      "ExecutionStarted",
      "TaskStateEntered",
      "TaskScheduled",
      "TaskStarted",
      "TaskSubmitted",
      "TaskSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
    const second = JSON.parse((await states.run(parent(".sync:2"))).output!);
    assert.deepEqual([second.Output, second.Input, second.Status], [{ a: 1 }, {}, "SUCCEEDED"]);
    assert.deepEqual(Object.keys(JSON.parse((await states.run(parent(""))).output!)), [
      "ExecutionArn",
      "SdkHttpMetadata",
      "SdkResponseMetadata",
      "StartDate",
    ]);
    const failing = { StartAt: "F", States: { F: { Type: "Fail", Error: "E", Cause: "c" } } };
    const failed = await states.run(parent(".sync", await states.create(failing, "failing")));
    assert.equal(failed.error, "States.TaskFailed");
    const cause = JSON.parse(failed.cause!);
    assert.deepEqual([cause.Error, cause.Cause, cause.Status], ["E", "c", "FAILED"]);
    const missing = await states.run(parent("", `${StateMachineArn}-not`));
    assert.equal(missing.error, "StepFunctions.StateMachineDoesNotExistException");
    assert.match(
      missing.cause!,
      /\(Service: AWSStepFunctions; Status Code: 400; Error Code: StateMachineDoesNotExist;/,
    );
  }));

Deno.test("stopping an execution stops the one it waits for", () =>
  withEcho(async (states) => {
    const child = { StartAt: "W", States: { W: { Type: "Wait", Seconds: 600, End: true } } };
    const Parameters = { StateMachineArn: await states.create(child, "child"), Name: "one" };
    const Resource = "arn:aws:states:::states:startExecution.sync";
    const execution = await states.start(await states.create(one({ Resource, Parameters })));
    const childArn = `${Parameters.StateMachineArn.replace("stateMachine", "execution")}:one`;
    for (;;) {
      const events = await states.history(execution);
      if (events.some(({ type }) => type === "TaskSubmitted")) break;
    }
    await states.sfn.send(new StopExecutionCommand({ executionArn: execution }));
    assert.equal((await states.ended(childArn)).status, "ABORTED");
  }));

Deno.test("aws-sdk tasks call any operation, with names and errors of AWS's Java SDK", () =>
  withEcho(async (states) => {
    const StateMachineArn = await states.create(
      { StartAt: "P", States: { P: { Type: "Pass", End: true } } },
      "target",
    );
    const sdk = (action: string, Parameters: object) =>
      states.run(one({ Resource: `arn:aws:states:::aws-sdk:sfn:${action}`, Parameters }));
    const { output, events, cause } = await sdk("startExecution", { StateMachineArn, Input: '{"key":1}' });
    assert.equal(cause, undefined);
    const { ExecutionArn, StartDate } = JSON.parse(output!);
    assert.match(StartDate, /^\d{4}-\d\d-\d\dT.*Z$/);
    assert.equal((await states.ended(ExecutionArn)).output, '{"key":1}');
    assert.deepEqual(events[2]!.taskScheduledEventDetails, {
      resourceType: "aws-sdk:sfn",
      resource: "startExecution",
      region: "us-east-1",
      parameters: JSON.stringify({ StateMachineArn, Input: '{"key":1}' }),
    });
    const failed = await sdk("sendTaskSuccess", { Output: "1", TaskToken: "NoSuchTaskToken" });
    assert.equal(failed.error, "Sfn.InvalidTokenException");
    assert.match(
      failed.cause!,
      /^Invalid Token: 'Invalid token' \(Service: Sfn, Status Code: 400, Request ID: [\w-]+\)$/,
    );
    await assert.rejects(
      sdk("startExecution", { Nonsense: 1 }),
      /The field \\?"Nonsense\\?" is not supported/,
    );
    await assert.rejects(sdk("describeEverything", {}), /does not support .*aws-sdk:sfn:describeEverything/);
  }));
