import assert from "node:assert/strict";
import { join } from "node:path";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { withLocalAws } from "../local/testing.ts";
import { createRecorder } from "./recorder.ts";

Deno.test("what goes over the wire is recorded, bodies that nobody reads too", async () => {
  const recorder = createRecorder();
  const folder = await Deno.makeTempDir({ prefix: "scones-test-" });
  const file = join(folder, "recording.jsonl");
  try {
    await withLocalAws(async (aws) => {
      const s3 = new S3Client(aws.client);
      await s3.send(new CreateBucketCommand({ Bucket: "before-recording" }));
      await recorder.recordTo(file);
      const put = (Bucket: string) => s3.send(new PutObjectCommand({ Bucket, Key: "key", Body: "sent" }));
      await put("before-recording");
      await assert.rejects(put("nowhere-at-all"), { name: "NoSuchBucket" });
      await recorder.recordTo();
      await put("before-recording");
      s3.destroy();
    }, { around: recorder.around });
    const exchanges = (await Deno.readTextFile(file)).trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(exchanges.map(({ method, response }) => [method, response.status]), [
      ["PUT", 200],
      ["PUT", 404],
    ]);
    assert.match(atob(exchanges[0].body), /sent/);
    assert.match(atob(exchanges[1].response.body), /<Code>NoSuchBucket<\/Code>/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
