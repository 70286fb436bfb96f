/** Attacks by web pages: what a browser sends for links, pictures, scripts and forms, and what it does with answers. */
import assert from "node:assert/strict";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateTopicCommand,
  ListSubscriptionsCommand,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import { type TestAws, withLocalAws } from "../testing.ts";
import { raw, request } from "./testing/raw.ts";

/** fetch() of a program may not set Sec-Fetch headers. */
const get = (aws: TestAws, path: string, headers: Record<string, string>, method = "GET") =>
  raw(aws.endpoint, request(aws.endpoint, `${method} ${path}`, Object.entries(headers)));

const TRUST = encodeURIComponent(JSON.stringify({ Version: "2012-10-17", Statement: [] }));
const CREATE_ROLE = `/?Action=CreateRole&Version=2010-05-08&RoleName=evil&AssumeRolePolicyDocument=${TRUST}` +
  "&X-Amz-Credential=x/20260101/us-east-1/iam/aws4_request&X-Amz-Algorithm=AWS4-HMAC-SHA256";

Deno.test("links, pictures, scripts and forms of other sites are refused, what people type is served", async () => {
  await withLocalAws(async (aws) => {
    for (const path of ["/", "/_scones/health", CREATE_ROLE, "/bucket/key"]) {
      for (const site of ["cross-site", "same-site", "", "unknown"]) {
        for (const mode of ["no-cors", "navigate", "cors"]) {
          const answer = await get(aws, path, { "sec-fetch-site": site, "sec-fetch-mode": mode });
          assert.match(answer, /^HTTP\/1.1 403 [^]*pages of other sites/, `${path} ${site}`);
        }
      }
    }
    const typed = { "sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-user": "?1" };
    assert.match(await get(aws, "/", typed), /^HTTP\/1.1 200 /);
    // The picture that a browser asks for beside what was typed.
    assert.match(await get(aws, "/favicon.ico", { "sec-fetch-site": "same-origin" }), /^HTTP\/1.1 404 /);
    // Node's fetch() sends a mode, and no site.
    assert.match(await get(aws, "/", { "sec-fetch-mode": "cors" }), /^HTTP\/1.1 200 /);
  });
});

Deno.test("a GET changes nothing in the services that could take it for an action, but for SNS's link", async () => {
  await withLocalAws(async (aws) => {
    const iam = new IAMClient(aws.client);
    const sns = new SNSClient(aws.client);
    try {
      for (const method of ["GET", "HEAD", "PUT", "DELETE"]) {
        assert.match(await get(aws, CREATE_ROLE, {}, method), /^HTTP\/1.1 400 /, method);
      }
      assert.match(await get(aws, CREATE_ROLE, {}), /<Code>InvalidAction<[^]*by POST[^]*not by GET/);
      await assert.rejects(iam.send(new GetRoleCommand({ RoleName: "evil" })), {
        name: "NoSuchEntityException",
      });
      const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "topic" }));
      const Endpoint = "arn:aws:sqs:us-east-1:000000000000:queue";
      const subscribe = new SubscribeCommand({
        TopicArn,
        Protocol: "sqs",
        Endpoint,
        ReturnSubscriptionArn: true,
      });
      const { SubscriptionArn } = await sns.send(subscribe);
      assert.match(
        await get(aws, `/?Action=Unsubscribe&SubscriptionArn=${SubscriptionArn}`, {}),
        /^HTTP\/1.1 200 /,
      );
      assert.deepEqual((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions, []);
      const caller = await get(aws, "/?Action=GetCallerIdentity&Version=2011-06-15", {});
      assert.match(caller, /^HTTP\/1.1 200 [^]*GetCallerIdentityResult/);
    } finally {
      iam.destroy();
      sns.destroy();
    }
  });
});

Deno.test("no page may include an answer, and a page from a bucket has no rights in a browser", async () => {
  await withLocalAws(async (aws) => {
    const s3 = new S3Client(aws.client);
    try {
      await s3.send(new CreateBucketCommand({ Bucket: "bucket" }));
      const Body = "<script>fetch('/')</script>";
      // What the owner of an object says of it does not weaken that.
      const Metadata = { "content-security-policy": "script-src *" };
      for (
        const [Key, ContentType] of [["page", "text/html"], ["drawing", "image/svg+xml"], [
          "sheet",
          "text/xml",
        ]]
      ) {
        await s3.send(new PutObjectCommand({ Bucket: "bucket", Key, Body, ContentType, Metadata }));
      }
      const paths = ["page", "drawing", "sheet", "page?response-content-type=text/html", "none"];
      const all = [
        "/",
        "/_scones/health",
        "/2015-03-31/functions",
        ...paths.map((path) => `/bucket/${path}`),
      ];
      for (const path of all) {
        for (const method of ["GET", "HEAD"]) {
          const { headers, body } = await fetch(`${aws.endpoint}${path}`, { method });
          await body?.cancel();
          assert.equal(headers.get("cross-origin-resource-policy"), "same-origin", path);
          assert.equal(headers.get("content-security-policy"), "sandbox", path);
          assert.equal(headers.get("access-control-allow-origin"), null, path);
        }
      }
    } finally {
      s3.destroy();
    }
  });
});
