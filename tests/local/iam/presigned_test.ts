/** Presigned URLs of the administrator's keys, which are not verified where signatures are not required. */
import assert from "node:assert/strict";
import { HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { withBucket } from "../s3/testing.ts";

/** The query of a URL presigned by a key that was not issued here. */
function presigned(
  at: number,
  seconds: number | string | undefined,
  more: Record<string, string> = {},
): string {
  const date = new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, "");
  return `?${new URLSearchParams({
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": `test/${date.slice(0, 8)}/us-east-1/s3/aws4_request`,
    "X-Amz-Date": date,
    ...seconds === undefined ? {} : { "X-Amz-Expires": `${seconds}` },
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Signature": "0".repeat(64),
    ...more,
  })}`;
}

Deno.test("an administrator's presigned URL ends with its time, and has a lifetime of a second to a week", () =>
  withBucket(async (s3, Bucket, { endpoint }) => {
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "v" }));
    const get = async (at: number, seconds: number | string) => {
      const response = await fetch(`${endpoint}/${Bucket}/k${presigned(at, seconds)}`);
      return [response.status, /<(?:Message)>(.*?)</.exec(await response.text())?.[1]];
    };
    const now = Date.now();
    assert.deepEqual(await get(now, 60), [200, undefined]);
    assert.deepEqual(await get(now, 604_800), [200, undefined]);
    assert.deepEqual(await get(now - 61_000, 60), [403, "Request has expired"]);
    const [status, message] = await get(now, 604_801);
    assert.equal(status, 400);
    assert.match(`${message}`, /^X-Amz-Expires must be less than a week \(in seconds\); /);
    assert.deepEqual(await get(now, -1), [400, "X-Amz-Expires must be non-negative"]);
    assert.deepEqual(await get(now, "soon"), [400, "X-Amz-Expires should be a number"]);
    assert.equal((await get(now, 0))[0], 400);
    const old = `${endpoint}/${Bucket}/k?AWSAccessKeyId=test&Signature=x&Expires=${
      Math.floor(now / 1000) - 1
    }`;
    const response = await fetch(old);
    assert.equal(response.status, 403, await response.text());
  }));

Deno.test("x-amz-* in a presigned URL counts as the header does", () =>
  withBucket(async (s3, Bucket, { endpoint }) => {
    const query = presigned(Date.now(), 60, { "x-amz-meta-label": "scone" });
    const put = await fetch(`${endpoint}/${Bucket}/k${query}`, { method: "PUT", body: "v" });
    assert.equal(put.status, 200, await put.text());
    const { Metadata } = await s3.send(new HeadObjectCommand({ Bucket, Key: "k" }));
    assert.deepEqual(Metadata, { label: "scone" });
    const unsigned = await fetch(`${endpoint}/${Bucket}/u?x-amz-meta-label=scone`, {
      method: "PUT",
      body: "v",
    });
    await unsigned.body?.cancel();
    assert.deepEqual((await s3.send(new HeadObjectCommand({ Bucket, Key: "u" }))).Metadata, {});
  }));
