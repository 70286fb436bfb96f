/** Several deployments in one account: what belongs to another one is neither changed nor removed. */
import assert from "node:assert/strict";
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
} from "@aws-sdk/client-iam";
import {
  GetFunctionConfigurationCommand,
  ListTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-lambda";
import { AddTagsCommand, DescribeEndpointCommand } from "@aws-sdk/client-sagemaker";
import {
  ListTagsForResourceCommand,
  TagResourceCommand as TagMachineCommand,
  UntagResourceCommand as UntagMachineCommand,
} from "@aws-sdk/client-sfn";
import type { Aws } from "../../lib/aws/clients.ts";
import { NotOursError } from "../../lib/aws/ownership.ts";
import { namesOf, OLD_ROLE_NAMES } from "../../lib/names.ts";
import { costReminder } from "../../lib/training/costs.ts";
import { deleteEndpoint } from "../../lib/training/endpoint.ts";
import { stopBundler } from "../../lib/workflow/bundle.ts";
import { deployWorkflow, type ResourceReport, workflowStatus } from "../../lib/workflow/deployment.ts";
import { FUNCTION_KEYS } from "../../lib/workflow/functions.ts";
import { findOldRoles, removeOldRoles } from "../../lib/workflow/old_roles.ts";
import { ensureRole, ROLE_KINDS } from "../../lib/workflow/roles.ts";
import { stateMachineArn } from "../../lib/workflow/state_machine.ts";
import { withLocalAws } from "../local/testing.ts";
import { connectTo, deployEndpoint, deployFunctions, destroy } from "./testing.ts";

Deno.test("names: roles carry region and stage, the others the stage only, and without one they stay what they were", () => {
  const plain = namesOf({ region: "us-east-1" });
  assert.equal(plain.endpoint, "scones-unlimited");
  assert.equal(plain.functions.classifyImage, "scones-classify-image");
  assert.equal(plain.roles.lambda, "scones-unlimited-us-east-1-lambda");
  const staged = namesOf({ region: "us-isof-south-1", stage: "integration" });
  assert.equal(staged.roles.sagemaker, "scones-unlimited-us-isof-south-1-integration-sagemaker");
  assert.ok(Math.max(...Object.values(staged.roles).map(({ length }) => length)) <= 64);
  // A time stamp with its hyphen has 24 characters; names of jobs, models and endpoints 63.
  assert.ok(staged.trainingJobs.length + 24 <= 63);
  assert.ok(staged.endpoint.length + 24 <= 63);
});

Deno.test("a second region has roles of its own, and destroying it leaves the first one's alone", async () => {
  await withLocalAws(async ({ endpoint }) => {
    const [first, second] = [
      await connectTo(endpoint),
      await connectTo(endpoint, "0.01", { AWS_REGION: "eu-west-1", SCONES_BUCKET: "another" }),
    ];
    try {
      const policyOf = async (RoleName: string) =>
        (await first.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: "scones" }))).PolicyDocument;
      for (const kind of ROLE_KINDS) await ensureRole(first, kind);
      const before = await Promise.all(ROLE_KINDS.map((kind) => policyOf(first.names.roles[kind])));
      for (const kind of ROLE_KINDS) {
        assert.equal((await ensureRole(second, kind)).change, "created");
        assert.equal((await ensureRole(first, kind)).change, "unchanged");
      }
      const { left, reports } = await destroy(second);
      assert.deepEqual(left, []);
      assert.equal(reports.filter(({ kind, state }) => kind === "role" && state === "removed").length, 3);
      const after = await Promise.all(ROLE_KINDS.map((kind) => policyOf(first.names.roles[kind])));
      assert.deepEqual(after, before);
    } finally {
      first.close();
      second.close();
    }
  });
});

Deno.test("stages live side by side: all names differ, and destroying one leaves the other", async () => {
  await withLocalAws(async ({ endpoint }) => {
    const plain = await connectTo(endpoint);
    const dev = await connectTo(endpoint, "0.01", { SCONES_STAGE: "dev", SCONES_BUCKET: "scones-dev" });
    try {
      await deployFunctions(plain);
      await deployFunctions(dev);
      await destroy(plain);
      const states = async (aws: Aws) =>
        new Map((await workflowStatus(aws)).map(({ kind, name, state }) => [`${kind} ${name}`, state]));
      for (const key of FUNCTION_KEYS) {
        assert.match((await states(dev)).get(`function ${dev.names.functions[key]}`)!, /^Active/);
        assert.equal((await states(plain)).get(`function ${plain.names.functions[key]}`), "does not exist");
      }
      assert.equal((await states(dev)).get(`state machine ${dev.names.stateMachine}`), "ACTIVE");
      const { Tags } = await dev.lambda.send(
        new ListTagsCommand({
          Resource:
            `arn:aws:lambda:us-east-1:${dev.account}:function:${dev.names.functions.filterLowConfidence}`,
        }),
      );
      assert.deepEqual(Tags, { project: "scones-unlimited", stage: "dev", "made-by": dev.caller });
    } finally {
      plain.close();
      dev.close();
    }
  });
});

Deno.test("what has our names and belongs to somebody else is not changed or removed, and the message says whose it is", async (t) => {
  await withLocalAws(async ({ endpoint }) => {
    const aws = await connectTo(endpoint);
    const { iam, lambda, sfn, sagemaker, names } = aws;
    try {
      await deployEndpoint(aws);
      const machine = await deployFunctions(aws);
      const FunctionName = names.functions.filterLowConfidence;
      const { FunctionArn: Resource } = await lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName }),
      );
      const { EndpointArn: ResourceArn } = await sagemaker.send(
        new DescribeEndpointCommand({ EndpointName: names.endpoint }),
      );
      const foreign = { stage: "prod", "made-by": "arn:aws:iam::000000000000:user/bert" };
      const Tags = Object.entries(foreign).map(([Key, Value]) => ({ Key, Value }));
      const says =
        /belongs to the stage prod, made by arn:.*user\/bert, not to a deployment without SCONES_STAGE\. Set SCONES_STAGE/;
      await iam.send(new TagRoleCommand({ RoleName: names.roles.states, Tags }));
      await lambda.send(new TagResourceCommand({ Resource, Tags: foreign }));
      await sfn.send(
        new TagMachineCommand({
          resourceArn: machine,
          tags: Object.entries(foreign).map(([key, value]) => ({ key, value })),
        }),
      );
      await sagemaker.send(new AddTagsCommand({ ResourceArn, Tags }));

      await t.step("deploy", async () => {
        await assert.rejects(deployWorkflow(aws, () => {}), (error: Error) => {
          assert.ok(error instanceof NotOursError);
          assert.match(error.message, /^The role scones-unlimited-us-east-1-states /);
          assert.match(error.message, says);
          return true;
        });
        await assert.rejects(deployEndpoint(aws), says);
      });
      await t.step("status says it, and nothing of it is counted as running here", async () => {
        const states = new Map(
          (await workflowStatus(aws)).map(({ kind, name, state }) => [`${kind} ${name}`, state]),
        );
        for (
          const name of [
            `role ${names.roles.states}`,
            `function ${FunctionName}`,
            `state machine ${names.stateMachine}`,
            `endpoint ${names.endpoint}`,
          ]
        ) assert.match(states.get(name)!, says, name);
        assert.equal(await costReminder({ ...aws, target: "aws" }), undefined);
      });
      await t.step("destroy removes the rest", async () => {
        const { left, reports } = await destroy(aws);
        assert.deepEqual(left, []);
        const kept = reports.filter(({ state }) => state.startsWith("kept: "));
        assert.deepEqual(kept.map(({ kind }) => kind), ["endpoint", "state machine", "function", "role"]);
        for (const { state } of kept) assert.match(state, says);
        await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
        await iam.send(new GetRoleCommand({ RoleName: names.roles.states }));
        await assert.rejects(deleteEndpoint(aws, names.endpoint), says);
      });
      await t.step("without our tag", async () => {
        await lambda.send(
          new UntagResourceCommand({ Resource, TagKeys: ["project", "stage", "made-by"] }),
        );
        const { reports } = await destroy(aws);
        const { state } = reports.find(({ name }) => name === FunctionName)!;
        assert.match(state, /^kept: .* was not made by this project: it has no tag project=scones-unlimited/);
      });
    } finally {
      aws.close();
      await stopBundler();
    }
  });
});

Deno.test("a deployment of an earlier version is taken over, and its roles are removed when nothing uses them", async (t) => {
  await withLocalAws(async ({ endpoint }) => {
    const aws = await connectTo(endpoint);
    const { iam, lambda, sfn, names } = aws;
    try {
      // As the earlier version left it: roles of one name for all regions, nothing else tagged.
      const old = {} as Record<typeof ROLE_KINDS[number], string>;
      for (const kind of ROLE_KINDS) {
        const { Role } = await iam.send(
          new CreateRoleCommand({
            RoleName: OLD_ROLE_NAMES[kind],
            AssumeRolePolicyDocument: JSON.stringify({
              Version: "2012-10-17",
              Statement: [{
                Effect: "Allow",
                Principal: { Service: `${kind}.amazonaws.com` },
                Action: "sts:AssumeRole",
              }],
            }),
            Tags: [{ Key: "project", Value: "scones-unlimited" }],
          }),
        );
        const Statement = [{ Effect: "Allow", Action: "*", Resource: "*" }];
        const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
        await iam.send(
          new PutRolePolicyCommand({ RoleName: OLD_ROLE_NAMES[kind], PolicyName: "scones", PolicyDocument }),
        );
        old[kind] = Role!.Arn!;
      }
      const earlier = { ...aws, settings: { ...aws.settings, roles: old } };
      await deployEndpoint(earlier);
      await deployFunctions(earlier);
      const arns = FUNCTION_KEYS.map((key) =>
        `arn:aws:lambda:us-east-1:${aws.account}:function:${names.functions[key]}`
      );
      const keys = ["project", "stage", "made-by"];
      for (const Resource of arns) await lambda.send(new UntagResourceCommand({ Resource, TagKeys: keys }));
      const resourceArn = stateMachineArn(aws);
      await sfn.send(new UntagMachineCommand({ resourceArn, tagKeys: keys }));

      await t.step("status names the old roles, with the way over", async () => {
        const reports = (await workflowStatus(aws)).filter(({ kind }) => kind === "old role");
        assert.deepEqual(reports.map(({ name }) => name).sort(), Object.values(OLD_ROLE_NAMES).sort());
        assert.match(reports[0]!.state, /destroy --old-names/);
      });
      await t.step("they stay as long as something uses them", async () => {
        const reports: ResourceReport[] = [];
        assert.equal(await removeOldRoles(aws, (report) => reports.push(report)), false);
        const states = Object.fromEntries(reports.map(({ name, state }) => [name, state]));
        assert.match(states["scones-lambda-role"]!, /^kept: the function .* uses it; run "deno task deploy"/);
        assert.match(states["scones-states-role"]!, /^kept: the state machine/);
        assert.match(states["scones-sagemaker-role"]!, /^kept: the endpoint/);
      });
      await t.step("deploy takes functions and machine over", async () => {
        const reports: ResourceReport[] = [];
        await deployWorkflow(aws, (report) => reports.push(report));
        const changes = reports.filter(({ kind }) => kind === "function" || kind === "state machine");
        assert.deepEqual(changes.map(({ state }) => state), Array(5).fill("updated"));
        for (const key of FUNCTION_KEYS) {
          const found = await lambda.send(
            new GetFunctionConfigurationCommand({ FunctionName: names.functions[key] }),
          );
          assert.equal(found.Role, `arn:aws:iam::${aws.account}:role/${names.roles.lambda}`);
        }
        const { tags } = await sfn.send(new ListTagsForResourceCommand({ resourceArn }));
        assert.ok(tags!.some(({ key, value }) => key === "stage" && value === "default"));
      });
      await t.step("then they go", async () => {
        await deployEndpoint(aws);
        assert.equal(await removeOldRoles(aws, () => {}), true);
        assert.deepEqual(await findOldRoles(aws), []);
      });
      await t.step("a role of such a name that this project did not make is left alone", async () => {
        const RoleName = OLD_ROLE_NAMES.lambda;
        const AssumeRolePolicyDocument = JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { AWS: aws.account }, Action: "sts:AssumeRole" }],
        });
        await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
        assert.deepEqual(await findOldRoles(aws), []);
        await iam.send(new DeleteRoleCommand({ RoleName }));
      });
    } finally {
      aws.close();
      await stopBundler();
    }
  });
});
