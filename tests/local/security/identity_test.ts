/** Attacks on identity: a request that names an issued key or token is verified or refused, in whatever form it comes. */
import assert from "node:assert/strict";
import { CreateBucketCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type TestAws, withLocalAws } from "../testing.ts";
import { raw, request } from "./testing/raw.ts";
import { presign, presignVersion2, type Session, sessionOf, sign } from "./testing/signing.ts";

const PRIVATE = "/scones/private/1";
const PUBLIC = "/scones/test/1";

/** A bucket with an object that the role of the session may read and replace, and one that it may not. */
async function withSession(
  body: (aws: TestAws, session: Session, s3: S3Client) => Promise<void>,
): Promise<void> {
  await withLocalAws(async (aws) => {
    const s3 = new S3Client(aws.client);
    try {
      await s3.send(new CreateBucketCommand({ Bucket: "scones" }));
      for (const Key of ["private/1", "test/1"]) {
        await s3.send(new PutObjectCommand({ Bucket: "scones", Key, Body: Key }));
      }
      const Resource = "arn:aws:s3:::scones/test/*";
      const statement = { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource };
      await body(aws, await sessionOf(aws, "reader", [statement]), s3);
    } finally {
      s3.destroy();
    }
  });
}

async function answer(url: string, init: RequestInit = {}): Promise<[status: number, code: string]> {
  const response = await fetch(url, init);
  const text = await response.text();
  return [response.status, /<Code>(\w+)<\/Code>|"__type":"(\w+)"/.exec(text)?.slice(1).join("") ?? text];
}

Deno.test("a presigned URL of version 2, boto3's default, is as good as its role, its time and its signature", () =>
  withSession(async ({ endpoint }, session, s3) => {
    const url = (method: string, path: string, seconds?: number) =>
      `${endpoint}${path}?${presignVersion2(session, method, path, seconds)}`;
    assert.deepEqual(await answer(url("GET", PUBLIC)), [200, "test/1"]);
    assert.deepEqual(await answer(url("GET", PRIVATE)), [403, "AccessDenied"]);
    assert.deepEqual(await answer(url("DELETE", PRIVATE), { method: "DELETE" }), [403, "AccessDenied"]);
    assert.deepEqual(await answer(url("GET", PUBLIC), { method: "DELETE" }), [403, "SignatureDoesNotMatch"]);
    assert.deepEqual(await answer(url("GET", PUBLIC, -1)), [403, "AccessDenied"]);
    assert.deepEqual(await answer(url("GET", PUBLIC).replace("test/1", "private/1")), [
      403,
      "SignatureDoesNotMatch",
    ]);
    // boto3 signs a bucket with a slash behind it.
    const bucket = `${endpoint}/scones?${presignVersion2(session, "GET", "/scones/")}`;
    assert.deepEqual(await answer(bucket), [403, "AccessDenied"]);
    const copied = { method: "PUT", headers: { "x-amz-copy-source": PRIVATE } };
    assert.deepEqual(await answer(url("PUT", PUBLIC), copied), [403, "SignatureDoesNotMatch"]);
    const header = { authorization: `AWS ${session.accessKeyId}:AAAA`, date: new Date().toUTCString() };
    assert.deepEqual(await answer(`${endpoint}${PRIVATE}`, { headers: header }), [400, "InvalidToken"]);
    await s3.send(new HeadObjectCommand({ Bucket: "scones", Key: "private/1" }));
  }));

Deno.test("an issued key or token makes nobody the administrator, whatever it comes in", () =>
  withSession(async ({ endpoint }, session, s3) => {
    const { accessKeyId, sessionToken } = session;
    const credential = `${accessKeyId}/20260101/us-east-1/s3/aws4_request`;
    const signed = `Credential=${credential}, SignedHeaders=host, Signature=${"0".repeat(64)}`;
    const unknown = `AWS4-HMAC-SHA256 ${signed.replace(accessKeyId, "AKIAUNKNOWN")}`;
    const token = encodeURIComponent(sessionToken!);
    const key = encodeURIComponent(credential);
    const forms: [query: string, headers: [string, string][]][] = [
      ...[
        "AWS4-HMAC-SHA256",
        "aws4-hmac-sha256",
        "AWS4-HMAC-SHA512",
        "AWS4-ECDSA-P256-SHA256",
        "Bearer",
      ].map((scheme): [string, [string, string][]] => ["", [["authorization", `${scheme} ${signed}`]]]),
      ["", [["authorization", `Bearer ${accessKeyId}`]]],
      ["", [["authorization", accessKeyId.toLowerCase()]]],
      ["", [["authorization", `AWS ${accessKeyId}:AAAA`]]],
      ["", [["authorization", unknown], ["authorization", `AWS4-HMAC-SHA256 ${signed}`]]],
      ["", [["authorization", `AWS4-HMAC-SHA256 ${signed}`], ["authorization", unknown]]],
      ["", [["authorization", unknown], ["x-amz-security-token", sessionToken!]]],
      ["", [["x-amz-security-token", sessionToken!]]],
      [`X-Amz-Security-Token=${token}`, []],
      [`x-amz-security-token=${token}`, [["authorization", unknown]]],
      [`X-Amz-Credential=${key}`, []],
      [`x-amz-credential=${key}`, []],
      [`X-AMZ-CREDENTIAL=${key}&X-Amz-Algorithm=AWS4-HMAC-SHA256`, []],
      [`X-Amz-Credential=${key}&X-Amz-Algorithm=AWS4-HMAC-SHA1`, []],
      [`X-Amz-Credential=x&X-Amz-Credential=${key}&X-Amz-Algorithm=AWS4-HMAC-SHA256`, []],
      [`X-Amz-%43redential=${key.replace("ASIA", "%41SIA")}`, []],
      [`X-Amz-Credential=${key}`, [["authorization", unknown]]],
      [`AWSAccessKeyId=${accessKeyId}`, []],
      [`awsaccesskeyid=${accessKeyId}&Signature=x&Expires=9999999999`, []],
      [`AWSAccessKeyId=${accessKeyId}&Signature=x&Expires=9999999999`, [["authorization", unknown]]],
      [`AWSAccessKeyId=AKIAUNKNOWN&AWSAccessKeyId=${accessKeyId}&Signature=x&Expires=1`, []],
    ];
    for (const [query, headers] of forms) {
      for (const method of ["GET", "DELETE"]) {
        const target = `${method} ${PRIVATE}${query && `?${query}`}`;
        const answered = await raw(endpoint, request(endpoint, target, headers));
        assert.match(answered, /^HTTP\/1.1 40[03] /, `${target} ${JSON.stringify(headers)}`);
      }
    }
    await s3.send(new HeadObjectCommand({ Bucket: "scones", Key: "private/1" }));
    // Whom it does not know it takes for the administrator, who may do everything anyway.
    const trusted = await raw(endpoint, request(endpoint, `GET ${PRIVATE}`, [["authorization", unknown]]));
    assert.match(trusted, /^HTTP\/1.1 200 /);
  }));

Deno.test("neither in the protocols of other services: a form, a JSON target", () =>
  withSession(async ({ endpoint }, { accessKeyId, sessionToken }) => {
    const form = (body: string) => ({
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body,
    });
    const list = `${endpoint}/?Action=ListRoles&Version=2010-05-08`;
    const version2 = `AWSAccessKeyId=${accessKeyId}&SignatureVersion=2&Signature=x`;
    assert.deepEqual(await answer(list, form(version2)), [403, "IncompleteSignature"]);
    const token = `SecurityToken=${encodeURIComponent(sessionToken!)}`;
    assert.deepEqual(await answer(list, form(token)), [403, "IncompleteSignature"]);
    const models = { "x-amz-target": "SageMaker.ListModels" };
    const bearer = {
      method: "POST",
      headers: { ...models, authorization: `Bearer ${accessKeyId}` },
      body: "{}",
    };
    assert.deepEqual(await answer(endpoint, bearer), [400, "IncompleteSignatureException"]);
  }));

Deno.test("the host and AWS's headers are signed, or the request is refused", () =>
  withSession(async ({ endpoint }, session, s3) => {
    const put = { endpoint, path: "/scones/test/2", method: "PUT", body: "" };
    const url = `${endpoint}${put.path}`;
    const plain = sign(session, put);
    const copy = { method: "PUT", headers: { ...plain, "x-amz-copy-source": PUBLIC } };
    const refused = await fetch(url, copy);
    assert.equal(refused.status, 403);
    assert.match(
      await refused.text(),
      /<Message>There were headers present in the request which were not signed<\/Message><HeadersNotSigned>x-amz-copy-source</,
    );
    assert.deepEqual(await answer(url, { method: "PUT", headers: plain, body: "" }), [200, ""]);
    for (const leaveOut of ["host", "x-amz-date", "x-amz-security-token"]) {
      const headers = sign(session, { ...put, leaveOut: [leaveOut] });
      assert.deepEqual(await answer(url, { method: "PUT", headers }), [403, "AccessDenied"], leaveOut);
    }
    // The body's hash is part of the signature in any case.
    const headers = sign(session, { ...put, leaveOut: ["x-amz-content-sha256"] });
    assert.deepEqual(await answer(url, { method: "PUT", headers }), [200, ""]);
    const presigned = `${endpoint}${PUBLIC}?${presign(session, { endpoint, path: PUBLIC, method: "PUT" })}`;
    assert.deepEqual(await answer(presigned, copy), [400, "InvalidArgument"]);
    const unsigned = { method: "PUT", headers: { "x-amz-copy-source": PUBLIC } };
    assert.deepEqual(await answer(presigned, unsigned), [403, "AccessDenied"]);
    // The operation itself is in a header where the protocol is AWS JSON.
    const json = { endpoint, path: "/", service: "sagemaker", method: "POST", body: "{}" };
    const target = { "x-amz-target": "SageMaker.ListModels" };
    const left = sign(session, { ...json, headers: target, leaveOut: ["x-amz-target"] });
    assert.deepEqual(await answer(endpoint, { method: "POST", headers: left, body: "{}" }), [
      400,
      "InvalidSignatureException",
    ]);
    await s3.send(new HeadObjectCommand({ Bucket: "scones", Key: "private/1" }));
  }));

Deno.test("half a signature, and one from the future, is the client's error", () =>
  withSession(async ({ endpoint }, session) => {
    const url = `${endpoint}${PUBLIC}`;
    const headers = sign(session, { endpoint, path: PUBLIC });
    const changed = (change: (text: string) => string) =>
      answer(url, { headers: { ...headers, authorization: change(headers.authorization!) } });
    const malformed = [400, "AuthorizationHeaderMalformed"];
    assert.deepEqual(await changed((text) => text), [200, "test/1"]);
    assert.deepEqual(
      await changed((text) => text.replace(/SignedHeaders=[^,]*/, "SignedHeaders=")),
      malformed,
    );
    assert.deepEqual(await changed((text) => text.replace(/SignedHeaders=[^,]*, /, "")), malformed);
    assert.deepEqual(await changed((text) => text.replace("host;", "ho(st;")), malformed);
    assert.deepEqual(await changed((text) => text.replace("host;", ";host;")), malformed);
    assert.deepEqual(await changed((text) => `${text}, Signature=00`), malformed);
    assert.deepEqual(await changed((text) => text.replace("/us-east-1", "")), malformed);
    const emptied = presign(session, { endpoint, path: PUBLIC }).replace(
      "SignedHeaders=host",
      "SignedHeaders=",
    );
    assert.deepEqual(await answer(`${url}?${emptied}`), malformed);
    const future = presign(session, { endpoint, path: PUBLIC, at: new Date(Date.now() + 3600_000) });
    assert.deepEqual(await answer(`${url}?${future}`), [403, "AccessDenied"]);
  }));
