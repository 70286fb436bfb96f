/** Regions are apart: what one has, another neither shows nor reaches nor counts, before and after a restart. */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  GetLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadBucketCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { CreateTopicCommand, ListTopicsCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { ListSubscriptionsCommand, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { Store } from "../../lib/local/store.ts";
import { allowing, asRole, makeRole, refusal, trusting } from "./iam/testing.ts";
import { createInput, makeRole as makeFunctionsRole } from "./lambda/testing.ts";
import { HERE, THERE, withBoth, withLocalAws } from "./testing.ts";

const ACCOUNT = "000000000000";

Deno.test("a function is invoked, listed and counted in its region alone, and sees that region", () =>
  withBoth(LambdaClient, async (here, there, aws) => {
    await makeFunctionsRole(aws);
    const source =
      "export const handler = async () => [process.env.AWS_REGION, process.env.AWS_DEFAULT_REGION];";
    const FunctionName = "where";
    const { FunctionArn } = await there.send(new CreateFunctionCommand(createInput(FunctionName, source)));
    assert.equal(FunctionArn, `arn:aws:lambda:${THERE}:${ACCOUNT}:function:where`);
    await waitUntilFunctionActiveV2({ client: there, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.05 }, {
      FunctionName,
    });
    const { Payload } = await there.send(new InvokeCommand({ FunctionName }));
    assert.deepEqual(JSON.parse(Payload!.transformToString()), [THERE, THERE]);

    for (const name of [FunctionName, FunctionArn!]) {
      const refused = ["ResourceNotFoundException", 404];
      assert.deepEqual(await refusal(here.send(new InvokeCommand({ FunctionName: name }))), refused);
      assert.deepEqual(await refusal(here.send(new GetFunctionCommand({ FunctionName: name }))), refused);
    }
    assert.deepEqual((await here.send(new ListFunctionsCommand({}))).Functions, []);
    const count = async (lambda: LambdaClient) =>
      (await lambda.send(new GetAccountSettingsCommand({}))).AccountUsage!.FunctionCount;
    assert.deepEqual([await count(here), await count(there)], [0, 1]);

    // The log is in the function's region too, and the same name can be taken in the other.
    const groups = async (region: string) => {
      const logs = new CloudWatchLogsClient({ ...aws.client, region });
      const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
      logs.destroy();
      return logGroups!.map(({ arn }) => arn);
    };
    assert.deepEqual(await groups(HERE), []);
    assert.deepEqual(await groups(THERE), [`arn:aws:logs:${THERE}:${ACCOUNT}:log-group:/aws/lambda/where:*`]);
    await here.send(new CreateFunctionCommand(createInput(FunctionName, source)));
    const { Functions } = await here.send(new ListFunctionsCommand({}));
    assert.deepEqual(Functions!.map(({ FunctionArn: arn }) => arn), [FunctionArn!.replace(THERE, HERE)]);
  }));

Deno.test("a state machine runs in its region, and calls the functions of that region alone", () =>
  withBoth(SFNClient, async (here, there, aws) => {
    await makeFunctionsRole(aws);
    const lambda = new LambdaClient({ ...aws.client, region: THERE });
    const source = "export const handler = async () => process.env.AWS_REGION;";
    const { FunctionArn } = await lambda.send(new CreateFunctionCommand(createInput("where", source)));
    await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.05 }, {
      FunctionName: "where",
    });
    lambda.destroy();
    const roleArn = await makeRole(
      aws,
      "machine",
      trusting("states.amazonaws.com"),
      allowing("lambda:InvokeFunction"),
    );
    const definition = JSON.stringify({
      StartAt: "Ask",
      States: { Ask: { Type: "Task", Resource: FunctionArn, End: true } },
    });
    const run = async (sfn: SFNClient) => {
      const { stateMachineArn } = await sfn.send(
        new CreateStateMachineCommand({ name: "machine", roleArn, definition }),
      );
      const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
      let execution;
      do execution = await sfn.send(new DescribeExecutionCommand({ executionArn })); while (
        execution.status === "RUNNING"
      );
      return execution;
    };
    const { stateMachineArn, executionArn, status, output } = await run(there);
    assert.deepEqual([status, output], ["SUCCEEDED", `"${THERE}"`]);
    assert.equal(stateMachineArn, `arn:aws:states:${THERE}:${ACCOUNT}:stateMachine:machine`);

    assert.deepEqual((await here.send(new ListStateMachinesCommand({}))).stateMachines, []);
    const absent = ["StateMachineDoesNotExist", 400];
    const start = new StartExecutionCommand({ stateMachineArn });
    const describe = new DescribeStateMachineCommand({ stateMachineArn });
    assert.deepEqual(await refusal(here.send(start)), absent);
    assert.deepEqual(await refusal(here.send(describe)), absent);
    const unknown = refusal(here.send(new DescribeExecutionCommand({ executionArn })));
    assert.deepEqual(await unknown, ["ExecutionDoesNotExist", 400]);
    const { status: failed, cause } = await run(here);
    assert.equal(failed, "FAILED");
    assert.match(cause!, /Functions from 'eu-west-1' are not reachable in this region \('us-east-1'\)/);
  }));

Deno.test("a queue has messages for its region alone", () =>
  withBoth(SQSClient, async (here, there) => {
    const QueueName = "orders";
    const { QueueUrl } = await there.send(new CreateQueueCommand({ QueueName }));
    await there.send(new SendMessageCommand({ QueueUrl, MessageBody: "there" }));
    assert.deepEqual((await here.send(new ListQueuesCommand({}))).QueueUrls, undefined);
    const absent = ["QueueDoesNotExist", 400];
    assert.deepEqual(await refusal(here.send(new GetQueueUrlCommand({ QueueName }))), absent);
    assert.deepEqual(await refusal(here.send(new ReceiveMessageCommand({ QueueUrl }))), absent);

    const { QueueUrl: own } = await here.send(new CreateQueueCommand({ QueueName }));
    const received = async (sqs: SQSClient, url = QueueUrl) =>
      (await sqs.send(new ReceiveMessageCommand({ QueueUrl: url }))).Messages?.map(({ Body }) => Body);
    assert.equal(await received(here, own), undefined);
    assert.deepEqual(await received(there), ["there"]);
  }));

Deno.test("a topic delivers to the queue of its region, and its links lead back there", () =>
  withBoth(SNSClient, async (here, there, aws) => {
    const { TopicArn } = await there.send(new CreateTopicCommand({ Name: "orders" }));
    const arn = `arn:aws:sqs:${THERE}:${ACCOUNT}:orders`;
    const Policy = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: "*" }],
    };
    const [queues, others] = [THERE, HERE].map((region) => new SQSClient({ ...aws.client, region }));
    try {
      const url = async (sqs: SQSClient) => {
        const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "orders" }));
        const Attributes = { Policy: JSON.stringify(Policy) };
        await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
        return QueueUrl!;
      };
      const [QueueUrl, other] = [await url(queues!), await url(others!)];
      await there.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: arn }));
      await there.send(new PublishCommand({ TopicArn, Message: "there" }));
      const { Messages } = await queues!.send(new ReceiveMessageCommand({ QueueUrl }));
      const { Message, UnsubscribeURL } = JSON.parse(Messages![0]!.Body!);
      assert.equal(Message, "there");
      assert.equal((await others!.send(new ReceiveMessageCommand({ QueueUrl: other }))).Messages, undefined);

      assert.deepEqual((await here.send(new ListTopicsCommand({}))).Topics, []);
      assert.deepEqual((await here.send(new ListSubscriptionsCommand({}))).Subscriptions, []);
      const publish = new PublishCommand({ TopicArn, Message: "from elsewhere" });
      assert.notEqual(await refusal(here.send(publish)), undefined);
      const unsubscribed = await fetch(UnsubscribeURL);
      await unsubscribed.body?.cancel();
      assert.deepEqual((await there.send(new ListSubscriptionsCommand({}))).Subscriptions, []);
    } finally {
      queues!.destroy();
      others!.destroy();
    }
  }));

Deno.test("a log group is in one region", () =>
  withBoth(CloudWatchLogsClient, async (here, there) => {
    const logGroupName = "orders";
    await there.send(new CreateLogGroupCommand({ logGroupName }));
    assert.deepEqual((await here.send(new DescribeLogGroupsCommand({}))).logGroups, []);
    const read = new GetLogEventsCommand({ logGroupName, logStreamName: "s" });
    assert.deepEqual(await refusal(here.send(read)), ["ResourceNotFoundException", 400]);
    await here.send(new CreateLogGroupCommand({ logGroupName }));
  }));

Deno.test("a bucket's name is taken everywhere, and the bucket answers in its region", () =>
  withBoth(S3Client, async (here, there) => {
    const Bucket = "scones-there";
    const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" as const };
    await there.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    assert.equal((await there.send(new HeadBucketCommand({ Bucket }))).BucketRegion, THERE);
    await there.send(new PutObjectCommand({ Bucket, Key: "k", Body: "v" }));
    const elsewhere = await refusal(here.send(new GetObjectCommand({ Bucket, Key: "k" })));
    assert.deepEqual(elsewhere, ["PermanentRedirect", 301]);
    const taken = await refusal(here.send(new CreateBucketCommand({ Bucket })));
    assert.deepEqual(taken, ["BucketAlreadyOwnedByYou", 409]);
  }));

Deno.test("a function's package must be in a bucket of the function's region", () =>
  withBoth(LambdaClient, async (here, there, aws) => {
    await makeFunctionsRole(aws);
    const s3 = new S3Client(aws.client);
    await s3.send(new CreateBucketCommand({ Bucket: "scones-here" }));
    const { Code: { ZipFile }, ...input } = createInput("f", "export const handler = () => 1;") as {
      Code: { ZipFile: Uint8Array };
    } & ReturnType<typeof createInput>;
    await s3.send(new PutObjectCommand({ Bucket: "scones-here", Key: "f.zip", Body: ZipFile }));
    s3.destroy();
    const create = new CreateFunctionCommand({ ...input, Code: { S3Bucket: "scones-here", S3Key: "f.zip" } });
    await assert.rejects(there.send(create), {
      name: "InvalidParameterValueException",
      message: /Error occurred while GetObject\. S3 Error Code: PermanentRedirect\./,
    });
    await here.send(create);
  }));

Deno.test("roles are the account's, and a policy can be for one region", () =>
  withBoth(IAMClient, async (here, there, aws) => {
    const policy = JSON.parse(allowing("sqs:CreateQueue"));
    policy.Statement[0].Condition = { StringEquals: { "aws:RequestedRegion": THERE } };
    const { credentials } = await asRole(aws, "abroad", JSON.stringify(policy));
    const names = async (iam: IAMClient) =>
      (await iam.send(new ListRolesCommand({}))).Roles!.map(({ RoleName }) => RoleName);
    assert.deepEqual(await names(here), await names(there));
    const create = async (region: string) => {
      const sqs = new SQSClient({ ...aws.client, credentials, region });
      const refused = await refusal(sqs.send(new CreateQueueCommand({ QueueName: "q" })));
      sqs.destroy();
      return refused;
    };
    assert.deepEqual(await create(HERE), ["AccessDenied", 403]);
    assert.equal(await create(THERE), undefined);
  }));

Deno.test("a region that AWS does not have is refused, and makes no directory", () =>
  withLocalAws(async (aws) => {
    for (const region of ["us-east-9", "..", "x".repeat(300)]) {
      const ask = async (service: string, path: string) => {
        const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/${service}/aws4_request`;
        const answer = await fetch(aws.endpoint + path, { headers: { authorization } });
        return `${answer.status} ${await answer.text()}`;
      };
      const functions = await ask("lambda", "/2015-03-31/functions");
      assert.ok(functions.startsWith("403 "), functions);
      assert.ok(
        functions.includes(`Credential should be scoped to a valid region, not '${region}'. `),
        functions,
      );
      const buckets = await ask("s3", "/");
      assert.ok(buckets.startsWith("400 "), buckets);
      assert.match(buckets, /<Code>AuthorizationHeaderMalformed<.*<Region>us-east-1<\/Region>/s);
      assert.ok(buckets.includes(`the region &apos;${region}&apos; is wrong`), buckets);
    }
    await assert.rejects(Deno.stat(join(aws.stateDir, "regions")), Deno.errors.NotFound);
  }));

Deno.test("every region's state is there after a restart, whatever the default region is", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    const queuesOf = (here: SQSClient, there: SQSClient) =>
      Promise.all(
        [here, there].map(async (sqs) =>
          (await sqs.send(new ListQueuesCommand({}))).QueueUrls?.map((url) => url.split("/").at(-1))
        ),
      );
    await withBoth(SQSClient, async (here, there) => {
      await here.send(new CreateQueueCommand({ QueueName: "here" }));
      await there.send(new CreateQueueCommand({ QueueName: "there" }));
    }, { stateDir });
    for (const region of [HERE, THERE, "ap-south-1"]) {
      await withBoth(SQSClient, async (here, there) => {
        assert.deepEqual(await queuesOf(here, there), [["here"], ["there"]], region);
      }, { stateDir, region });
    }
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

Deno.test("a directory of a version that knew one region keeps its state in the region of its ARNs", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    await withBoth(SNSClient, async (_here, there, aws) => {
      await there.send(new CreateTopicCommand({ Name: "old" }));
      const sqs = new SQSClient({ ...aws.client, region: THERE });
      await sqs.send(new CreateQueueCommand({ QueueName: "old" }));
      sqs.destroy();
    }, { stateDir, region: THERE });
    const store = new Store(stateDir);
    store.run("DELETE FROM documents WHERE collection = 'regions'"); // those versions did not write it
    store.close();
    await withBoth(SNSClient, async (here, there, aws) => {
      assert.deepEqual((await here.send(new ListTopicsCommand({}))).Topics, []);
      assert.equal((await there.send(new ListTopicsCommand({}))).Topics!.length, 1);
      const sqs = new SQSClient({ ...aws.client, region: THERE });
      assert.equal((await sqs.send(new ListQueuesCommand({}))).QueueUrls!.length, 1);
      sqs.destroy();
    }, { stateDir });
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});
