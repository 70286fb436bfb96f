/** The gateway: which callers are refused, which service a request is for, and malformed requests. */
import assert from "node:assert/strict";
import { type TestAws, withLocalAws } from "./testing.ts";

const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request`,
});

/** Sends raw bytes; returns everything received until the server closes, or is silent. */
async function raw(aws: TestAws, text: string, { close = true } = {}): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: aws.port });
  const timer = setTimeout(() => connection.close(), 2000);
  let answer = "";
  try {
    await connection.write(new TextEncoder().encode(text));
    if (close) await connection.closeWrite();
    for await (const chunk of connection.readable.pipeThrough(new TextDecoderStream())) answer += chunk;
  } catch {
    // Closed by the server while reading, or by the timer.
  } finally {
    clearTimeout(timer);
  }
  return answer;
}

const get = (aws: TestAws, path: string, headers: Record<string, string>) => {
  const all = { host: `127.0.0.1:${aws.port}`, connection: "close", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return raw(aws, `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`, { close: false });
};

Deno.test("web pages and rebound host names are refused, programs on this machine are served", async () => {
  await withLocalAws(async (aws) => {
    const served = ["127.0.0.1:4566", "localhost:1", "localhost", "[::1]:4566", "bucket.localhost:4566"];
    for (const host of served) assert.match(await get(aws, "/", { host }), /^HTTP\/1.1 (200|404) /, host);
    const foreign = [
      "example.com",
      "localhost.example.com",
      "127.0.0.1.example.com:4566",
      "127.0.0.1@example.com",
      "xlocalhost",
      "0.0.0.0:4566",
    ];
    for (const host of foreign) {
      assert.match(await get(aws, "/", { host }), /^HTTP\/1.1 40[03] /, `host "${host}"`);
      assert.match(await get(aws, "/_scones/health", { host }), /^HTTP\/1.1 40[03] /, `host "${host}"`);
    }
    for (const origin of ["https://example.com", "http://localhost:8888", "null", ""]) {
      const answer = await fetch(`${aws.endpoint}/bucket`, { method: "PUT", headers: { origin } });
      assert.equal(answer.status, 403);
      assert.match(await answer.text(), /<Code>AccessDenied<\/Code>.*programs on this machine only/);
    }
    // A preflight request is refused too.
    const preflight = await fetch(aws.endpoint, {
      method: "OPTIONS",
      headers: { origin: "https://example.com", "access-control-request-method": "PUT" },
    });
    await preflight.body?.cancel();
    assert.deepEqual([preflight.status, preflight.headers.get("access-control-allow-origin")], [403, null]);
    assert.equal((await fetch(`${aws.endpoint}/bucket`, { method: "HEAD" })).status, 404);
  });
});

Deno.test("health tells which local AWS this is to those who know its id, and nothing else", async () => {
  await withLocalAws(async (aws) => {
    const health = await (await fetch(`${aws.endpoint}/_scones/health`)).json();
    assert.deepEqual(health, { service: "scones-local-aws", id: aws.id });
    assert.match(aws.id, /^[0-9a-f-]{36}$/);
  });
});

Deno.test("each request can be logged on one line: who, operation, status, milliseconds", async () => {
  const lines: string[] = [];
  await withLocalAws(async (aws) => {
    const said = async (request: Promise<Response>) => {
      await (await request).body?.cancel();
      return lines.at(-1);
    };
    const root = "arn:aws:iam::000000000000:root";
    assert.match((await said(fetch(aws.endpoint)))!, new RegExp(`^${root} s3:ListBuckets 200 [\\d.]+ ms$`));
    const absent = said(fetch(`${aws.endpoint}/bucket/key`));
    assert.match((await absent)!, new RegExp(`^${root} s3:GetObject 404 `));
    const page = said(fetch(aws.endpoint, { headers: { origin: "https://example.com" } }));
    assert.match((await page)!, /^- GET \/ 403 /);
    const target = { "x-amz-target": "SageMaker.Nothing" };
    const unknown = said(fetch(aws.endpoint, { method: "POST", headers: target }));
    assert.match((await unknown)!, new RegExp(`^${root} POST / 400 `));
  }, { onRequest: (line) => lines.push(line) });
});

Deno.test("a request goes to the service that it is signed for, else to the one that claims it", async () => {
  await withLocalAws(async (aws) => {
    const names: [path: string, headers: Record<string, string>, error: RegExp][] = [
      ["/", signed("lambda"), /"x-amzn-errortype: UnknownOperationException|UnknownOperationException/i],
      ["/2015-03-31/functions/f", signed("lambda"), /ResourceNotFoundException/],
      // The path is Lambda's, the signature S3's: a bucket may have that name.
      ["/2015-03-31/functions/f", signed("s3"), /<Code>NoSuchBucket<\/Code>/],
      ["/2015-03-31/functions/f", {}, /ResourceNotFoundException/],
      ["/", { "x-amz-target": "SageMaker.Nothing" }, /UnknownOperationException/],
      ["/", { "x-amz-target": "AWSStepFunctions.Nothing" }, /UnknownOperationException/],
      ["/", { "x-amz-target": "Logs_20140328.Nothing" }, /UnknownOperationException/],
      ["/bucket", { "x-amz-target": "DynamoDB_20120810.ListTables" }, /<Code>NoSuchBucket<\/Code>/],
      ["/?Action=Nothing", signed("iam"), /<Code>InvalidAction<\/Code>/],
      ["/?Action=Nothing", signed("sts"), /<Code>InvalidAction<\/Code>/],
      ["/bucket/key", {}, /<Code>NoSuchBucket<\/Code>/],
    ];
    for (const [path, headers, error] of names) assert.match(await get(aws, path, headers), error, path);
  });
});

Deno.test("an unknown service is refused by name", async () => {
  await withLocalAws(async (aws) => {
    for (const service of ["dynamodb", "ec2", "__proto__", "constructor"]) {
      const answer = await fetch(aws.endpoint, { method: "POST", headers: signed(service), body: "{}" });
      assert.equal(answer.status, 400, service);
      const body = await answer.json();
      assert.equal(body.__type, "UnknownOperationException");
      assert.match(body.message, new RegExp(`does not support the service ${service}; it has .*\\bs3\\b`));
    }
  });
});

Deno.test("an unknown service is refused in the protocol of its clients", async () => {
  await withLocalAws(async (aws) => {
    const form = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
    const error = (service: string) =>
      `<Code>UnknownOperationException</Code><Message>The local AWS does not support the service ${service};`;
    const post = { method: "POST", body: "Action=X" };
    const asked: [service: string, path: string, request: RequestInit, start: string][] = [
      ["ec2", "/", { ...post, headers: form }, `<Response><Errors><Error>${error("ec2")}`],
      ["ec2", "/?Action=X", {}, `<Response><Errors><Error>${error("ec2")}`],
      ["cloudformation", "/", { ...post, headers: form }, "<ErrorResponse><Error><Type>Sender</Type>"],
      ["route53", "/2013-04-01/hostedzone", {}, "<ErrorResponse><Error><Type>Sender</Type>"],
    ];
    for (const [service, path, request, start] of asked) {
      const headers = { ...signed(service), ...request.headers as Record<string, string> };
      const answer = await fetch(`${aws.endpoint}${path}`, { ...request, headers });
      assert.match(answer.headers.get("content-type")!, /xml/);
      const body = (await answer.text()).replace(/^<\?xml.*\?>\n/, "");
      assert.equal(answer.status, 400, service);
      assert.ok(body.startsWith(start) && body.includes(error(service)), body);
    }
    // Web pages can send forms to any host: they are refused first.
    const page = { ...signed("ec2"), ...form, origin: "https://example.com" };
    const refused = await fetch(aws.endpoint, { ...post, headers: page });
    assert.equal(refused.status, 403);
    assert.match(await refused.text(), /<Code>AccessDenied<\/Code>/);
  });
});

Deno.test("the answer to HEAD has no body, errors too", async () => {
  await withLocalAws(async (aws) => {
    for (const path of ["/bucket", "/bucket/key", "/_scones/health", "/2015-03-31/functions/f"]) {
      const text = await raw(
        aws,
        `HEAD ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`,
        { close: false },
      );
      assert.match(text, /^HTTP\/1.1 [24]\d\d [^]*\r\n\r\n$/, path);
    }
  });
});

Deno.test("the server survives requests that are not HTTP, end early or are too large", async () => {
  await withLocalAws(async (aws) => {
    const host = `host: 127.0.0.1:${aws.port}`;
    const target = "x-amz-target: SageMaker.ListModels";
    const refused: [string, string][] = [
      ["garbage", "\0\x01\x02\r\n\r\n"],
      ["no version", "GET /\r\n\r\n"],
      ["a negative length", `POST / HTTP/1.1\r\n${host}\r\ncontent-length: -1\r\n\r\n`],
      ["two lengths", `POST / HTTP/1.1\r\n${host}\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx`],
      ["a space in a name", `GET / HTTP/1.1\r\n${host}\r\na b: c\r\n\r\n`],
      ["a long header", `GET / HTTP/1.1\r\n${host}\r\na: ${"x".repeat(600_000)}\r\n\r\n`],
      ["many headers", `GET / HTTP/1.1\r\n${host}\r\n${"a: b\r\n".repeat(20_000)}\r\n`],
      ["a long path", `GET /${"x".repeat(200_000)} HTTP/1.1\r\n${host}\r\n\r\n`],
      [
        "a bad chunk",
        `POST / HTTP/1.1\r\n${host}\r\n${target}\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nx\r\n`,
      ],
      ["a short body", `POST / HTTP/1.1\r\n${host}\r\n${target}\r\ncontent-length: 100\r\n\r\n{}`],
      ["a short object", `PUT /b/k HTTP/1.1\r\n${host}\r\ncontent-length: 100\r\n\r\n{}`],
      ["an absolute target", `GET http://example.com/ HTTP/1.1\r\nhost: example.com\r\n\r\n`],
      ["CONNECT", `CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n`],
    ];
    for (const [what, request] of refused) {
      const answer = await raw(aws, request);
      assert.doesNotMatch(answer, /^HTTP\/1.1 [25]/, `${what}: ${answer.slice(0, 300)}`);
      assert.equal((await fetch(`${aws.endpoint}/_scones/health`).then((r) => r.json())).id, aws.id, what);
    }
    const path = await fetch(`${aws.endpoint}/endpoints/%zz/invocations`, { method: "POST", body: "x" });
    assert.deepEqual([path.status, (await path.json()).__type], [400, "ValidationError"]);
    // Refused by its announced size before it is sent, or by the bytes received.
    const announced = await raw(
      aws,
      `POST / HTTP/1.1\r\n${host}\r\n${target}\r\ncontent-length: 100000000000\r\n\r\n`,
      { close: false },
    );
    assert.match(announced, /^HTTP\/1.1 413 [^]*RequestEntityTooLargeException/);
    let megabytes = 0;
    const body = new ReadableStream({
      pull: (stream) => megabytes++ < 100 ? stream.enqueue(new Uint8Array(2 ** 20)) : stream.close(),
    });
    const answer = await fetch(aws.endpoint, {
      method: "POST",
      headers: { "x-amz-target": "SageMaker.ListModels" },
      body,
    });
    assert.equal(answer.status, 413);
    await answer.body?.cancel();
  });
});
