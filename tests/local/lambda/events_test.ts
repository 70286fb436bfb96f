import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import type { Core } from "../../../lib/local/core.ts";
import { AwsError } from "../../../lib/local/errors.ts";
import { EventQueue } from "../../../lib/local/lambda/events.ts";
import { Store } from "../../../lib/local/store.ts";
import { deploy, invoke, withLambda } from "./testing.ts";
import type { TestAws } from "../testing.ts";

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Messages in a function's log group that contain `text`, once there are `count`. */
async function logged(aws: TestAws, name: string, text: string, count: number): Promise<string[]> {
  const logs = new CloudWatchLogsClient(aws.client);
  try {
    for (let wait = 0; wait < 200; wait++) {
      const { events = [] } = await logs.send(
        new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}`, filterPattern: `"${text}"` }),
      ).catch((error) => {
        if (error.name === "ResourceNotFoundException") return { events: [] };
        throw error;
      });
      if (events.length >= count) return events.map(({ message }) => message!);
      await sleep(25);
    }
    throw new Error(`"${text}" was not logged ${count} times.`);
  } finally {
    logs.destroy();
  }
}

const send = (FunctionName: string, event: unknown) =>
  new InvokeCommand({ FunctionName, InvocationType: "Event", Payload: JSON.stringify(event) });

Deno.test("log lines reach CloudWatch Logs", async () => {
  await withLambda(async (lambda, aws) => {
    await deploy(lambda, "f", "export const handler = async () => console.warn('careful')");
    await invoke(lambda, "f");
    const [warning] = await logged(aws, "f", "careful", 1);
    assert.match(warning!, /\tWARN\tcareful$/);
    for (const text of ["INIT_START", "START RequestId", "END RequestId", "REPORT RequestId"]) {
      assert.equal((await logged(aws, "f", text, 1)).length, 1, text);
    }
  });
});

Deno.test("an event is accepted, run, and retried after one and two minutes when it fails", async () => {
  let ahead = 0;
  await withLambda(async (lambda, aws) => {
    await deploy(
      lambda,
      "f",
      "export const handler = async ({ fail }) => { console.log('ran', fail); if (fail) throw new Error('x'); }",
    );
    const accepted = await lambda.send(send("f", { fail: false }));
    assert.equal(accepted.StatusCode, 202);
    await logged(aws, "f", "ran false", 1);
    await lambda.send(send("f", { fail: true }));
    assert.equal((await logged(aws, "f", "ran true", 1)).length, 1);
    await sleep(50);
    ahead = 61_000;
    // Another event wakes the queue.
    await lambda.send(send("f", { fail: false }));
    const tries = await logged(aws, "f", "ran true", 2);
    const ids = new Set(tries.map((line) => line.split("\t")[1]));
    assert.equal(ids.size, 1, "all tries have the request's id");
  }, { now: () => Date.now() + ahead });
});

Deno.test("after each throttling the delay before the next attempt doubles", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  const store = new Store(stateDir);
  try {
    let now = 0;
    const throttled = () => Promise.reject(new AwsError("TooManyRequestsException", "Rate exceeded", 429));
    const queue = new EventQueue({ store, now: () => now } as Core, throttled);
    const waiting = () => store.get<object>("SELECT attempt, backoff, due FROM lambda_events");
    queue.accept("arn", new Uint8Array(), "id");
    await sleep(0);
    assert.deepEqual({ ...waiting() }, { attempt: 0, backoff: 2000, due: 1000 });
    now = 1000;
    queue.advance();
    await sleep(0);
    assert.deepEqual({ ...waiting() }, { attempt: 0, backoff: 4000, due: 3000 });
    queue.stop();
  } finally {
    store.close();
    await Deno.remove(stateDir, { recursive: true });
  }
});

Deno.test("accepted events survive a restart", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    await withLambda(async (lambda) => {
      await deploy(
        lambda,
        "f",
        "export const handler = async ({ n }) => { await new Promise((r) => setTimeout(r, 300)); console.log('event ' + n); }",
        { Timeout: 10 },
      );
      for (let n = 0; n < 5; n++) await lambda.send(send("f", { n }));
    }, { stateDir });
    await withLambda(async (_lambda, aws) => {
      for (let n = 0; n < 5; n++) await logged(aws, "f", `event ${n}`, 1);
    }, { stateDir });
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});
