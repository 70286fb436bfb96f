import assert from "node:assert/strict";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CaptureError } from "../../lib/evaluation/captures.ts";
import { readCaptures, type ReadCapturesOptions } from "../../lib/evaluation/read_captures.ts";
import { inferenceIdOf } from "../../lib/inference_id.ts";
import { withLocalAws } from "../local/testing.ts";

const prefix = "data_capture/scones/AllTraffic/";

interface Traffic {
  read(options?: Partial<ReadCapturesOptions>): ReturnType<typeof readCaptures>;
  put(key: string, body: string): Promise<unknown>;
  /** Puts a capture file with a record for each id, captured at that minute. */
  captured(hour: string, minute: string, ...ids: string[]): Promise<unknown>;
}

async function withTraffic(body: (traffic: Traffic) => Promise<void>): Promise<void> {
  await withLocalAws(async (aws) => {
    const s3 = new S3Client(aws.client);
    const bucket = "captures";
    const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    try {
      await s3.send(new CreateBucketCommand({ Bucket: bucket }));
      await body({
        put,
        read: (options) =>
          readCaptures(s3, { bucket, prefix, pollSeconds: 0.02, timeoutSeconds: 5, ...options }),
        captured(hour, minute, ...ids) {
          const lines = ids.map((inferenceId, index) => {
            const inferenceTime = `2026-01-05T${hour}:${minute}:0${index}Z`;
            const endpointOutput = {
              observedContentType: "application/json",
              data: "[1,0]",
              encoding: "JSON",
            };
            const eventMetadata = { eventId: `${hour}${minute}${index}`, inferenceId, inferenceTime };
            return JSON.stringify({ captureData: { endpointOutput }, eventMetadata, eventVersion: "0" });
          });
          const key = `${prefix}2026/01/05/${hour}/${minute}-00-000-x.jsonl`;
          return put(key, `${lines.join("\n")}\n`);
        },
      });
    } finally {
      s3.destroy();
    }
  });
}

Deno.test("read captures: waits for what is delivered late, and tells how far it is", async () => {
  await withTraffic(async ({ read, captured, put }) => {
    await put("data_capture/scones-2/AllTraffic/2026/01/05/14/x.jsonl", "of another endpoint");
    await captured("14", "30", "test/b.png");
    const progress: number[] = [];
    let late: Promise<unknown> | undefined;
    const { captures, missing, files } = await read({
      expect: ["test/a.png", "test/b.png", "test/a.png"],
      onProgress: ({ done, total }) => {
        assert.equal(total, 3);
        progress.push(done);
        late ??= captured("14", "10", "test/a.png", "test/a.png");
      },
    });
    await late;
    assert.deepEqual(captures.map(({ inferenceId }) => inferenceId), [
      "test/a.png",
      "test/a.png",
      "test/b.png",
    ]);
    assert.deepEqual([missing, files], [[], 2]);
    assert.deepEqual([progress[0], progress.at(-1)], [1, 3]);
  });
});

Deno.test("read captures: of two long keys that end alike only the one that is missing is named", async () => {
  await withTraffic(async ({ read, captured }) => {
    const [first, second] = ["1", "2"].map((name) => `test/${name.padEnd(91, "x")}.png`) as [string, string];
    await captured("14", "30", inferenceIdOf(first));
    const { captures, missing } = await read({ expect: [first, second], timeoutSeconds: 0.1 });
    assert.equal(captures.length, 1);
    assert.deepEqual(missing, [second]);
  });
});

Deno.test("read captures: when the time is over, returns what there is and names what is missing", async () => {
  await withTraffic(async ({ read, captured }) => {
    await captured("14", "30", "test/b.png");
    const { captures, missing } = await read({
      expect: ["test/b.png", "test/b.png", "test/c.png"],
      timeoutSeconds: 0.1,
    });
    assert.equal(captures.length, 1);
    assert.deepEqual(missing, ["test/b.png", "test/c.png"]);
  });
});

Deno.test("read captures: what was captured before does not count, also for the same picture", async () => {
  await withTraffic(async ({ read, captured, put }) => {
    await put(`${prefix}2026/01/05/11/00-00-000-x.jsonl`, "an hour that need not be read");
    await captured("13", "59", "test/a.png");
    await captured("14", "30", "test/b.png");
    const since = new Date("2026-01-05T14:30:00.900Z");
    const { captures, missing } = await read({ since, expect: ["test/a.png"], timeoutSeconds: 0.05 });
    assert.deepEqual(
      captures.map(({ inferenceId }) => inferenceId),
      ["test/b.png"],
      "times have whole seconds",
    );
    assert.deepEqual(missing, ["test/a.png"]);
  });
});

Deno.test("read captures: no captures at all are no error", async () => {
  await withTraffic(async ({ read }) => {
    assert.deepEqual(await read(), { captures: [], missing: [], files: 0 });
  });
});

Deno.test("read captures: a prefix of several endpoints, a damaged file and an interruption end it", async () => {
  await withTraffic(async ({ read, put }) => {
    await assert.rejects(
      read({ prefix: "data_capture/scones" }),
      /"data_capture\/scones"; it must end in "\/"/,
    );
    await assert.rejects(
      read({ expect: ["never"], signal: AbortSignal.timeout(100), timeoutSeconds: 60 }),
      { name: "TimeoutError" },
    );
    await put(`${prefix}2026/01/05/14/00-00-000-x.jsonl`, "no JSON");
    await assert.rejects(read(), CaptureError);
  });
});
