import assert from "node:assert/strict";
import { AwsError } from "../../../../lib/local/errors.ts";
import { chain, FUNCTION, named, ROLE, task, withStates } from "../testing.ts";

const one = (state: object) => ({ StartAt: "Start", States: { Start: state } });

Deno.test("lambda:invoke has AWS's events and output", () =>
  withStates(async (states) => {
    const { status, output, events } = await states.run(one(task({ TimeoutSeconds: 5, End: true })), {
      a: 1,
    });
    assert.equal(status, "SUCCEEDED");
    assert.deepEqual(chain(events), [
      "1<0 ExecutionStarted",
      "2<0 TaskStateEntered",
      "3<2 TaskScheduled",
      "4<3 TaskStarted",
      "5<4 TaskSucceeded",
      "6<5 TaskStateExited",
      "7<6 ExecutionSucceeded",
    ]);
    assert.deepEqual(events[0]!.executionStartedEventDetails, {
      input: '{"a":1}',
      inputDetails: { truncated: false },
      roleArn: ROLE,
    });
    assert.deepEqual(events[1]!.stateEnteredEventDetails, {
      name: "Start",
      input: '{"a":1}',
      inputDetails: { truncated: false },
    });
    assert.deepEqual(events[2]!.taskScheduledEventDetails, {
      resourceType: "lambda",
      resource: "invoke",
      region: "us-east-1",
      parameters: JSON.stringify({ FunctionName: FUNCTION, Payload: { a: 1 } }),
      timeoutInSeconds: 5,
    });
    assert.deepEqual(events[3]!.taskStartedEventDetails, { resourceType: "lambda", resource: "invoke" });
    const { SdkHttpMetadata, SdkResponseMetadata, ...rest } = JSON.parse(output!);
    assert.deepEqual(rest, { ExecutedVersion: "$LATEST", Payload: { a: 1, seen: true }, StatusCode: 200 });
    assert.deepEqual(Object.keys(JSON.parse(output!)), [
      "ExecutedVersion",
      "Payload",
      "SdkHttpMetadata",
      "SdkResponseMetadata",
      "StatusCode",
    ]);
    const requestId = SdkResponseMetadata.RequestId;
    assert.deepEqual(SdkHttpMetadata.AllHttpHeaders["x-amzn-RequestId"], [requestId]);
    assert.equal(SdkHttpMetadata.HttpHeaders["Content-Length"], "19");
    assert.equal(SdkHttpMetadata.HttpStatusCode, 200);
    assert.deepEqual(Object.keys(SdkHttpMetadata.HttpHeaders), [
      "Connection",
      "Content-Length",
      "Content-Type",
      "Date",
      "X-Amz-Executed-Version",
      "x-amzn-Remapped-Content-Length",
      "x-amzn-RequestId",
      "X-Amzn-Trace-Id",
    ]);
    assert.deepEqual(events[4]!.taskSucceededEventDetails, {
      resourceType: "lambda",
      resource: "invoke",
      output,
      outputDetails: { truncated: false },
    });
  }, { handler: (event) => ({ ...event as object, seen: true }) }));

Deno.test("lambda:invoke passes qualifier, invocation type, client context and log type", () =>
  withStates(async (states) => {
    const { status } = await states.run(one(task({
      Parameters: {
        FunctionName: "echo",
        Payload: { fixed: true },
        Qualifier: "7",
        InvocationType: "RequestResponse",
        ClientContext: "e30=",
        LogType: "Tail",
      },
      End: true,
    })));
    assert.equal(status, "SUCCEEDED");
    const { Payload, ...rest } = states.invocations[0]!;
    assert.equal(new TextDecoder().decode(Payload), '{"fixed":true}');
    assert.deepEqual(rest, {
      FunctionName: "echo",
      Qualifier: "7",
      InvocationType: "RequestResponse",
      ClientContext: "e30=",
      LogType: "Tail",
    });
  }, { handler: () => null }));

Deno.test("a function's ARN as the resource has its own events, and the payload as output", () =>
  withStates(async (states) => {
    const state = { Type: "Task", Resource: FUNCTION, TimeoutSeconds: 9, End: true };
    const { output, events } = await states.run(one(state), { n: 2 });
    assert.equal(output, '{"n":2,"seen":true}');
    assert.deepEqual(chain(events).slice(2, 5), [
      "3<2 LambdaFunctionScheduled",
      "4<3 LambdaFunctionStarted",
      "5<4 LambdaFunctionSucceeded",
    ]);
    assert.deepEqual(events[2]!.lambdaFunctionScheduledEventDetails, {
      resource: FUNCTION,
      input: '{"n":2}',
      inputDetails: { truncated: false },
      timeoutInSeconds: 9,
    });
    assert.equal(events[4]!.lambdaFunctionSucceededEventDetails!.output, output);
  }, { handler: (event) => ({ ...event as object, seen: true }) }));

Deno.test("a function error carries the payload's errorType and the raw payload as cause", () =>
  withStates(async (states) => {
    const { status, error, cause, events } = await states.run(one(task({ End: true })));
    assert.equal(status, "FAILED");
    assert.equal(error, "THRESHOLD_CONFIDENCE_NOT_MET");
    assert.equal(cause, '{"errorType":"THRESHOLD_CONFIDENCE_NOT_MET","errorMessage":"0.6","trace":[]}');
    assert.deepEqual(chain(events).slice(4), ["5<4 TaskFailed", "6<5 ExecutionFailed"]);
    assert.deepEqual(events[4]!.taskFailedEventDetails, {
      resourceType: "lambda",
      resource: "invoke",
      error,
      cause,
    });
    assert.deepEqual(events[5]!.executionFailedEventDetails, { error, cause });
  }, {
    handler: () => {
      throw named("THRESHOLD_CONFIDENCE_NOT_MET", "0.6");
    },
  }));

Deno.test("Lambda's service errors are named after their code, a denied call is AWSLambdaException", async () => {
  const cases = [
    ["ResourceNotFoundException", 404, "Lambda.ResourceNotFoundException"],
    ["TooManyRequestsException", 429, "Lambda.TooManyRequestsException"],
    ["AccessDeniedException", 403, "Lambda.AWSLambdaException"],
  ] as const;
  for (const [code, httpStatus, name] of cases) {
    await withStates(async (states) => {
      const { error, cause } = await states.run(one(task({ End: true })));
      assert.equal(error, name);
      const form = new RegExp(
        `^The text \\(Service: AWSLambda; Status Code: ${httpStatus}; Error Code: ${code}; ` +
          "Request ID: [0-9a-f-]{36}; Proxy: null\\)$",
      );
      assert.match(cause!, form);
    }, {
      handler: () => {
        throw new AwsError(code, "The text", httpStatus);
      },
    });
  }
});

Deno.test("the function is invoked as a session of the machine's role", () =>
  withStates(async (states) => {
    const { output } = await states.run(one(task({ OutputPath: "$.Payload", End: true })));
    assert.match(output!, /^"arn:aws:iam::000000000000:assumed-role\/states\/[0-9a-f]{32}"$/);
  }, { handler: (_event, _input, principal) => principal.arn }));

Deno.test("a role that can no longer be assumed fails the task with States.Permissions", () => {
  let isAssumable = true;
  return withStates(async (states) => {
    const arn = await states.create(one(task({ End: true })));
    isAssumable = false;
    const { error, cause } = await states.ended(await states.start(arn));
    assert.equal(error, "States.Permissions");
    assert.match(cause!, /assume the provided role arn:aws:iam::000000000000:role\/states\.$/);
    assert.equal(states.invocations.length, 0);
  }, { isAssumable: () => isAssumable });
});

Deno.test("a task past its TimeoutSeconds fails with States.Timeout; its late answer does not count", () =>
  withStates(async (states) => {
    const { status, error, cause, events, executionArn } = await states.run(
      one(task({ TimeoutSecondsPath: "$.limit", End: true })),
      { limit: 1 },
    );
    assert.deepEqual([status, error, cause], ["FAILED", "States.Timeout", undefined]);
    assert.deepEqual(chain(events).slice(4), ["5<4 TaskTimedOut", "6<5 ExecutionFailed"]);
    assert.deepEqual(events[4]!.taskTimedOutEventDetails, {
      resourceType: "lambda",
      resource: "invoke",
      error: "States.Timeout",
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal((await states.history(executionArn!)).length, 6);
  }, { handler: () => new Promise((resolve) => setTimeout(resolve, 1200)) }));

Deno.test("a task without a heartbeat for HeartbeatSeconds fails with States.HeartbeatTimeout", () =>
  withStates(async (states) => {
    const { output, events } = await states.run({
      StartAt: "Start",
      States: {
        Start: task({
          HeartbeatSeconds: 1,
          TimeoutSeconds: 10,
          Catch: [{ ErrorEquals: ["States.HeartbeatTimeout"], Next: "Caught" }],
          End: true,
        }),
        Caught: { Type: "Pass", End: true },
      },
    });
    assert.equal(output, '{"Error":"States.Timeout","Cause":""}');
    assert.equal(events[2]!.taskScheduledEventDetails!.heartbeatInSeconds, 1);
    assert.equal(events[4]!.type, "TaskTimedOut");
  }, { handler: () => new Promise((resolve) => setTimeout(resolve, 1200)) }));

Deno.test("a result over 256 KiB fails the task with States.DataLimitExceeded", () =>
  withStates(async (states) => {
    const service = await states.run(one(task({ End: true })));
    assert.equal(service.error, "States.DataLimitExceeded");
    assert.equal(
      service.cause,
      "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.",
    );
    assert.equal(service.events[4]!.type, "TaskFailed");
    const plain = await states.run(one({ Type: "Task", Resource: FUNCTION, End: true }));
    assert.equal(plain.error, "States.DataLimitExceeded");
    assert.match(
      plain.cause!,
      /^The state\/task 'arn:aws:lambda:us-east-1:000000000000:function:echo' returned/,
    );
    // Counted in bytes: two for each of these characters.
  }, { handler: () => "é".repeat(132_000) }));
