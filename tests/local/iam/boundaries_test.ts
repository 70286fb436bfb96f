/** Permissions boundaries, and what tags and boundaries ask for at creation. */
import assert from "node:assert/strict";
import {
  CreatePolicyCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeleteRolePermissionsBoundaryCommand,
  GetPolicyCommand,
  GetRoleCommand,
  IAMClient,
  ListRolesCommand,
  PutRolePermissionsBoundaryCommand,
  TagRoleCommand,
} from "@aws-sdk/client-iam";
import { CreateQueueCommand, ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { Dispatcher } from "../../../lib/local/dispatcher.ts";
import { type TestAws, withLocalAws, withServices } from "../testing.ts";
import { allowing, asRole, refusal, trusting } from "./testing.ts";

const ACCOUNT = "000000000000";
const TRUST = trusting("lambda.amazonaws.com");

async function withIam(body: (iam: IAMClient, aws: TestAws) => Promise<void>): Promise<void> {
  await withLocalAws(async (aws) => {
    const iam = new IAMClient(aws.client);
    try {
      await body(iam, aws);
    } finally {
      iam.destroy();
    }
  });
}

async function makePolicy(iam: IAMClient, PolicyName: string, PolicyDocument: string): Promise<string> {
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
  return Policy!.Arn!;
}

Deno.test("a role may do what its policies and its boundary allow", () =>
  withIam(async (iam, aws) => {
    const { credentials } = await asRole(aws, "bounded", allowing("sqs:*"));
    const sqs = new SQSClient({ ...aws.client, credentials });
    const list = () => sqs.send(new ListQueuesCommand({}));
    const create = () => sqs.send(new CreateQueueCommand({ QueueName: "q" }));
    const RoleName = "bounded";
    const bound = (PermissionsBoundary: string) =>
      iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }));
    const arn = await makePolicy(iam, "lists", allowing("sqs:ListQueues", "s3:*"));
    await bound(arn);
    await list();
    await assert.rejects(create(), {
      message: /because no permissions boundary allows the sqs:createqueue action$/i,
    });
    const deny = JSON.parse(allowing("sqs:*"));
    deny.Statement.push({ Effect: "Deny", Action: "sqs:ListQueues", Resource: "*" });
    await bound(await makePolicy(iam, "denies", JSON.stringify(deny)));
    await assert.rejects(list(), { message: /with an explicit deny in a permissions boundary$/ });
    await create();
    await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
    await list();
    const none = refusal(iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName })));
    assert.deepEqual(await none, ["NoSuchEntityException", 404]);
    sqs.destroy();
  }));

Deno.test("a boundary is kept, shown by GetRole and counted, and must exist", () =>
  withIam(async (iam) => {
    const arn = await makePolicy(iam, "limits", allowing("sqs:*"));
    const create = (RoleName: string, PermissionsBoundary: string) =>
      iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST, PermissionsBoundary }));
    const { Role: created } = await create("r", arn);
    const shown = { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: arn };
    assert.deepEqual(created!.PermissionsBoundary, shown);
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: "r" }));
    assert.deepEqual(Role!.PermissionsBoundary, shown);
    const { Roles } = await iam.send(new ListRolesCommand({}));
    assert.equal(Roles!.find(({ RoleName }) => RoleName === "r")!.PermissionsBoundary, undefined);
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: arn }));
    assert.deepEqual([Policy!.AttachmentCount, Policy!.PermissionsBoundaryUsageCount], [0, 1]);
    const used = await refusal(iam.send(new DeletePolicyCommand({ PolicyArn: arn })));
    assert.deepEqual(used, ["DeleteConflictException", 409]);
    await assert.rejects(create("other", `${arn}-none`), {
      name: "NoSuchEntityException",
      message: `Scope ARN: ${arn}-none does not exist or is not attachable.`,
    });
  }));

Deno.test("who creates roles may be bound to a boundary", () =>
  withIam(async (iam, aws) => {
    const arn = await makePolicy(iam, "limits", allowing("sqs:*"));
    const policy = JSON.parse(allowing("iam:CreateRole"));
    policy.Statement[0].Condition = { StringEquals: { "iam:PermissionsBoundary": arn } };
    const client = new IAMClient(await asRole(aws, "delegate", JSON.stringify(policy)));
    const create = (RoleName: string, PermissionsBoundary?: string) =>
      refusal(
        client.send(
          new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST, PermissionsBoundary }),
        ),
      );
    assert.deepEqual(await create("free"), ["AccessDenied", 403]);
    assert.equal(await create("bound", arn), undefined);
    client.destroy();
  }));

Deno.test("a policy's description is in GetPolicy's answer alone, and tag keys are unique", () =>
  withIam(async (iam) => {
    const document = { PolicyDocument: allowing("sqs:*"), Description: "for queues" };
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: "p", ...document }));
    assert.equal(Policy!.Description, undefined);
    const { Policy: got } = await iam.send(new GetPolicyCommand({ PolicyArn: Policy!.Arn }));
    assert.equal(got!.Description, "for queues");
    const Tags = [{ Key: "stage", Value: "a" }, { Key: "Stage", Value: "b" }];
    const role = { RoleName: "r", AssumeRolePolicyDocument: TRUST };
    await iam.send(new CreateRoleCommand(role));
    for (
      const twice of [
        iam.send(new CreateRoleCommand({ ...role, RoleName: "tagged", Tags })),
        iam.send(new CreatePolicyCommand({ PolicyName: "tagged", ...document, Tags })),
        iam.send(new TagRoleCommand({ RoleName: "r", Tags })),
      ]
    ) {
      await assert.rejects(twice, {
        name: "InvalidInputException",
        message: "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
      });
    }
  }));

/** What each operation with tags asks for besides its own permission, and an input that gets so far. */
const TAGGING: Readonly<Record<string, [permission: string, input: object]>> = {
  "iam CreateRole": ["iam:TagRole", { RoleName: "r", AssumeRolePolicyDocument: TRUST }],
  "iam CreatePolicy": ["iam:TagPolicy", { PolicyName: "p", PolicyDocument: allowing("sqs:*") }],
  "lambda CreateFunction": ["lambda:TagResource", {
    FunctionName: "f",
    Role: `arn:aws:iam::${ACCOUNT}:role/r`,
    Code: {},
  }],
  "states CreateStateMachine": ["states:TagResource", {
    name: "m",
    roleArn: `arn:aws:iam::${ACCOUNT}:role/r`,
    definition: "{}",
  }],
  "states CreateActivity": ["states:TagResource", { name: "a" }],
  "sagemaker CreateModel": ["sagemaker:AddTags", { ModelName: "m" }],
  "sagemaker CreateEndpointConfig": ["sagemaker:AddTags", {
    EndpointConfigName: "c",
    ProductionVariants: [{ VariantName: "v", ModelName: "m" }],
  }],
  "sagemaker CreateEndpoint": ["sagemaker:AddTags", { EndpointName: "e", EndpointConfigName: "c" }],
  "sagemaker CreateTrainingJob": ["sagemaker:AddTags", {
    TrainingJobName: "j",
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/r`,
    AlgorithmSpecification: { TrainingInputMode: "File" },
    OutputDataConfig: { S3OutputPath: "s3://b/k" },
    ResourceConfig: { InstanceType: "ml.g4dn.xlarge", InstanceCount: 1, VolumeSizeInGB: 1 },
    StoppingCondition: {},
  }],
  "logs CreateLogGroup": ["logs:TagResource", { logGroupName: "g" }],
  "monitoring PutMetricAlarm": ["cloudwatch:TagResource", {
    AlarmName: "a",
    ComparisonOperator: "GreaterThanThreshold",
    EvaluationPeriods: 1,
  }],
  "sqs CreateQueue": ["sqs:TagQueue", { QueueName: "q" }],
  "sns CreateTopic": ["sns:TagResource", { Name: "t" }],
};

Deno.test("tags at creation need the permission to tag", () =>
  withServices((services) => {
    const checked = new Set<string>();
    for (const service of services) {
      for (const [name, operation] of service.operations) {
        const { members = {} } = operation.input as { members?: Record<string, { members?: unknown }> };
        const member = ["Tags", "tags"].find((tags) => tags in members);
        const key = `${service.name} ${name}`;
        const expected = TAGGING[key];
        if (!member || !expected) continue;
        checked.add(key);
        const asked: string[] = [];
        const dispatcher = new Dispatcher(() => ({
          account: ACCOUNT,
          decide(principal, { action, resource }) {
            asked.push(action);
            return action === expected[0] ? { principal, action, resource } : undefined;
          },
        }));
        const isList = (members[member] as { kind?: string }).kind === "list";
        const pair = /^states/.test(key) ? { key: "stage", value: "dev" } : { Key: "stage", Value: "dev" };
        const input = { ...expected[1], [member]: isList ? [pair] : { stage: "dev" } };
        const caller = { principal: { arn: "someone" }, region: "us-east-1" };
        assert.throws(() => dispatcher.run(service, operation, input, caller), {
          message: new RegExp(`not authorized to perform: ${expected[0]} on resource: .*`, "i"),
        }, key);
        assert.deepEqual(asked.slice(-1), [expected[0]], key);
      }
    }
    assert.deepEqual([...checked].sort(), Object.keys(TAGGING).sort());
  }));
