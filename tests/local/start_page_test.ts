/** The page at the local AWS's root, for browsers only. */
import assert from "node:assert/strict";
import { CreateBucketCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { raw, request } from "./security/testing/raw.ts";
import { type TestAws, withLocalAws } from "./testing.ts";

const BROWSER = {
  accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "sec-fetch-site": "none",
  "sec-fetch-mode": "navigate",
};

const get = ({ endpoint }: TestAws, path: string, headers: Record<string, string>) =>
  raw(endpoint, request(endpoint, `GET ${path}`, Object.entries(headers)));

Deno.test("start page: a browser is told what this is, what is in it, and how to open the console", async () => {
  await withLocalAws(async (aws) => {
    const s3 = new S3Client(aws.client);
    await s3.send(new CreateBucketCommand({ Bucket: "pictures" }));
    const page = await get(aws, "/", BROWSER);
    assert.match(page, /^HTTP\/1.1 200 [^]*content-type: text\/html/);
    assert.match(page, /content-security-policy: sandbox/);
    assert.match(page, /deno task console/);
    assert.match(page, /Buckets<\/th><td>1<\/td><td>pictures/);
    assert.match(page, /State machines<\/th><td>0<\/td>/);
    assert.doesNotMatch(page, /<script/);
    s3.destroy();
  });
});

Deno.test("start page: S3's clients keep ListBuckets, and nothing else is taken for a browser", async () => {
  await withLocalAws(async (aws) => {
    const s3 = new S3Client(aws.client);
    await s3.send(new CreateBucketCommand({ Bucket: "pictures" }));
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    assert.deepEqual(Buckets!.map(({ Name }) => Name), ["pictures"]);
    s3.destroy();
    const authorization = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request";
    const others: [path: string, headers: Record<string, string>][] = [
      ["/", {}],
      ["/", { accept: "*/*" }],
      ["/", { accept: "application/xml,text/html" }],
      ["/", { ...BROWSER, authorization }],
      ["/?max-buckets=1", BROWSER],
    ];
    for (const [path, headers] of others) {
      assert.match(await get(aws, path, headers), /ListAllMyBucketsResult/, JSON.stringify([path, headers]));
    }
    const { status, body } = await fetch(aws.functionEndpoint, { headers: { accept: "text/html" } });
    await body?.cancel();
    assert.equal(status, 403, "functions' port has no page");
  });
});

Deno.test("start page: other sites get nothing of it, and without a required signature it names nothing", async () => {
  await withLocalAws(async (aws) => {
    const foreign: Record<string, string>[] = [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "https://evil.example" },
    ];
    for (const headers of foreign) {
      const answer = await get(aws, "/", { ...BROWSER, ...headers });
      assert.match(answer, /^HTTP\/1.1 403 /, JSON.stringify(headers));
      assert.doesNotMatch(answer, /000000000000|console/);
    }
  });
  await withLocalAws(async (aws) => {
    const page = await get(aws, "/", BROWSER);
    assert.match(page, /^HTTP\/1.1 200 [^]*requires signatures/);
    assert.doesNotMatch(page, /<table>/);
  }, { requireSignatures: true });
});
