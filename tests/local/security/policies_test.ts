/** Policies that must hold: sessions that are revoked, networks that are not the whole world. */
import assert from "node:assert/strict";
import { IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { holds } from "../../../lib/local/iam/conditions.ts";
import { refusal } from "../s3/testing.ts";
import { withLocalAws } from "../testing.ts";
import { type Session, sessionOf } from "./testing/signing.ts";

Deno.test("the policy that revokes older sessions ends those, and not the ones that come after", async () => {
  let now = Date.now();
  await withLocalAws(async (aws) => {
    const statement = { Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" };
    const list = async (credentials: Session) => {
      const s3 = new S3Client({ ...aws.client, credentials });
      return await refusal(s3.send(new ListBucketsCommand({}))).finally(() => s3.destroy());
    };
    const older = await sessionOf(aws, "role", [statement]);
    assert.equal(await list(older), undefined);
    now += 10_000;
    // What "Revoke active sessions" of IAM's console attaches (AWS, "Revoke IAM role temporary security credentials").
    const revoked = {
      Effect: "Deny",
      Action: ["*"],
      Resource: ["*"],
      Condition: { DateLessThan: { "aws:TokenIssueTime": new Date(now).toISOString() } },
    };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [revoked] });
    const [iam, sts] = [new IAMClient(aws.client), new STSClient(aws.client)];
    try {
      await iam.send(
        new PutRolePolicyCommand({ RoleName: "role", PolicyName: "AWSRevokeOlderSessions", PolicyDocument }),
      );
      assert.deepEqual(await list(older), ["AccessDenied", 403]);
      now += 1000;
      const RoleArn = "arn:aws:iam::000000000000:role/role";
      const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "me" }));
      const newer = {
        accessKeyId: Credentials!.AccessKeyId!,
        secretAccessKey: Credentials!.SecretAccessKey!,
        sessionToken: Credentials!.SessionToken!,
      };
      assert.equal(await list(newer), undefined);
    } finally {
      iam.destroy();
      sts.destroy();
    }
  }, { now: () => now });
});

Deno.test("a network that is not written as one holds no address", () => {
  const within = (address: string, network: string) => holds("IpAddress", address, [network], undefined);
  for (
    const network of [
      "1.2.3.4/",
      "1.2.3.4/x",
      "1.2.3.4/-1",
      "1.2.3.4/33",
      "1.2.3.4/ 8",
      "1.2.3.4/0x8",
      "/0",
      "",
    ]
  ) {
    assert.ok(!within("127.0.0.1", network), network);
    assert.ok(!within("1.2.3.4", network), network);
  }
  for (const network of ["::1/", "::g/0", "12zz::/0", "1:2:3/0", "::/129"]) {
    assert.ok(!within("::1", network), network);
  }
  assert.ok(within("127.0.0.1", "0.0.0.0/0") && within("127.0.0.1", "127.0.0.0/8") && within("::1", "::/0"));
});

Deno.test("an ARN of many colons is compared in no time", () => {
  const began = performance.now();
  holds("ArnLike", "arn:aws:s3:::b", [":".repeat(130_000)], new Map());
  holds("ArnLike", `arn:aws:s3:::${":".repeat(130_000)}`, ["arn:aws:s3:::*"], new Map());
  assert.ok(performance.now() - began < 500);
});
