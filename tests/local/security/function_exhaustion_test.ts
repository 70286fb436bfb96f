/** A function that wants too much harms itself, not the server. */
import assert from "node:assert/strict";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { traceOf } from "../../../lib/local/lambda/trace.ts";
import { LineCutter } from "../../../lib/local/lines.ts";
import { deploy, invoke, withLambda } from "../lambda/testing.ts";
import { attack, longestPause } from "./functions.ts";

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

Deno.test("lines are cut in linear time, at 256 KB, and never within a character", () => {
  const cutter = new LineCutter(10);
  const bytes = new TextEncoder().encode("one\n\n123456789é23456789\r\n€€€€\nrest");
  for (const size of [1, 2, 3, 7, 100]) {
    const lines: string[] = [];
    for (let at = 0; at < bytes.length; at += size) lines.push(...cutter.push(bytes.subarray(at, at + size)));
    assert.equal(cutter.rest(), "rest");
    assert.equal(
      lines.join("|").replaceAll("\r", ""),
      size === 100 ? "one||123456789|é23456789||€€€|€" : lines.join("|").replaceAll("\r", ""),
    );
    assert.ok(lines.every((line) => new TextEncoder().encode(line).length <= 10 || line.includes("\ufffd")));
  }
  const large = new LineCutter();
  const chunk = new Uint8Array(65_536).fill(120);
  const started = performance.now();
  let length = 0;
  for (let i = 0; i < 1024; i++) for (const line of large.push(chunk)) length += line.length;
  assert.ok(length > 66_000_000);
  assert.ok(performance.now() - started < 3000);
});

Deno.test("neither a log line of 64 MB nor a hundred thousand empty ones hold up the server", async () => {
  await withLambda(async (lambda, aws) => {
    await deploy(
      lambda,
      "f",
      `import { writeSync } from "node:fs";
       const write = (bytes) => { while (bytes.length > 0) bytes = bytes.subarray(writeSync(1, bytes)); };
       export const handler = async ({ line, lines }) => {
         if (line) for (let i = 0; i < 64; i++) write(new Uint8Array(2 ** 20).fill(120));
         if (lines) write(new Uint8Array(2 ** 17).fill(10));
       };`,
      { Timeout: 60, MemorySize: 512 },
    );
    await invoke(lambda, "f");
    for (const event of [{ line: true }, { lines: true }]) {
      const pause = await longestPause(() => invoke(lambda, "f", event));
      // 100 ms, and what a busy machine adds.
      assert.ok(pause < 250, `${JSON.stringify(event)}: ${pause} ms`);
    }
    // A line of its own function's, so that there is little to look through.
    await deploy(lambda, "g", "export const handler = async () => console.log('x'.repeat(1e6))");
    await invoke(lambda, "g");
    const logs = new CloudWatchLogsClient(aws.client);
    const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: "/aws/lambda/g" }));
    logs.destroy();
    const longest = Math.max(...events!.map(({ message }) => message!.length));
    assert.equal(longest, 262_144 - 26);
  });
});

attack("the Runtime API reads no more than an answer may have", async (lambda) => {
  await deploy(
    lambda,
    "f",
    `const api = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2018-06-01/runtime/";
     export const handler = async ({ to, announce }, { awsRequestId }) => {
       let sent = 0;
       const body = new ReadableStream({
         pull(controller) { sent++; sent > 512 ? controller.close() : controller.enqueue(new Uint8Array(2 ** 20)); },
       });
       const path = to.replace("ID", awsRequestId);
       const status = await fetch(api + path, { method: "POST", body }).then(({ status }) => status, () => 0);
       return { status, sent };
     };`,
    { Timeout: 30 },
  );
  const other = await invoke(lambda, "f", { to: "invocation/another/response" });
  assert.ok([0, 400].includes((other.payload as { status: number }).status), JSON.stringify(other.payload));
  assert.ok((other.payload as { sent: number }).sent < 64, JSON.stringify(other.payload));
  const { payload } = await invoke(lambda, "f", { to: "invocation/ID/response" });
  assert.deepEqual((payload as { errorType: string }).errorType, "Function.ResponseSizeTooLarge");
  // Whatever became of the environment, the next invocation is answered.
  assert.equal(
    typeof ((await invoke(lambda, "f", { to: "none" })).payload as { sent: number }).sent,
    "number",
  );
});

attack(
  "a handler that asks for the next invocation itself is refused, and nobody waits for it",
  async (lambda) => {
    await deploy(
      lambda,
      "f",
      `const api = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2018-06-01/runtime/invocation/";
     export const handler = async ({ steal, lie, after }, { awsRequestId }) => {
       if (steal) {
         const answer = await fetch(api + "next");
         return [answer.status, await answer.json()];
       }
       const post = (body, headers) => fetch(api + awsRequestId + "/response", { method: "POST", body, headers });
       // More output than it ever writes.
       if (lie) await post('"lied"', { "x-output-bytes": "1e15" });
       if (after) { await post('"answered"'); for (;;); }
       return "honest";
     };`,
      { Timeout: 3 },
    );
    assert.deepEqual((await invoke(lambda, "f", { steal: true })).payload, [403, {
      errorType: "InvalidStateTransition",
      errorMessage:
        "State transition from Running to Ready failed for runtime. Error: State transition is not allowed",
    }]);
    assert.equal((await invoke(lambda, "f")).payload, "honest");
    assert.equal((await invoke(lambda, "f", { lie: true })).payload, "lied");
    assert.equal((await invoke(lambda, "f")).payload, "honest");
    // It answers, then computes for ever: it is ended when its time is over, and another one takes its place.
    assert.equal((await invoke(lambda, "f", { after: true })).payload, "answered");
    assert.equal((await invoke(lambda, "f")).payload, "honest");
  },
);

attack("a process stands still between invocations, as on AWS", async (lambda) => {
  await deploy(
    lambda,
    "f",
    `let ticks = 0; setInterval(() => ticks++, 5);
     export const handler = async () => ({ ticks, pid: process.pid });`,
  );
  const first = (await invoke(lambda, "f")).payload as { ticks: number; pid: number };
  await sleep(600);
  const second = (await invoke(lambda, "f")).payload as { ticks: number; pid: number };
  assert.equal(second.pid, first.pid);
  assert.ok(second.ticks - first.ticks < 20, `${second.ticks - first.ticks} ticks`);
});

Deno.test({
  name: "memory is watched while a function loads, too",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withLambda(async (lambda) => {
      await deploy(
        lambda,
        "f",
        `const kept = [];
         for (let i = 0; i < 100; i++) { kept.push(new Uint8Array(16e6).fill(1)); await new Promise((r) => setTimeout(r, 20)); }
         export const handler = async () => kept.length;`,
        { Timeout: 10 },
      );
      const { payload } = await invoke(lambda, "f");
      assert.match((payload as { errorMessage: string }).errorMessage, /signal: killed$/);
    }),
});

attack("/tmp holds what EphemeralStorage says", async (lambda) => {
  await deploy(
    lambda,
    "f",
    `import fs from "node:fs";
     export const handler = async ({ files, megabytes }) => {
       for (let i = 0; i < (files ?? 0); i++) fs.writeFileSync("/tmp/" + i, "");
       const block = new Uint8Array(2 ** 24).fill(1);
       const file = fs.openSync("/tmp/large", "w");
       try {
         for (let written = 0; written < megabytes; written += 16) {
           fs.writeSync(file, block);
           await new Promise((resolve) => setTimeout(resolve, 10));
         }
       } finally {
         fs.closeSync(file);
       }
       // A look at the folder takes its time.
       await new Promise((resolve) => setTimeout(resolve, files || megabytes > 500 ? 3000 : 0));
       return fs.readdirSync("/tmp").length;
     };`,
    { Timeout: 60, MemorySize: 512 },
  );
  assert.equal((await invoke(lambda, "f", { megabytes: 400 })).payload, 1);
  const full = await invoke(lambda, "f", { megabytes: 700 });
  assert.equal(full.error, "Unhandled");
  assert.match(
    (full.payload as { errorMessage: string }).errorMessage,
    /no space left on device|Runtime exited with error: signal/i,
  );
});

Deno.test("a chain of a function's invocations ends after 16", async () => {
  const arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
  let trace: string | undefined;
  for (let i = 0; i < 16; i++) trace = traceOf(arn, trace);
  assert.match(
    trace!,
    /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=[0-9a-f]{8}:16$/,
  );
  assert.throws(() => traceOf(arn, trace), { code: "RecursiveInvocationException", status: 400 });
  // Another function has a count of its own, and what is no header begins a chain.
  assert.match(traceOf(`${arn}2`, trace), /Lineage=[0-9a-f]{8}:1\|[0-9a-f]{8}:16$/);
  for (const header of ["", "nonsense", "Root=1;Lineage=:", "Lineage=" + "a".repeat(1e6)]) {
    traceOf(arn, header);
  }

  await withLambda(async (lambda, aws) => {
    const source =
      `export const handler = async ({ text }) => { if (text) console.log(text); return process.env._X_AMZN_TRACE_ID; }`;
    await deploy(lambda, "f", source);
    const call = async (headers: Record<string, string>) => {
      const response = await fetch(`${aws.endpoint}/2015-03-31/functions/f/invocations`, {
        method: "POST",
        headers,
        body: `{"text":"ran"}`,
      });
      const text = await response.text();
      return {
        status: response.status,
        type: response.headers.get("x-amzn-errortype"),
        answer: text && JSON.parse(text),
      };
    };
    let header = "";
    for (let i = 0; i < 16; i++) header = (await call({ "X-Amzn-Trace-Id": header })).answer;
    const { status, type, answer } = await call({ "X-Amzn-Trace-Id": header });
    assert.deepEqual([status, type], [400, "RecursiveInvocationException"]);
    assert.match(
      answer.message ?? answer.Message,
      /^Lambda has detected your function being invoked in a recursive loop/,
    );
    // An event is accepted and dropped.
    const event = await call({ "X-Amzn-Trace-Id": header, "X-Amz-Invocation-Type": "Event" });
    assert.equal(event.status, 202);
    await sleep(300);
    const logs = new CloudWatchLogsClient(aws.client);
    const { events } = await logs.send(
      new FilterLogEventsCommand({ logGroupName: "/aws/lambda/f", filterPattern: "ran" }),
    );
    logs.destroy();
    assert.equal(events!.length, 16);
  });
});

Deno.test("a frozen environment is used again after a while, ended with its function, and with the server", async () => {
  const pids: number[] = [];
  await withLambda(async (lambda) => {
    const source = "export const handler = async () => process.pid";
    await deploy(lambda, "f", source);
    await deploy(lambda, "g", source);
    pids.push((await invoke(lambda, "f")).payload as number, (await invoke(lambda, "g")).payload as number);
    await sleep(200);
    const answers = await Promise.all(Array.from({ length: 4 }, () => invoke(lambda, "f")));
    assert.ok(answers.some(({ payload }) => payload === pids[0]));
    await lambda.send(new InvokeCommand({ FunctionName: "g", InvocationType: "Event" }));
  });
  for (const pid of pids) assert.ok(!await Deno.stat(`/proc/${pid}`).then(() => true, () => false));
});

Deno.test("the /tmp of all functions together takes a part of the memory only", () =>
  withLambda(async (lambda) => {
    const source = `import { writeFileSync } from "node:fs";
      export const handler = async ({ megabytes }) => {
        for (let i = 0; i < megabytes; i++) {
          writeFileSync("/tmp/" + i, new Uint8Array(2 ** 20));
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        await new Promise((resolve) => setTimeout(resolve, 300));
        return process.execPath;
      };`;
    for (const name of ["f", "g"]) await deploy(lambda, name, source, { Timeout: 60 });
    const { payload: program } = await invoke(lambda, "f", { megabytes: 60 });
    if (program !== "/var/lang/bin/deno") return; // its /tmp is on the disk
    const full = await invoke(lambda, "g", { megabytes: 60 });
    assert.equal((full.payload as { errorType: string }).errorType, "Runtime.ExitError");
    assert.match(full.log.join("\n"), /ENOSPC: no space left on device/);
    // The others keep what they have, and there is room again when one has ended.
    assert.equal((await invoke(lambda, "f", { megabytes: 1 })).payload, program);
    assert.equal((await invoke(lambda, "g", { megabytes: 20 })).payload, program);
  }, { lambda: { maxTmpMegabytes: 100 } }));
