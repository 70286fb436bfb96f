/** Hostile requests by REST, whether there is an operation for them or not: answered as AWS could. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { routeOf } from "../../../lib/local/protocols/rest.ts";
import { withServices } from "../testing.ts";
import { check, RUNS } from "./testing/check.ts";
import { headerText, hostileText, inUrl } from "./testing/hostile.ts";
import { withTarget } from "./testing/target.ts";

Deno.test("S3's paths, queries, headers and bodies", async (t) => {
  const [names, queries] = [new Set<string>(), new Set<string>()];
  await withServices((services) => {
    for (const operation of services.find(({ name }) => name === "s3")!.operations.values()) {
      for (const { location } of Object.values(operation.input.members ?? {})) {
        if (location?.in === "header") names.add(location.name);
        if (location?.in === "query") queries.add(location.name);
      }
      const { parameter } = routeOf(operation);
      if (parameter !== undefined) queries.add(parameter);
    }
  });
  assert.ok(names.size > 15 && queries.size > 30);
  const xml = fc.oneof(
    fc.constantFrom(
      "<Delete><Object><Key>key</Key></Object></Delete>",
      "<CompleteMultipartUpload><Part><PartNumber>x</PartNumber></Part></CompleteMultipartUpload>",
      "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>",
      "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>",
      '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Delete>&b;</Delete>',
      "<a>".repeat(20_000),
      "5;chunk-signature=x\r\nhello\r\n0\r\n\r\n",
      "ffffffffffffffff\r\n",
      "-1\r\nx\r\n",
    ),
    hostileText,
  );
  const value = fc.oneof(
    {
      arbitrary: fc.constantFrom(
        "1",
        "0",
        "bytes=0-",
        "bytes=-0",
        "bytes=9-1",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "aws-chunked",
        "CRC32",
        "AAAAAA==",
        "url",
        "/bucket/key",
        "bucket/%zz",
        "COPY",
        "Mon, 01 Jan 2026 00:00:00 GMT",
        "2",
      ),
      weight: 2,
    },
    headerText,
  );
  const key = fc.oneof(
    fc.constantFrom("key", "", "..", "%2e%2e/x", "%00", "%zz", "a//b", "k".repeat(1025)),
    hostileText.map((text) => encodeURIComponent(text.toWellFormed().slice(0, 400))),
  );
  const bucket = fc.oneof(
    { arbitrary: fc.constant("bucket"), weight: 3 },
    fc.constantFrom("missing", "..%2f", "%ff", "B", "a"),
  );
  await withTarget(async (send) => {
    for (const method of ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"]) {
      await t.step(method, () => {
        const request = fc.tuple(
          bucket,
          fc.option(key),
          fc.dictionary(fc.constantFrom(...queries), fc.oneof(fc.constant(""), hostileText), { maxKeys: 3 }),
          fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 4 }),
          xml,
        ).map(([bucket, key, query, headers, body]) => {
          const search = Object.entries(query).map(([name, value]) => `${name}=${inUrl(value)}`).join("&");
          return {
            path: `/${bucket}${key === null ? "" : `/${key}`}?${search.slice(0, 8000)}`,
            init: { method, headers, body: method === "GET" || method === "HEAD" ? undefined : body },
          };
        });
        return check(request, (one) => send("s3", "rest-xml", one), RUNS * 15);
      });
    }
  });
});

Deno.test("paths that Lambda and SageMaker's runtime do not have", async () => {
  await withTarget(async (send) => {
    const segment = fc.oneof(
      fc.constantFrom("2015-03-31", "functions", "endpoints", "invocations", "%zz", "%00"),
      hostileText.map((text) => inUrl(text)),
    );
    const request = fc.tuple(
      fc.constantFrom("GET", "PUT", "POST", "DELETE", "PATCH"),
      fc.constantFrom("2015-03-31/functions", "2015-03-31", "2017-03-31/tags", "endpoints"),
      fc.array(segment, { maxLength: 4 }),
      fc.dictionary(
        fc.constantFrom("content-type", "accept", "x-amz-invocation-type", "x-amz-client-context"),
        headerText,
      ),
      hostileText,
    ).map(([method, start, segments, headers, body]) => ({
      path: `/${[start, ...segments].join("/")}`,
      init: { method, headers, body: method === "GET" ? undefined : body },
    }));
    await check(request, (one) => {
      const service = one.path.startsWith("/endpoints") ? "sagemaker" : "lambda";
      return send(service, "rest-json", one);
    }, RUNS * 10);
  });
});
