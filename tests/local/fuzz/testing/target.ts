/** A local AWS with one of everything that requests can be about, and the check of its answers. */
import assert from "node:assert/strict";
import { decode } from "cborg";
import { LambdaClient, waitUntilFunctionActiveV2 } from "@aws-sdk/client-lambda";
import { allowing, makeRole } from "../../iam/testing.ts";
import { assertShortHold } from "../../testing/event_loop.ts";
import { type TestAws, withLocalAws } from "../../testing.ts";
import { CREATE_FUNCTION, DEFINITION, GOOD } from "./good.ts";
import { ANYTHING, awsJson, query, type Sent, type Writer } from "./wire.ts";

/** Longer than any answer may take here. */
const PATIENCE_MS = 15_000;

/** Services, and who sends the requests. */
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{
    Effect: "Allow",
    Principal: {
      Service: ["lambda", "states", "sagemaker"].map((name) => `${name}.amazonaws.com`),
      AWS: "arn:aws:iam::000000000000:root",
    },
    Action: "sts:AssumeRole",
  }],
});

export type Protocol = "json" | "cbor" | "rest-json" | "query" | "rest-xml";

/** Signs a request for a service and checks its answer. */
export type Send = (service: string, protocol: Protocol, request: Sent) => Promise<Response>;

/** @param body gets what there is by the names of members, where it is not known before */
export async function withTarget(
  body: (send: Send, made: Record<string, string[]>) => Promise<void>,
): Promise<void> {
  let fault: unknown;
  await withLocalAws(async (aws) => {
    const send: Send = async (service, protocol, { path, init }) => {
      const headers = new Headers(init.headers);
      headers.set(
        "authorization",
        `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request`,
      );
      const answer = () =>
        fetch(aws.endpoint + path, {
          redirect: "manual",
          ...init,
          headers,
          signal: AbortSignal.timeout(PATIENCE_MS),
        });
      const response = await assertShortHold(answer, () => `${service} ${init.method} ${path} ${init.body}`);
      // A damaged request can be taken for one in another of CloudWatch's protocols.
      const answered = service === "monitoring" ? protocolOf(response) : protocol;
      await assertLikeAws(response, answered, init.method).catch((error) => {
        error.cause = fault;
        throw error;
      });
      return response;
    };
    await body(send, await prepare(aws, send));
    assert.equal((await fetch(`${aws.endpoint}/_scones/health`)).status, 200);
  }, { onFault: (error) => fault = error });
  assert.equal(fault, undefined);
}

async function prepare(aws: TestAws, send: Send): Promise<Record<string, string[]>> {
  const roleArn = await makeRole(aws, "role", TRUST, allowing("*"));
  const sent = async (service: string, protocol: Protocol, request: Sent) => {
    const answer = await send(service, protocol, request);
    assert.ok(answer.ok, `${answer.status} ${service} ${await answer.clone().text()}`);
    return await answer.text();
  };
  const written =
    (service: string, protocol: Protocol, writer: Writer) => (name: string, input = GOOD[name]) =>
      sent(service, protocol, writer({ name, input: ANYTHING }, input));
  const [states, logs, sqs, sagemaker] = ([
    ["states", "AWSStepFunctions"],
    ["logs", "Logs_20140328"],
    ["sqs", "AmazonSQS"],
    ["sagemaker", "SageMaker"],
  ] as const).map(([service, target]) => written(service, "json", awsJson(target)));
  const [iam, sns] = ["iam", "sns"].map((service) => written(service, "query", query));
  const s3 = (method: string, path: string, body?: string) =>
    sent("s3", "rest-xml", { path, init: { method, body } });

  await s3("PUT", "/bucket");
  for (const key of ["key", "model.tar.gz"]) await s3("PUT", `/bucket/${key}`, "content");
  const upload = await s3("POST", "/bucket/key?uploads");
  await sent("lambda", "rest-json", {
    path: "/2015-03-31/functions",
    init: { method: "POST", body: JSON.stringify({ ...CREATE_FUNCTION, FunctionName: "function" }) },
  });
  await functionActive(aws);
  const machine = { definition: JSON.stringify(DEFINITION), roleArn };
  await states!("CreateStateMachine", { ...machine, name: "machine" });
  await states!("CreateStateMachine", { ...machine, name: "express", type: "EXPRESS" });
  await states!("StartExecution");
  await logs!("CreateLogGroup", { logGroupName: "group" });
  await logs!("CreateLogStream");
  await sqs!("CreateQueue");
  await sagemaker!("CreateModel", { ...GOOD.CreateModel, ModelName: "model" });
  await sagemaker!("CreateEndpointConfig", { ...GOOD.CreateEndpointConfig, EndpointConfigName: "config" });
  await iam!("CreatePolicy", { ...GOOD.CreatePolicy, PolicyName: "policy" });
  await sns!("CreateTopic", { Name: "topic" });
  const subscription = await sns!("Subscribe");
  return {
    UploadId: [/<UploadId>(.*)<\/UploadId>/.exec(upload)![1]!],
    SubscriptionArn: [/<SubscriptionArn>(.*)<\/SubscriptionArn>/.exec(subscription)![1]!],
  };
}

async function functionActive(aws: TestAws): Promise<void> {
  const lambda = new LambdaClient(aws.client);
  const wait = { client: lambda, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.05 };
  await waitUntilFunctionActiveV2(wait, { FunctionName: "function" });
  lambda.destroy();
}

function protocolOf({ headers }: Response): Protocol {
  const type = headers.get("content-type") ?? "";
  return type.includes("cbor") ? "cbor" : type.includes("json") ? "json" : "query";
}

/** A success, or an error with a name and a message where a client of the protocol looks for them. */
async function assertLikeAws(response: Response, protocol: Protocol, method: string): Promise<void> {
  const text = await response.clone().text();
  const { status, headers } = response;
  const shown = `${status} ${text.slice(0, 500)}`;
  assert.ok(headers.get("x-amzn-requestid") ?? headers.get("x-amz-request-id"), "no request id");
  // S3's own answer to what it does not have.
  const notImplemented = protocol === "rest-xml" && status === 501 &&
    (method === "HEAD" || text.includes("<Code>NotImplemented</Code>"));
  assert.ok(status < 500 || notImplemented, shown);
  if (status < 400 || method === "HEAD") return;
  if (protocol === "json" || protocol === "rest-json") {
    const body = JSON.parse(text);
    assert.match(headers.get("x-amzn-errortype") ?? body.__type, /^([\w.]+#)?\w+$/, shown);
    assert.ok(typeof body.message === "string" && body.message !== "", shown);
  } else if (protocol === "cbor") {
    const body = decode(await response.clone().bytes());
    assert.match(body.__type, /^([\w.]+#)?\w+$/, shown);
    assert.ok(typeof body.message === "string" && body.message !== "", shown);
  } else {
    assert.match(text, /<Code>[\w.]+<\/Code>/, shown);
    assert.match(text, /<Message>[^<]+<\/Message>/, shown);
  }
}
