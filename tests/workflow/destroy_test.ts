/** Destroying when something goes wrong: what costs goes first, every step is tried, what is left is named. */
import assert from "node:assert/strict";
import { AttachRolePolicyCommand, GetRoleCommand } from "@aws-sdk/client-iam";
import { UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import {
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeModelCommand,
} from "@aws-sdk/client-sagemaker";
import type { Aws } from "../../lib/aws/clients.ts";
import { ownTagList } from "../../lib/aws/ownership.ts";
import { UnexpectedStatusError } from "../../lib/aws/waiting.ts";
import { stopBundler } from "../../lib/workflow/bundle.ts";
import { deployFunctions as deployAll } from "../../lib/workflow/functions.ts";
import { ensureRole } from "../../lib/workflow/roles.ts";
import { IMAGE } from "../local/sagemaker/testing.ts";
import { withLocalAws } from "../local/testing.ts";
import { connectTo, deployEndpoint, deployFunctions, destroy } from "./testing.ts";

/** Runs `body` with clients for a local AWS of its own. */
async function withAws(body: (aws: Aws) => Promise<void>): Promise<void> {
  await withLocalAws(async ({ endpoint }) => {
    const aws = await connectTo(endpoint);
    try {
      await body(aws);
    } finally {
      aws.close();
      await stopBundler();
    }
  });
}

/** An SDK client that fails for some commands, and may change the answers of others. */
function altered<T extends { send: unknown }>(
  client: T,
  alter: (name: string, answer: () => Promise<unknown>) => Promise<unknown>,
): T {
  const send = (client.send as (command: object, ...rest: unknown[]) => Promise<unknown>).bind(client);
  return Object.assign(Object.create(client), {
    send: (command: object, ...rest: unknown[]) =>
      alter(command.constructor.name, () => send(command, ...rest)),
  });
}

Deno.test("destroy: the endpoint goes first, a step that fails stops no other, and what is left has its command", async () => {
  await withAws(async (aws) => {
    await deployEndpoint(aws);
    await deployFunctions(aws);
    const denied = Object.assign(new Error("User is not authorized"), { name: "AccessDeniedException" });
    const lambda = altered(
      aws.lambda,
      (name, answer) => name === "DeleteFunctionCommand" ? Promise.reject(denied) : answer(),
    );
    const { left, reports } = await destroy({ ...aws, lambda });
    assert.deepEqual(reports.map(({ kind, state }) => [kind, state.split(":")[0]]), [
      ["endpoint", "removed"],
      ...Array(2).fill(["state machine", "removed"]),
      ...Array(3).fill(["function", "NOT REMOVED"]),
      ...Array(5).fill(["alarm", "removed"]),
      ["topic", "removed"],
      ...Array(3).fill(["role", "removed"]),
    ]);
    assert.deepEqual(left.map(({ kind, name, reason }) => [kind, name, reason]), [
      ["function", "scones-serialize-image-data", denied.message],
      ["function", "scones-classify-image", denied.message],
      ["function", "scones-filter-low-confidence", denied.message],
    ]);
    assert.match(
      left[0]!.command,
      /aws --endpoint-url \S+ --region us-east-1 lambda delete-function --function-name scones-serialize-image-data$/,
    );
    assert.deepEqual((await destroy(aws)).left, []);
  });
});

Deno.test("destroy: what failed deployments left behind is found by its tags; what others made is not", async () => {
  await withAws(async (aws) => {
    const { role, modelData } = await deployEndpoint(aws);
    const model = (ModelName: string, Tags = ownTagList(aws)) =>
      aws.sagemaker.send(
        new CreateModelCommand({
          ModelName,
          ExecutionRoleArn: role,
          PrimaryContainer: { Image: IMAGE, ModelDataUrl: modelData },
          Tags,
        }),
      );
    await model("scones-unlimited-orphan");
    await model("scones-unlimited-of-prod", ownTagList({ ...aws, stage: "prod" }));
    await aws.sagemaker.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: "scones-unlimited-orphan",
        ProductionVariants: [{
          VariantName: "v",
          ModelName: "scones-unlimited-orphan",
          InstanceType: "ml.m5.xlarge",
          InitialInstanceCount: 1,
        }],
        Tags: ownTagList(aws),
      }),
    );
    const { left, reports } = await destroy(aws);
    assert.deepEqual(left, []);
    const orphans = reports.filter(({ kind }) => kind === "model" || kind === "endpoint configuration");
    assert.deepEqual(orphans.map(({ kind, name, state }) => [kind, name, state]), [
      ["endpoint configuration", "scones-unlimited-orphan", "removed"],
      ["model", "scones-unlimited-orphan", "removed"],
    ]);
    await aws.sagemaker.send(new DescribeModelCommand({ ModelName: "scones-unlimited-of-prod" }));
  });
});

Deno.test("destroy: a role with a policy that somebody has attached goes too", async () => {
  await withAws(async (aws) => {
    await ensureRole(aws, "lambda");
    const RoleName = aws.names.roles.lambda;
    const PolicyArn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    await aws.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    const { left, reports } = await destroy(aws);
    assert.deepEqual(left, []);
    assert.equal(reports.find(({ name }) => name === RoleName)!.state, "removed");
    await assert.rejects(aws.iam.send(new GetRoleCommand({ RoleName })), { name: "NoSuchEntityException" });
  });
});

Deno.test("a function whose last update failed blocks neither destroy nor deploy, which makes the update again", async (t) => {
  await withAws(async (aws) => {
    await deployFunctions(aws);
    const { arn } = await ensureRole(aws, "lambda");
    const FunctionName = aws.names.functions.filterLowConfidence;
    let failed = true;
    const sent: string[] = [];
    const failing = {
      ...aws,
      lambda: altered(aws.lambda, async (name, answer) => {
        sent.push(name);
        if (name.startsWith("Update")) failed = false;
        const given = await answer() as { FunctionName?: string };
        return failed && name === "GetFunctionConfigurationCommand" && given.FunctionName === FunctionName
          ? { ...given, LastUpdateStatus: "Failed", LastUpdateStatusReason: "The image was deleted" }
          : given;
      }),
    };
    await t.step("deploy", async () => {
      const deployed = await deployAll(failing, arn);
      assert.deepEqual(deployed.map(({ change }) => change), ["unchanged", "unchanged", "updated"]);
      assert.deepEqual(sent.filter((name) => name.startsWith("Update")), [
        "UpdateFunctionCodeCommand",
        "UpdateFunctionConfigurationCommand",
      ]);
    });
    await t.step("an update that fails is an error with the reason", async () => {
      failed = true;
      const stuck = {
        ...aws,
        lambda: altered(aws.lambda, async (name, answer) => {
          const given = await answer() as object;
          return name === "GetFunctionConfigurationCommand"
            ? { ...given, LastUpdateStatus: "Failed", LastUpdateStatusReason: "EniLimitExceeded" }
            : given;
        }),
      };
      await assert.rejects(deployAll(stuck, arn), (error: Error) => {
        assert.ok(error instanceof UnexpectedStatusError);
        assert.match(error.message, /The update of scones-serialize-image-data is Failed: EniLimitExceeded/);
        return true;
      });
    });
    await t.step("destroy", async () => {
      failed = true;
      await aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Description: "x" }));
      const { left, reports } = await destroy(failing);
      assert.deepEqual(left, []);
      assert.equal(reports.find(({ name }) => name === FunctionName)!.state, "removed");
    });
  });
});
