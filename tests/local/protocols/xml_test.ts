import assert from "node:assert/strict";
import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { fromXml } from "../../../lib/local/protocols/xml.ts";
import { withBucket } from "../s3/testing.ts";

Deno.test("characters are read from references by name and by number, once", () => {
  assert.deepEqual(fromXml("<a><b>&#34;&#x22;&quot;&amp;lt;&#13;</b></a>"), { a: { b: '"""&lt;\r' } });
});

Deno.test("clients that write quotes and control characters as references are understood", () =>
  withBucket(async (s3, Bucket, aws) => {
    const Key = "large";
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const part = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: "x" }));
    const post = async (path: string, body: string) => {
      const response = await fetch(`${aws.endpoint}/${Bucket}${path}`, { method: "POST", body });
      return `${response.status} ${await response.text()}`;
    };
    const etag = part.ETag!.replaceAll('"', "&#34;");
    const completed = await post(
      `/${Key}?uploadId=${UploadId}`,
      `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`,
    );
    assert.match(completed, /^200 /);
    assert.equal((await s3.send(new GetObjectCommand({ Bucket, Key }))).ContentLength, 1);
    await s3.send(new PutObjectCommand({ Bucket, Key: "a\rb", Body: "x" }));
    await post("?delete", "<Delete><Object><Key>a&#13;b</Key></Object></Delete>");
    await assert.rejects(s3.send(new HeadObjectCommand({ Bucket, Key: "a\rb" })), { name: "NotFound" });
  }));
