/**
 * Malformed, oversized, truncated and hostile requests to every operation: the answer is always one that AWS could
 * give, a success or an error of the 400s in the service's own form, and it comes soon.
 * SCONES_FUZZ_RUNS is the number of requests per operation, SCONES_FUZZ_SEED the seed.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CREATE_FUNCTION, DEFINITION, GOOD } from "./fuzz_seeds.ts";
import {
  headerText,
  hostileBody,
  hostileJson,
  hostileText,
  membersOf,
  mutated,
  operationsOf,
  sourceOf,
} from "./fuzzing.ts";
import { allowing, makeRole, trusting } from "./iam/testing.ts";
import { type TestAws, withLocalAws } from "./testing.ts";

const RUNS = Number(Deno.env.get("SCONES_FUZZ_RUNS") ?? 10);
const SEED = Number(Deno.env.get("SCONES_FUZZ_SEED") ?? 1);
/** The limit for an answer. */
const PATIENCE_MS = 15_000;

const JSON_SERVICES = {
  sagemaker: "SageMaker",
  states: "AWSStepFunctions",
  logs: "Logs_20140328",
  sqs: "AmazonSQS",
} as const;
type Protocol = "json" | "rest" | "query" | "s3";

/** A local AWS with one resource of each kind, and a function that sends a request and checks the answer. */
async function withTarget(
  body: (
    send: (service: string, protocol: Protocol, path: string, init?: RequestInit) => Promise<Response>,
  ) => Promise<void>,
): Promise<void> {
  let fault: unknown;
  await withLocalAws(async (aws) => {
    const send = async (service: string, protocol: Protocol, path: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers);
      headers.set(
        "authorization",
        `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request`,
      );
      const response = await fetch(aws.endpoint + path, {
        redirect: "manual",
        ...init,
        headers,
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      await assertLikeAws(response, protocol, init.method).catch((error) => {
        error.cause = fault;
        throw error;
      });
      return response;
    };
    await prepare(aws, send);
    await body(send);
    assert.equal((await fetch(`${aws.endpoint}/_scones/health`)).status, 200);
  }, { onFault: (error) => fault = error });
  assert.equal(fault, undefined);
}

type Send = Parameters<Parameters<typeof withTarget>[0]>[0];

async function prepare(aws: TestAws, send: Send): Promise<void> {
  const services = ["lambda", "states", "sagemaker"].map((name) => `${name}.amazonaws.com`);
  const roleArn = await makeRole(aws, "role", trusting(...services), allowing("*"));
  const call = async (name: keyof typeof JSON_SERVICES, operation: string, input: object) => {
    const headers = { "x-amz-target": `${JSON_SERVICES[name]}.${operation}` };
    return await send(name, "json", "/", { method: "POST", headers, body: JSON.stringify(input) });
  };
  const answers = [
    await send("s3", "s3", "/bucket", { method: "PUT" }),
    await send("s3", "s3", "/bucket/key", { method: "PUT", body: "content" }),
    await send("lambda", "rest", "/2015-03-31/functions", {
      method: "POST",
      body: JSON.stringify(CREATE_FUNCTION()),
    }),
    await call("states", "CreateStateMachine", {
      name: "machine",
      definition: JSON.stringify(DEFINITION),
      roleArn,
    }),
    await call("logs", "CreateLogGroup", { logGroupName: "group" }),
    await call("logs", "CreateLogStream", { logGroupName: "group", logStreamName: "stream" }),
  ];
  for (const answer of answers) assert.ok(answer.ok, `${answer.status} ${answer.url}`);
}

/** Checks for a success, or an error with its name and message where the protocol's clients look for them. */
async function assertLikeAws(response: Response, protocol: Protocol, method = "GET"): Promise<void> {
  const text = await response.clone().text();
  const { status, headers } = response;
  const shown = `${status} ${text.slice(0, 500)}`;
  assert.ok(headers.get("x-amzn-requestid") ?? headers.get("x-amz-request-id"), "no request id");
  // S3's error for unsupported features.
  const notImplemented = protocol === "s3" && status === 501 &&
    (method === "HEAD" || text.includes("<Code>NotImplemented</Code>"));
  assert.ok(status < 500 || notImplemented, shown);
  if (status < 400 || method === "HEAD") return;
  if (protocol === "json" || protocol === "rest") {
    const body = JSON.parse(text);
    assert.match(headers.get("x-amzn-errortype") ?? body.__type, /^([\w.]+#)?\w+$/, shown);
    assert.ok(typeof body.message === "string" && body.message !== "", shown);
  } else {
    assert.match(text, /<Code>[\w.]+<\/Code>/, shown);
    assert.match(text, /<Message>[^<]+<\/Message>/, shown);
  }
}

/** Sends `RUNS` requests of a kind. */
async function check(
  request: fc.Arbitrary<{ path: string; init: RequestInit }>,
  send: (path: string, init: RequestInit) => Promise<unknown>,
  runs = RUNS,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(request, async ({ path, init }) => void await send(path, init)),
    { numRuns: runs, seed: SEED, endOnFailure: RUNS <= 10 },
  );
}

const requestOf = (members: readonly string[], operation: string) => {
  const good = GOOD[operation];
  const any = hostileJson(members);
  return good ? fc.oneof({ arbitrary: mutated(good, members), weight: 4 }, any) : any;
};

Deno.test("operations of the JSON services", async (t) => {
  await withTarget(async (send) => {
    for (const [service, prefix] of Object.entries(JSON_SERVICES)) {
      const source = sourceOf(service);
      const members = membersOf(source).filter((name) => name !== "WaitTimeSeconds");
      for (const operation of [...operationsOf(source), "Unknown", ""]) {
        await t.step(`${service} ${operation}`, () => {
          const headers = { "x-amz-target": `${prefix}.${operation}` };
          const request = hostileBody(requestOf(members, operation))
            .map((body) => ({ path: "/", init: { method: "POST", headers, body } }));
          return check(request, (path, init) => send(service, "json", path, init));
        });
      }
    }
  });
});

Deno.test("operations of the query services", async (t) => {
  await withTarget(async (send) => {
    for (const service of ["iam", "sns"]) {
      const source = sourceOf(service);
      const members = membersOf(source);
      for (const operation of [...operationsOf(source), "Unknown", ""]) {
        await t.step(`${service} ${operation}`, () => {
          const body = fc.oneof(
            requestOf(members, operation).map((input) => `Action=${operation}&${flattened(input)}`),
            hostileText.map((text) => `Action=${operation}&${text}`),
            hostileText,
          );
          const request = body.map((body) => ({ path: "/", init: { method: "POST", body } }));
          return check(request, (path, init) => send(service, "query", path, init));
        });
      }
    }
  });
});

Deno.test("Lambda's paths", async (t) => {
  const source = sourceOf("lambda");
  const routes = [...source.matchAll(/\bat: "([A-Z]+ [^"]+)"/g)].map(([, route]) => route!);
  assert.ok(routes.length > 20);
  routes.push("PATCH /2015-03-31/{Name}");
  const members = membersOf(source);
  await withTarget(async (send) => {
    for (const route of routes) {
      const [method, pattern] = route.split(" ") as [string, string];
      await t.step(route, () => {
        const segment = fc.oneof(
          { arbitrary: fc.constantFrom("function", "machine", "%2525", "%zz", "function%3A1"), weight: 3 },
          hostileText.map((text) => encodeURIComponent(text.toWellFormed().slice(0, 500))),
        );
        const path = fc.tuple(segment, segment, fc.dictionary(fc.constantFrom(...members), hostileText)).map(
          ([one, two, query]) => {
            const segments = [one, two];
            return `${pattern.replace(/\{\w+\}/g, () => segments.pop()!)}?${flattened(query).slice(0, 8000)}`;
          },
        );
        const headers = fc.dictionary(
          fc.constantFrom("x-amz-invocation-type", "x-amz-log-type", "x-amz-client-context", "content-type"),
          headerText,
        );
        const body = method === "GET" ? fc.constant(undefined) : hostileBody(requestOf(members, route));
        const request = fc.tuple(path, headers, body)
          .map(([path, headers, body]) => ({ path, init: { method, headers, body } }));
        return check(request, (path, init) => send("lambda", "rest", path, init));
      });
    }
  });
});

Deno.test("S3's paths, queries, headers and bodies", async (t) => {
  const source = sourceOf("s3");
  const names = [
    ...new Set(
      [...source.matchAll(/"((?:x-amz|if|content|range|expires|cache)[\w-]*)"/g)].map(([, n]) => n!),
    ),
  ];
  const queries = [...new Set([...source.matchAll(/"([a-zA-Z-]{3,25})"/g)].map(([, name]) => name!))];
  assert.ok(names.length > 15 && queries.length > 30);
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
          fc.dictionary(
            fc.oneof(fc.constantFrom(...queries), fc.constantFrom("uploadId", "partNumber", "uploads")),
            fc.oneof(fc.constant(""), hostileText),
            { maxKeys: 3 },
          ),
          fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 4 }),
          xml,
        ).map(([bucket, key, query, headers, body]) => ({
          path: `/${bucket}${key === null ? "" : `/${key}`}?${flattened(query).slice(0, 8000)}`,
          init: { method, headers, body: method === "GET" || method === "HEAD" ? undefined : body },
        }));
        return check(request, (path, init) => send("s3", "s3", path, init), RUNS * 15);
      });
    }
  });
});

Deno.test("SageMaker's runtime", async () => {
  await withTarget(async (send) => {
    const names = [...sourceOf("sagemaker").matchAll(/"(x-amzn-sagemaker-[\w-]+)"/g)].map(([, name]) =>
      name!
    );
    const name = fc.oneof(
      fc.constantFrom("endpoint", "%zz", "%00", "a%2fb"),
      hostileText.map((text) => encodeURIComponent(text.toWellFormed().slice(0, 500))),
    );
    const request = fc.tuple(
      name,
      fc.dictionary(fc.constantFrom(...names, "content-type", "accept"), headerText),
      hostileText,
    )
      .map(([name, headers, body]) => ({
        path: `/endpoints/${name}/invocations`,
        init: { method: "POST", headers, body },
      }));
    await check(request, (path, init) => send("sagemaker", "json", path, init), RUNS * 5);
  });
});

Deno.test("accepted definitions run to an end", async () => {
  await withTarget(async (send) => {
    const call = (operation: string, input: object) =>
      send("states", "json", "/", {
        method: "POST",
        headers: { "x-amz-target": `AWSStepFunctions.${operation}` },
        body: JSON.stringify(input),
      });
    const members = membersOf(sourceOf("states"));
    let accepted = 0, made = 0;
    await fc.assert(
      fc.asyncProperty(mutated(DEFINITION, members), hostileJson(["a", "b"]), async (definition, input) => {
        const name = `m${made++}`;
        const answer = await call("CreateStateMachine", {
          name,
          type: "EXPRESS",
          roleArn: "arn:aws:iam::000000000000:role/role",
          definition: JSON.stringify(definition),
        });
        if (!answer.ok) return;
        accepted++;
        const { stateMachineArn } = await answer.json();
        await call("StartSyncExecution", { stateMachineArn, input: JSON.stringify(input) });
      }),
      { numRuns: RUNS * 10, seed: SEED, endOnFailure: RUNS <= 10 },
    );
    assert.ok(accepted > 0, "no definition was accepted");
  });
});

/** Members in the query protocol's form; without nested ones also query strings of S3 and Lambda. */
function flattened(input: unknown, prefix = ""): string {
  if (typeof input !== "object" || input === null) {
    return `${encodeURIComponent((prefix || "x").toWellFormed())}=${
      encodeURIComponent(String(input).toWellFormed())
    }`;
  }
  const entries = Array.isArray(input)
    ? input.map((item, index) => [`member.${index + 1}`, item] as const)
    : Object.entries(input);
  return entries.map(([name, value]) => flattened(value, prefix ? `${prefix}.${name}` : name)).join("&");
}
