import {
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type LambdaClient,
} from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import { createInput, deploy, invoke, withLambda } from "./testing.ts";

async function refused(lambda: LambdaClient, input: ConstructorParameters<typeof InvokeCommand>[0]) {
  try {
    await lambda.send(new InvokeCommand(input));
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata: { httpStatusCode: number } };
    return { name, message, status: $metadata.httpStatusCode };
  }
  throw new Error("It was not refused.");
}

Deno.test("Invoke refuses what AWS refuses", async () => {
  await withLambda(async (lambda) => {
    assert.deepEqual(await refused(lambda, { FunctionName: "none" }), {
      name: "ResourceNotFoundException",
      message: "Function not found: arn:aws:lambda:us-east-1:000000000000:function:none:$LATEST",
      status: 404,
    });
    const reader = "export const handler = async (event) => event";
    await lambda.send(new CreateFunctionCommand(createInput("echo", reader)));
    const pending = await refused(lambda, { FunctionName: "echo" });
    assert.equal(pending.name, "ResourceConflictException");
    assert.equal(
      pending.message,
      "The operation cannot be performed at this time. The function is currently in the following state: Pending",
    );
    await deploy(lambda, "other", reader);
    const cases = [
      [{ Payload: "{no json" }, "InvalidRequestContentException", 400],
      [{ Payload: `"${"x".repeat(6_291_456)}"` }, "RequestTooLargeException", 413],
      [{ Payload: `"${"x".repeat(1_048_576)}"`, InvocationType: "Event" }, "RequestTooLargeException", 413],
      [{ Qualifier: "7" }, "ResourceNotFoundException", 404],
      [{ FunctionName: "echo:1", Qualifier: "2" }, "InvalidParameterValueException", 400],
      [{ FunctionName: "a name" }, "ValidationException", 400],
      [
        { FunctionName: "arn:aws:lambda:eu-west-1:000000000000:function:echo" },
        "ResourceNotFoundException",
        404,
      ],
      [{ ClientContext: "no base64" }, "InvalidRequestContentException", 400],
    ] as const;
    for (const [more, name, status] of cases) {
      const error = await refused(lambda, { FunctionName: "echo", ...more });
      assert.deepEqual([error.name, error.status], [name, status], error.message);
    }
  });
});

Deno.test("Invoke runs the function with Lambda's environment, context and log", async () => {
  await withLambda(async (lambda) => {
    await deploy(
      lambda,
      "inspect",
      `export const handler = async (event, context) => {
         console.log("two\\nlines", { deep: [1, 2] });
         console.error(new Date().getTimezoneOffset());
         const { getRemainingTimeInMillis, ...rest } = context;
         return { event, env: process.env, left: getRemainingTimeInMillis(), rest };
       };`,
      { Environment: { Variables: { COLOUR: "red" } }, Timeout: 7, MemorySize: 256 },
    );
    const { payload, error, version, log } = await invoke(lambda, "inspect", { n: 1 }, {
      ClientContext: btoa(JSON.stringify({ custom: { key: "v" } })),
    });
    assert.equal(error, undefined);
    assert.equal(version, "$LATEST");
    const { event, env, left, rest } = payload as {
      event: unknown;
      env: Record<string, string>;
      left: number;
      rest: Record<string, unknown>;
    };
    assert.deepEqual(event, { n: 1 });
    assert.ok(left > 5000 && left <= 7000);
    assert.equal(env["COLOUR"], "red");
    assert.equal(env["AWS_LAMBDA_FUNCTION_NAME"], "inspect");
    assert.equal(env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "256");
    assert.equal(env["AWS_EXECUTION_ENV"], "AWS_Lambda_nodejs22.x");
    assert.equal(env["_HANDLER"], "index.handler");
    assert.equal(env["AWS_REGION"], "us-east-1");
    assert.match(env["AWS_ENDPOINT_URL"]!, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.match(env["AWS_LAMBDA_LOG_STREAM_NAME"]!, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    assert.ok(env["AWS_ACCESS_KEY_ID"] && env["AWS_SECRET_ACCESS_KEY"] && env["AWS_SESSION_TOKEN"]);
    assert.equal(env["HOME"], undefined);
    assert.equal(env["DENO_DIR"], undefined);
    assert.equal(rest["functionName"], "inspect");
    assert.equal(rest["memoryLimitInMB"], "256");
    assert.equal(rest["invokedFunctionArn"], "arn:aws:lambda:us-east-1:000000000000:function:inspect");
    assert.deepEqual(rest["clientContext"], { custom: { key: "v" } });
    const id = rest["awsRequestId"];
    assert.equal(log[0], `START RequestId: ${id} Version: $LATEST`);
    assert.match(log[1]!, new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z\t${id}\tINFO\ttwo$`));
    assert.equal(log[2], "lines { deep: [ 1, 2 ] }");
    assert.match(log[3]!, new RegExp(`\t${id}\tERROR\t0$`));
    assert.equal(log[4], `END RequestId: ${id}`);
    assert.match(
      log[5]!,
      new RegExp(
        `^REPORT RequestId: ${id}\tDuration: [\\d.]+ ms\tBilled Duration: \\d+ ms\tMemory Size: 256 MB\t` +
          "Max Memory Used: \\d+ MB\tInit Duration: [\\d.]+ ms\t$",
      ),
    );
  });
});

Deno.test("Invoke answers errors of the function as AWS does", async () => {
  await withLambda(async (lambda) => {
    await deploy(
      lambda,
      "fail",
      `export const handler = async ({ how }) => {
         if (how === "named") {
           const error = new Error("under the threshold");
           error.name = "THRESHOLD_CONFIDENCE_NOT_MET";
           throw error;
         }
         if (how === "string") throw "just text";
         if (how === "undefined") return undefined;
         if (how === "circular") { const a = {}; a.a = a; return a; }
         if (how === "exit") process.exit(0);
         if (how === "status") process.exit(3);
         if (how === "large") return "x".repeat(6_291_556);
         if (how === "fits") return "x".repeat(6_000_000);
         if (how === "rejection") { Promise.reject(new Error("lost")); await new Promise((r) => setTimeout(r, 500)); }
         if (how === "unsettled") await new Promise(() => {});
         return process.pid;
       };`,
    );
    const named = await invoke(lambda, "fail", { how: "named" });
    assert.equal(named.error, "Unhandled");
    const { trace, ...rest } = named.payload as { trace: string[] };
    assert.deepEqual(rest, {
      errorType: "THRESHOLD_CONFIDENCE_NOT_MET",
      errorMessage: "under the threshold",
    });
    assert.match(trace[1]!, /^ {4}at .*\/var\/task\/index\.mjs:\d+:\d+/);
    assert.ok(named.log.some((line) => line.includes("\tERROR\tInvoke Error")));
    assert.ok(
      named.log.some((line) => line.includes("Status: error\tError Type: THRESHOLD_CONFIDENCE_NOT_MET")),
    );

    const payloadOf = async (how: string) => {
      const { payload, error } = await invoke(lambda, "fail", { how });
      return { payload: payload as Record<string, unknown>, error };
    };
    assert.deepEqual(await payloadOf("string"), {
      payload: { errorType: "string", errorMessage: "just text", trace: [] },
      error: "Unhandled",
    });
    assert.deepEqual(await payloadOf("undefined"), { payload: null as unknown, error: undefined });
    assert.equal((await payloadOf("circular")).payload["errorType"], "Error");
    assert.equal((await payloadOf("unsettled")).payload["errorType"], "Runtime.NodejsExit");
    const exit = (await payloadOf("exit")).payload;
    assert.equal(exit["errorType"], "Runtime.ExitError");
    assert.match(
      String(exit["errorMessage"]),
      /^RequestId: [0-9a-f-]{36} Error: Runtime exited without providing a reason$/,
    );
    assert.match(
      String((await payloadOf("status")).payload["errorMessage"]),
      /Error: Runtime exited with error: exit status 3$/,
    );
    assert.deepEqual((await payloadOf("large")).payload, {
      errorType: "Function.ResponseSizeTooLarge",
      errorMessage: "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    });
    const rejection = (await payloadOf("rejection")).payload;
    assert.equal(rejection["errorType"], "Runtime.UnhandledPromiseRejection");
    assert.equal(rejection["errorMessage"], "Error: lost");
    assert.equal(String((await payloadOf("fits")).payload).length, 6_000_000);
  });
});

Deno.test("a function that takes too long is ended, and the next invocation has a new environment", async () => {
  await withLambda(async (lambda) => {
    await deploy(
      lambda,
      "slow",
      `export const handler = async ({ spin, wait }) => {
         while (spin);
         if (wait) await new Promise((resolve) => setTimeout(resolve, 60_000));
         return process.pid;
       };`,
      { Timeout: 1 },
    );
    const first = await invoke(lambda, "slow");
    assert.equal((await invoke(lambda, "slow")).payload, first.payload, "warm environments are used again");
    for (const event of [{ spin: true }, { wait: true }]) {
      const { payload, error, log } = await invoke(lambda, "slow", event);
      assert.equal(error, "Unhandled");
      const { errorType, errorMessage } = payload as Record<string, string>;
      assert.equal(errorType, "Sandbox.Timedout");
      assert.match(errorMessage!, /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/);
      assert.ok(
        log.some((line) => line.includes("Duration: 1000.00 ms") && line.includes("Status: timeout")),
      );
      assert.notEqual((await invoke(lambda, "slow")).payload, first.payload);
    }
  });
});

Deno.test("a function that uses more than its memory is ended", async () => {
  await withLambda(async (lambda) => {
    await deploy(
      lambda,
      "hungry",
      `const kept = [];
       export const handler = async ({ heap }) => {
         for (let i = 0; i < 40; i++) {
           kept.push(heap ? Array.from({ length: 1e6 }, Math.random) : new Uint8Array(16e6).fill(1));
           await new Promise((resolve) => setTimeout(resolve, 20));
         }
         return kept.length;
       };`,
      { Timeout: 20 },
    );
    for (const heap of [false, true]) {
      const { payload, error } = await invoke(lambda, "hungry", { heap });
      assert.equal(error, "Unhandled");
      const { errorType, errorMessage } = payload as Record<string, string>;
      assert.equal(errorType, "Runtime.ExitError");
      assert.match(errorMessage!, /Error: Runtime exited with error: signal: (killed|aborted)$/);
    }
  });
});

Deno.test("parallel invocations run in parallel, each environment with one at a time", async () => {
  await withLambda(async (lambda) => {
    await deploy(
      lambda,
      "sleep",
      `let running = 0;
       export const handler = async () => {
         const most = ++running;
         await new Promise((resolve) => setTimeout(resolve, 700));
         running--;
         return { most, pid: process.pid };
       };`,
      { Timeout: 10 },
    );
    const answers = await Promise.all(Array.from({ length: 4 }, () => invoke(lambda, "sleep")));
    const payloads = answers.map(({ payload }) => payload as { most: number; pid: number });
    assert.ok(payloads.every(({ most }) => most === 1));
    assert.ok(new Set(payloads.map(({ pid }) => pid)).size > 1);
  });
});

Deno.test("a function runs to its end after its client has hung up", async () => {
  await withLambda(async (lambda, aws) => {
    await deploy(
      lambda,
      "count",
      `await new Promise((resolve) => setTimeout(resolve, 700));
       let calls = 0;
       export const handler = async () => ++calls;`,
      { Timeout: 10 },
    );
    // The client hangs up while the environment starts, before the invocation has begun.
    const call = fetch(`${aws.endpoint}/2015-03-31/functions/count/invocations`, {
      method: "POST",
      signal: AbortSignal.timeout(300),
    });
    await assert.rejects(call, { name: "TimeoutError" });
    assert.equal((await invoke(lambda, "count")).payload, 2);
  });
});

Deno.test("answers have Lambda's headers, and events and dry runs no content", async () => {
  await withLambda(async (lambda, aws) => {
    await deploy(
      lambda,
      "f",
      "export const handler = async ({ fail }) => { if (fail) throw new Error('x'); }",
    );
    const headersOf = async (type: string, event: object) => {
      const response = await fetch(`${aws.endpoint}/2015-03-31/functions/f/invocations`, {
        method: "POST",
        headers: { "X-Amz-Invocation-Type": type },
        body: JSON.stringify(event),
      });
      const { status, headers } = response;
      const named = (name: string) => headers.get(name);
      return [
        status,
        await response.text(),
        named("content-type"),
        named("x-amz-executed-version"),
        named("x-amz-function-error"),
        named("x-amz-log-result"),
      ];
    };
    const json = "application/json";
    assert.deepEqual(await headersOf("RequestResponse", {}), [200, "null", json, "$LATEST", null, null]);
    const [status, , ...failed] = await headersOf("RequestResponse", { fail: true });
    assert.deepEqual([status, failed], [200, [json, "$LATEST", "Unhandled", null]]);
    assert.deepEqual(await headersOf("Event", {}), [202, "", null, null, null, null]);
    assert.deepEqual(await headersOf("DryRun", {}), [204, "", null, "$LATEST", null, null]);
  });
});

Deno.test("DryRun checks only", async () => {
  await withLambda(async (lambda) => {
    await deploy(lambda, "never", "throw new Error('loaded')");
    const answer = await lambda.send(new InvokeCommand({ FunctionName: "never", InvocationType: "DryRun" }));
    assert.equal(answer.StatusCode, 204);
  });
});

Deno.test("functions and their configuration survive a restart", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    await withLambda(async (lambda) => {
      await deploy(lambda, "kept", "export const handler = async () => 'kept'", { Description: "d" });
    }, { stateDir });
    await withLambda(async (lambda) => {
      const { Description, State } = await lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName: "kept" }),
      );
      assert.deepEqual([Description, State], ["d", "Active"]);
      assert.equal((await invoke(lambda, "kept")).payload, "kept");
    }, { stateDir });
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});
