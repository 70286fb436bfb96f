/** A deleted role's unique id takes the place of its ARN in policies: one made anew is not meant. */
import assert from "node:assert/strict";
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  IAMClient,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { GetBucketPolicyCommand, PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { CreateTopicCommand, GetTopicAttributesCommand, SNSClient } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { withBucket } from "../s3/testing.ts";
import { asRole, refusal } from "./testing.ts";

Deno.test("policies that name a deleted role name its unique id, and do not mean one made anew", () =>
  withBucket(async (s3, Bucket, aws) => {
    const iam = new IAMClient(aws.client);
    const clients: { destroy(): void }[] = [iam];
    const using = <C extends { destroy(): void }>(client: C): C => {
      clients.push(client);
      return client;
    };
    const RoleName = "reader";
    const old = await asRole(aws, RoleName);
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    const { Arn, RoleId } = Role!;
    const policy = (Action: string, Resource?: string) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: [Arn] }, Action, Resource }],
      });
    await iam.send(
      new CreateRoleCommand({ RoleName: "other", AssumeRolePolicyDocument: policy("sts:AssumeRole") }),
    );
    const Policy = policy("s3:GetObject", `arn:aws:s3:::${Bucket}/*`);
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    const sqs = using(new SQSClient({ ...aws.client, region: "eu-west-1" }));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "q" }));
    const queuePolicy = policy("sqs:GetQueueAttributes", "*");
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: queuePolicy } }));
    const sns = using(new SNSClient(aws.client));
    const topic = { Name: "t", Attributes: { Policy: policy("sns:Publish", "*") } };
    const { TopicArn } = await sns.send(new CreateTopicCommand(topic));

    const attributes = (client: TestClient) => {
      const asked = using(new SQSClient({ ...client, region: "eu-west-1" }));
      return refusal(asked.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] })));
    };
    const assume = (client: TestClient) =>
      refusal(
        using(new STSClient(client)).send(
          new AssumeRoleCommand({ RoleArn: Arn!.replace("reader", "other"), RoleSessionName: "me" }),
        ),
      );
    type TestClient = typeof old;
    assert.deepEqual([await attributes(old), await assume(old)], [undefined, undefined]);

    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: "policy" })).catch(() => {});
    await iam.send(new DeleteRoleCommand({ RoleName }));
    const again = await asRole(aws, RoleName);
    const denied = ["AccessDenied", 403];
    assert.deepEqual([await attributes(again), await assume(again)], [denied, denied]);

    const shown = [
      decodeURIComponent(
        (await iam.send(new GetRoleCommand({ RoleName: "other" }))).Role!.AssumeRolePolicyDocument!,
      ),
      (await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy!,
      (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] }))).Attributes!
        .Policy!,
      (await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes!.Policy!,
    ];
    for (const text of shown) assert.deepEqual(JSON.parse(text).Statement[0].Principal, { AWS: [RoleId] });
    await assert.rejects(
      iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "other", PolicyDocument: shown[0] })),
      { name: "MalformedPolicyDocumentException", message: `Invalid principal in policy: "AWS":"${RoleId}"` },
    );
    for (const client of clients) client.destroy();
  }));
