/** The strict profile: each of its values shows. */
import assert from "node:assert/strict";
import { CreateFunctionCommand, GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { RequestRates } from "../../lib/local/request_rates.ts";
import { strictProfile } from "../../lib/local/strict.ts";
import { makeRole, trusting } from "./iam/testing.ts";
import { createInput, makeRole as makeLambdaRole } from "./lambda/testing.ts";
import { withLocalAws } from "./testing.ts";

Deno.test("a token bucket lets a burst pass, then its rate, apart for each region", () => {
  let now = 0;
  const rates = new RequestRates(strictProfile, () => now);
  const take = (count: number, region = "eu-central-1") => {
    for (let i = 0; i < count; i++) rates.take(region, "states", "ListExecutions");
  };
  take(100);
  assert.throws(() => take(1), { name: "ThrottlingException", message: "Rate exceeded" });
  take(100, "us-east-1");
  now += 1000;
  take(2);
  assert.throws(() => take(1), { name: "ThrottlingException" });
  rates.take("eu-central-1", "sqs", "SendMessage"); // no limit here
  for (let i = 0; i < 15; i++) rates.take("eu-central-1", "lambda", "CreateFunction");
  assert.throws(() => rates.take("eu-central-1", "lambda", "CreateFunction"), {
    name: "TooManyRequestsException",
  });
});

Deno.test("requests are throttled, new roles and updates take a while, plain bucket names are taken", async () => {
  let passed = 0;
  await withLocalAws(async (aws) => {
    const s3 = new S3Client(aws.client);
    const sfn = new SFNClient(aws.client);
    const lambda = new LambdaClient(aws.client);
    const create = (Bucket: string) => s3.send(new CreateBucketCommand({ Bucket }));
    await assert.rejects(create("my-bucket"), { name: "BucketAlreadyExists" });
    await create("scones-unlimited-000000000000-us-east-1");

    await makeLambdaRole(aws);
    const createFunction = () =>
      lambda.send(new CreateFunctionCommand(createInput("f", "export const handler = 0;")));
    await assert.rejects(createFunction(), { message: /cannot be assumed by Lambda/ });
    const roleArn = await makeRole(aws, "states-role", trusting("states.amazonaws.com"));
    passed += strictProfile("us-east-1").rolePropagationSeconds * 1000;
    await createFunction();
    const state = async () =>
      (await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "f" }))).State;
    assert.equal(await state(), "Pending");
    passed += strictProfile("us-east-1").functionSeconds * 1000;
    assert.equal(await state(), "Active");

    const machine = (Result: string) =>
      JSON.stringify({ StartAt: "Done", States: { Done: { Type: "Pass", Result, End: true } } });
    const { stateMachineArn } = await sfn.send(
      new CreateStateMachineCommand({ name: "machine", definition: machine("old"), roleArn }),
    );
    await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: machine("new") }));
    const output = async () => {
      const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
      for (;;) {
        const { status, output } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        if (status !== "RUNNING") return JSON.parse(output!);
      }
    };
    const described = async () =>
      (await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))).definition;
    assert.equal(await output(), "old");
    assert.equal(await described(), machine("old"));
    passed += strictProfile("us-east-1").machineUpdateSeconds * 1000;
    assert.equal(await output(), "new");
    assert.equal(await described(), machine("new"));

    const list = () => sfn.send(new ListExecutionsCommand({ stateMachineArn }));
    const answers = await Promise.allSettled(Array.from({ length: 300 }, list));
    const refused = answers.filter((one) => one.status === "rejected");
    // The bucket holds 100, and more pass as it fills: some of those that are refused at first pass when repeated.
    assert.ok(refused.length > 0 && refused.length <= 200, `${refused.length} of 300 refused`);
    assert.ok(refused.every(({ reason }) => reason.name === "ThrottlingException"));
    for (const client of [s3, sfn, lambda]) client.destroy();
  }, { strict: true, now: () => Date.now() + passed });
});
