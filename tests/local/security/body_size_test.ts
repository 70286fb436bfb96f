/** Bodies that would take the server's time or memory by what is in them, or by how many there are. */
import assert from "node:assert/strict";
import { BodyReader } from "../../../lib/local/protocols/body.ts";
import { deploy, invoke, withLambda } from "../lambda/testing.ts";
import { withLocalAws } from "../testing.ts";
import { assertShortHold } from "../testing/event_loop.ts";
import { raw } from "./testing/raw.ts";

const MEGABYTE = 2 ** 20;
const encoder = new TextEncoder();

/** JSON of so many bytes with as many members as possible. */
function manyMembers(bytes: number): Uint8Array<ArrayBuffer> {
  const members: string[] = [];
  for (let length = 0; length < bytes; length += members.at(-1)!.length + 1) {
    members.push(`"k${members.length}":1`);
  }
  return encoder.encode(`{${members.join(",")}}`);
}

/** The status of a request whose answer does not hold the server up. */
async function statusOf(url: string, body: BodyInit, headers: Record<string, string> = {}, method = "POST") {
  return await assertShortHold(async () => {
    const answer = await fetch(url, { method, body, headers });
    await answer.body?.cancel();
    return answer.status;
  }, () => typeof body === "string" ? body.slice(0, 50) : url);
}

Deno.test("a body of millions of members is refused before it is parsed", () =>
  withLocalAws(async ({ endpoint, functionEndpoint }) => {
    const [large, small] = [manyMembers(51 * MEGABYTE), manyMembers(7 * MEGABYTE)];
    const functions = "/2015-03-31/functions";
    // Those who have not signed are refused whatever they send.
    assert.equal(await statusOf(functionEndpoint + functions, large), 403);
    assert.equal(await statusOf(`${functionEndpoint}${functions}/f/configuration`, small, {}, "PUT"), 403);
    assert.equal(await statusOf(endpoint + functions, large), 400);
    assert.equal(await statusOf(`${endpoint}${functions}/f/configuration`, small, {}, "PUT"), 400);
    assert.equal(await statusOf(`${endpoint}${functions}/f/configuration`, large, {}, "PUT"), 413);
    const targets = [
      "SageMaker.ListModels",
      "AWSStepFunctions.CreateStateMachine",
      "Logs_20140328.PutLogEvents",
    ];
    for (const target of targets) {
      assert.equal(await statusOf(endpoint, small, { "x-amz-target": target }), 400, target);
    }
    const events = Array.from({ length: 120_000 }, () => ({ timestamp: 1, message: "a" }));
    const tags = Array.from({ length: 120_000 }, () => ({ Key: "a", Value: "b" }));
    const inputs: [string, object][] = [
      ["Logs_20140328.PutLogEvents", { logGroupName: "g", logStreamName: "s", logEvents: events }],
      ["SageMaker.AddTags", { ResourceArn: "a", Tags: tags }],
    ];
    for (const [target, input] of inputs) {
      const body = JSON.stringify(input);
      assert.equal(await statusOf(endpoint, body, { "x-amz-target": target }), 400, target);
    }
  }));

Deno.test("the members that no model names are ignored, as on AWS, and cost nothing", () =>
  withLocalAws(async ({ endpoint }) => {
    const members = Object.fromEntries(Array.from({ length: 90_000 }, (_, i) => [`k${i}`, i]));
    const headers = { "x-amz-target": "SageMaker.ListModels" };
    assert.equal(await statusOf(endpoint, JSON.stringify(members), headers), 200);
  }));

Deno.test("so is XML of hundreds of thousands of elements, side by side or within each other", () =>
  withLocalAws(async ({ endpoint }) => {
    await (await fetch(`${endpoint}/bucket`, { method: "PUT" })).body?.cancel();
    const objects = (count: number) => "<Object><Key>a</Key></Object>".repeat(count);
    const bodies = [
      `<Delete>${objects(40_000)}</Delete>`,
      `<Delete>${"<a/>".repeat(200_000)}</Delete>`,
      `<Delete><Object><Key>${"<a>".repeat(400_000)}${"</a>".repeat(400_000)}</Key></Object></Delete>`,
      `<Delete ${Array.from({ length: 200_000 }, (_, i) => `a${i}="b"`).join(" ")}>${objects(1)}</Delete>`,
      `<Delete>${"&amp;".repeat(200_000)}</Delete>`,
    ];
    for (const body of bodies) {
      assert.equal(await statusOf(`${endpoint}/bucket?delete`, body), 400, body.slice(0, 50));
    }
    const parts = Array.from(
      { length: 10_000 },
      (_, i) =>
        `<Part><PartNumber>${i + 1}</PartNumber><ETag>"${
          "0".repeat(32)
        }"</ETag><ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part>`,
    );
    const complete = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
    assert.equal(await statusOf(`${endpoint}/bucket/key?uploadId=none`, complete), 404);
  }));

Deno.test("bodies that are held together are limited, also those that are not sent to their end", async () => {
  const reader = new BodyReader(undefined, MEGABYTE);
  const body = (bytes: number) =>
    new Request("http://127.0.0.1", { method: "POST", body: new Uint8Array(bytes) });
  const [first, second] = [reader.hold(), reader.hold()];
  await first.whole(body(800_000), MEGABYTE);
  const busy = { code: "ServiceUnavailable", status: 503 };
  await assert.rejects(second.whole(body(400_000), MEGABYTE), busy);
  second.release();
  await second.whole(body(200_000), MEGABYTE);
  first.release();
  const third = reader.hold();
  await third.whole(body(800_000), MEGABYTE);
  third.release();
  second.release();
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(100_000)),
  });
  const open = new Request("http://127.0.0.1", { method: "POST", body: endless });
  await assert.rejects(reader.hold().whole(open, 100 * MEGABYTE), busy);
  reader.stop();
});

Deno.test("a large body that stops coming is given up, and its memory with it", () =>
  withLocalAws(async (aws) => {
    const head =
      `PUT /2015-03-31/functions/f/code HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 60000000\r\n\r\n`;
    const answer = await raw(aws.endpoint, head + "a".repeat(100_000));
    assert.match(answer, /RequestTimeout/);
  }, { bodyTimes: { idleMs: 300, slowMs: 60_000, bytesPerSecond: 1 } }));

Deno.test("so is CBOR of a million members, or nested a million deep", () =>
  withLocalAws(async ({ endpoint }) => {
    const url = `${endpoint}/service/GraniteServiceVersion20100801/operation/ListMetrics`;
    const headers = { "smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor" };
    const members = new Uint8Array(MEGABYTE - 10);
    members[0] = 0xbf;
    for (let at = 1; at + 6 < members.length; at += 6) {
      members.set([0x64, ...encoder.encode((at / 6).toString(36).padStart(4, "0").slice(-4)), 1], at);
    }
    for (
      const body of [
        members,
        new Uint8Array(MEGABYTE - 10).fill(0x81),
        new Uint8Array([0x9a, 255, 255, 255, 255]),
      ]
    ) {
      assert.equal(await statusOf(url, body, headers), 400);
    }
    assert.equal(await statusOf(url, new Uint8Array(7 * MEGABYTE), headers), 413);
  }));

Deno.test("an event of a million members reaches its function, and holds nobody up", () =>
  withLambda(async (lambda, aws) => {
    await deploy(lambda, "f", "export const handler = async (event) => Object.keys(event).length", {
      MemorySize: 1024,
      Timeout: 60,
    });
    await invoke(lambda, "f");
    const url = `${aws.endpoint}/2015-03-31/functions/f/invocations`;
    const event = manyMembers(5 * MEGABYTE);
    assert.equal(await statusOf(url, event), 200);
    assert.equal(await (await fetch(url, { method: "POST", body: event })).json() > 400_000, true);
    const broken = event.slice(0, -1);
    const answer = await fetch(url, { method: "POST", body: broken });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /Could not parse payload into json: Expected/);
  }));
