import assert from "node:assert/strict";
import * as functions from "../../../lib/local/lambda/functions.ts";
import * as invocation from "../../../lib/local/lambda/invoke.ts";
import { lambdaProtocol } from "../../../lib/local/lambda/protocol.ts";
import * as updates from "../../../lib/local/lambda/updates.ts";
import { operationsOf } from "../../../lib/local/operation.ts";
import { deploy, withLambda } from "./testing.ts";

const FUNCTIONS = "/2015-03-31/functions";

/** Malformed and hostile requests, and the status that they must be answered with. */
const REQUESTS: readonly [string, string, BodyInit | undefined, number, Record<string, string>?][] = [
  ["POST", FUNCTIONS, undefined, 400],
  ["POST", FUNCTIONS, "{", 400],
  ["POST", FUNCTIONS, "[]", 400],
  ["POST", FUNCTIONS, "null", 400],
  ["POST", FUNCTIONS, '"text"', 400],
  ["POST", FUNCTIONS, "{}", 400],
  ["POST", FUNCTIONS, `{"FunctionName":1,"Role":{},"Code":[]}`, 400],
  ["POST", FUNCTIONS, `{"FunctionName":"x","Role":"r","Code":{"ZipFile":"%"}}`, 400],
  ["POST", FUNCTIONS, `{"__proto__":{"FunctionName":"x"},"constructor":1}`, 400],
  ["POST", FUNCTIONS, new Uint8Array([0xff, 0xfe, 0x00]), 400],
  ["GET", `${FUNCTIONS}/__proto__`, undefined, 404],
  ["GET", `${FUNCTIONS}/constructor`, undefined, 404],
  ["GET", `${FUNCTIONS}/%`, undefined, 400],
  ["GET", `${FUNCTIONS}/%00`, undefined, 400],
  ["GET", `${FUNCTIONS}/..%2f..%2fetc`, undefined, 400],
  ["GET", `${FUNCTIONS}/${"a".repeat(2000)}`, undefined, 400],
  [
    "GET",
    `${FUNCTIONS}/${encodeURIComponent("arn:aws:lambda:us-east-1:000000000000:function:")}`,
    undefined,
    400,
  ],
  ["GET", `${FUNCTIONS}/${encodeURIComponent("a:b:c:d:e")}`, undefined, 400],
  ["GET", `${FUNCTIONS}/f?Qualifier=${encodeURIComponent("a b")}`, undefined, 400],
  ["GET", `${FUNCTIONS}/f?Qualifier=`, undefined, 400],
  ["GET", `${FUNCTIONS}/123456789012`, undefined, 404],
  ["GET", `${FUNCTIONS}?MaxItems=many`, undefined, 400],
  ["GET", `${FUNCTIONS}?MaxItems=-1`, undefined, 400],
  ["GET", `${FUNCTIONS}?Marker=${encodeURIComponent("//79")}`, undefined, 400],
  ["PATCH", FUNCTIONS, "{}", 404],
  ["GET", "/2015-03-31/event-source-mappings", undefined, 404],
  ["GET", "/2015-03-31/code/../../etc/passwd", undefined, 404],
  ["GET", "/2015-03-31/code/..%2f..%2faws.sqlite", undefined, 400],
  ["PUT", `${FUNCTIONS}/f/code`, `{"ZipFile":5}`, 400],
  ["PUT", `${FUNCTIONS}/f/code`, `{"S3Bucket":"..","S3Key":""}`, 400],
  ["PUT", `${FUNCTIONS}/f/configuration`, `{"Timeout":1e400}`, 400],
  ["PUT", `${FUNCTIONS}/f/configuration`, `{"Timeout":1.5}`, 400],
  ["PUT", `${FUNCTIONS}/f/configuration`, `{"Environment":{"Variables":{"AB":null}}}`, 400],
  ["PUT", `${FUNCTIONS}/f/configuration`, `{"Environment":{"Variables":[]}}`, 400],
  ["PUT", `${FUNCTIONS}/f/configuration`, `{"ImageConfig":{}}`, 400],
  ["PUT", `${FUNCTIONS}/f/configuration`, `{"RuntimeConfig":{}}`, 400],
  ["PUT", `${FUNCTIONS}/none/configuration`, `{"Runtime":"cobol"}`, 400],
  ["PUT", `${FUNCTIONS}/f/code`, `{"ZipFile":"","PublishTo":"LATEST_PUBLISHED"}`, 400],
  ["POST", `${FUNCTIONS}/f/versions`, `{"PublishTo":"LATEST_PUBLISHED"}`, 400],
  ["POST", `${FUNCTIONS}/f/versions`, `{"RevisionId":"x"}`, 412],
  ["POST", `${FUNCTIONS}/f/aliases`, `{"Name":"12","FunctionVersion":"1"}`, 400],
  ["POST", `${FUNCTIONS}/f/aliases`, `{"Name":"a","FunctionVersion":"x"}`, 400],
  ["POST", `${FUNCTIONS}/f/aliases`, `{"Name":"a","FunctionVersion":"99"}`, 404],
  ["GET", `${FUNCTIONS}/f/aliases/none`, undefined, 404],
  ["PUT", "/2017-10-31/functions/f/concurrency", `{"ReservedConcurrentExecutions":-1}`, 400],
  ["PUT", "/2017-10-31/functions/f/concurrency", "{}", 400],
  ["GET", "/2017-03-31/tags/f", undefined, 400],
  ["POST", "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af", "{}", 400],
  ["DELETE", `${FUNCTIONS}/f?Qualifier=${encodeURIComponent("$LATEST")}`, undefined, 400],
  ["POST", `${FUNCTIONS}/f/invocations`, "{", 400],
  ["POST", `${FUNCTIONS}/f/invocations`, new Uint8Array([0xff]), 400],
  ["POST", `${FUNCTIONS}/f/invocations`, "{}", 400, { "x-amz-invocation-type": "Maybe" }],
  ["POST", `${FUNCTIONS}/f/invocations`, "{}", 400, { "x-amz-log-type": "Head" }],
  ["POST", `${FUNCTIONS}/f/invocations`, "{}", 400, { "x-amz-client-context": "e30" + "A".repeat(5000) }],
  ["POST", `${FUNCTIONS}/f/invocations`, new Uint8Array(7_000_000), 413],
];

Deno.test("malformed requests are answered with an error of AWS's shape", async () => {
  await withLambda(async (lambda, aws) => {
    await deploy(lambda, "f", "export const handler = async () => 1");
    for (const [method, path, body, status, headers] of REQUESTS) {
      const response = await fetch(aws.endpoint + path, {
        method,
        body,
        headers: {
          authorization:
            "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, Signature=x",
          ...headers,
        },
      });
      const text = await response.text();
      const what = `${method} ${path.slice(0, 80)} ${String(body).slice(0, 60)}: ${response.status} ${text}`;
      assert.equal(response.status, status, what);
      assert.ok(response.headers.get("x-amzn-errortype"), what);
      assert.ok(JSON.parse(text).message, what);
    }
  });
});

Deno.test("no JSON body may be larger than AWS reads; a payload has a limit of its own", () => {
  const operations = operationsOf(functions, updates, invocation);
  const read = (method: string, path: string, bytes: number) => {
    const rawUrl = `http://127.0.0.1${FUNCTIONS}${path}`;
    const wire = {
      method,
      url: new URL(rawUrl),
      headers: new Headers(),
      body: new Uint8Array(bytes),
      rawUrl,
    };
    return lambdaProtocol.read(wire, operations);
  };
  const limit = 70_167_211;
  for (
    const [method, path, name] of [["POST", "", "CreateFunction"], ["PUT", "/f/code", "UpdateFunctionCode"]]
  ) {
    assert.throws(() => read(method!, path!, limit + 1), {
      code: "RequestEntityTooLargeException",
      message: `Request must be smaller than ${limit} bytes for the ${name} operation`,
      status: 413,
    });
  }
  // Read, and found not to be JSON.
  assert.throws(() => read("POST", "", limit), { code: "InvalidRequestContentException" });
  read("POST", "/f/invocations", limit + 1);
});
