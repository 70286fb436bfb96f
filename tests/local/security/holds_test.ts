/** Large objects and logs, whose requests would keep all others waiting. */
import assert from "node:assert/strict";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CopyObjectCommand, CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { withLocalAws } from "../testing.ts";
import { assertShortHold } from "../testing/event_loop.ts";

Deno.test("a copy of a large object does not hold the server", () =>
  withLocalAws(async (aws) => {
    const s3 = new S3Client({ ...aws.client, forcePathStyle: true });
    const Bucket = "bucket";
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutObjectCommand({ Bucket, Key: "large", Body: new Uint8Array(150 * 2 ** 20) }));
    const copy = new CopyObjectCommand({
      Bucket,
      Key: "copy",
      CopySource: "bucket/large",
      ChecksumAlgorithm: "SHA256",
    });
    await assertShortHold(() => s3.send(copy));
    s3.destroy();
  }));

Deno.test("pages of large logs do not hold the server", () =>
  withLocalAws(async (aws) => {
    const logs = new CloudWatchLogsClient(aws.client);
    const [logGroupName, logStreamName] = ["group", "stream"];
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    const timestamp = Date.now();
    const put = (count: number, message: string) =>
      logs.send(
        new PutLogEventsCommand({
          logGroupName,
          logStreamName,
          logEvents: Array.from({ length: count }, () => ({ timestamp, message })),
        }),
      );
    for (let batches = 0; batches < 60; batches++) await put(1, "a".repeat(1_000_000));
    for (let batches = 0; batches < 8; batches++) await put(10_000, "short");
    const page = new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true });
    assert.equal((await assertShortHold(() => logs.send(page))).events!.length, 1);
    let nextToken: string | undefined;
    let [pages, found] = [0, 0];
    do {
      const filter = new FilterLogEventsCommand({ logGroupName, filterPattern: "never", nextToken });
      const answer = await assertShortHold(() => logs.send(filter));
      found += answer.events!.length;
      nextToken = answer.nextToken;
      pages++;
    } while (nextToken !== undefined);
    assert.equal(found, 0);
    assert.ok(pages > 10 && pages < 200, `${pages} pages`);
    logs.destroy();
  }));
