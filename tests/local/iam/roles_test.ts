/** IAM's roles and policies against the real client. */
import assert from "node:assert/strict";
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListPoliciesCommand,
  ListRolePoliciesCommand,
  ListRoleTagsCommand,
  paginateListRoles,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { withLocalAws } from "../testing.ts";
import { allowing, refusal, trusting } from "./testing.ts";

const RoleName = "scones-lambda";
const AssumeRolePolicyDocument = trusting("lambda.amazonaws.com");
const basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";

const withRole = (body: (iam: IAMClient) => Promise<void>) =>
  withLocalAws(async (aws) => {
    const iam = new IAMClient(aws.client);
    await iam.send(
      new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, Tags: [{ Key: "a", Value: "1" }] }),
    );
    await body(iam);
    iam.destroy();
  });

Deno.test("a role is returned as it was created and updated", () =>
  withRole(async (iam) => {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    assert.equal(Role?.Arn, `arn:aws:iam::000000000000:role/${RoleName}`);
    assert.match(Role?.RoleId ?? "", /^AROA[A-Z2-7]{17}$/);
    assert.equal(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""), AssumeRolePolicyDocument);
    assert.notEqual(Role?.AssumeRolePolicyDocument, AssumeRolePolicyDocument);
    assert.deepEqual([Role?.Path, Role?.MaxSessionDuration, Role?.Tags], ["/", 3600, [{
      Key: "a",
      Value: "1",
    }]]);
    assert.ok(Role?.CreateDate instanceof Date);

    const PolicyDocument = trusting("states.amazonaws.com");
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
    await iam.send(new UpdateRoleCommand({ RoleName, Description: "d", MaxSessionDuration: 7200 }));
    await iam.send(
      new TagRoleCommand({ RoleName, Tags: [{ Key: "a", Value: "2" }, { Key: "b", Value: "" }] }),
    );
    await iam.send(new UntagRoleCommand({ RoleName, TagKeys: ["b"] }));
    const changed = (await iam.send(new GetRoleCommand({ RoleName: RoleName.toUpperCase() }))).Role;
    assert.equal(decodeURIComponent(changed?.AssumeRolePolicyDocument ?? ""), PolicyDocument);
    assert.deepEqual([changed?.Description, changed?.MaxSessionDuration], ["d", 7200]);
    const { Tags } = await iam.send(new ListRoleTagsCommand({ RoleName }));
    assert.deepEqual(Tags, [{ Key: "a", Value: "2" }]);
  }));

Deno.test("invalid input is refused before anything is looked up", () =>
  withRole(async (iam) => {
    const invalid = ["ValidationError", 400];
    const tagged = (Key: string, Value = "") =>
      refusal(iam.send(new TagRoleCommand({ RoleName: "nobody", Tags: [{ Key, Value }] })));
    assert.deepEqual(await tagged("a!"), invalid);
    assert.deepEqual(await tagged("a", "\t"), invalid);
    assert.deepEqual((await tagged("ü _.:/=+-@", "ü"))?.[1], 404);
    const again = { RoleName, AssumeRolePolicyDocument, MaxSessionDuration: 3599 };
    assert.deepEqual(await refusal(iam.send(new CreateRoleCommand(again))), invalid);
    const unknown = { RoleName: "nobody", MaxSessionDuration: 43201 };
    assert.deepEqual(await refusal(iam.send(new UpdateRoleCommand(unknown))), invalid);
  }));

Deno.test("roles are listed in pages and by path", () =>
  withRole(async (iam) => {
    for (const name of ["a", "b", "c"]) {
      const create = new CreateRoleCommand({ RoleName: name, Path: "/scones/", AssumeRolePolicyDocument });
      // Only GetRole returns it.
      assert.equal((await iam.send(create)).Role?.MaxSessionDuration, undefined);
    }
    const names = async (PathPrefix?: string) => {
      const found: (string | undefined)[] = [];
      for await (const { Roles } of paginateListRoles({ client: iam, pageSize: 2 }, { PathPrefix })) {
        found.push(...(Roles ?? []).map((role) => role.RoleName));
      }
      return found;
    };
    assert.deepEqual(await names(), ["a", "b", "c", RoleName]);
    assert.deepEqual(await names("/scones/"), ["a", "b", "c"]);
    assert.deepEqual(await names("/none/"), []);
  }));

Deno.test("inline policies are put, read and deleted", () =>
  withRole(async (iam) => {
    const PolicyDocument = allowing("s3:GetObject");
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "read", PolicyDocument }));
    const policy = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: "read" }));
    assert.equal(decodeURIComponent(policy.PolicyDocument ?? ""), PolicyDocument);
    const list = async () => (await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames;
    assert.deepEqual(await list(), ["read"]);
    assert.deepEqual(await refusal(iam.send(new DeleteRoleCommand({ RoleName }))), [
      "DeleteConflictException",
      409,
    ]);
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: "read" }));
    assert.deepEqual(await list(), []);
    assert.deepEqual(
      await refusal(iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: "read" }))),
      ["NoSuchEntityException", 404],
    );
    await iam.send(new DeleteRoleCommand({ RoleName }));
    assert.deepEqual(await refusal(iam.send(new GetRoleCommand({ RoleName }))), [
      "NoSuchEntityException",
      404,
    ]);
  }));

Deno.test("managed policies, ours and AWS's, are attached and detached", () =>
  withRole(async (iam) => {
    const PolicyDocument = allowing("s3:GetObject");
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: "mine", PolicyDocument }));
    const PolicyArn = Policy!.Arn!;
    for (const arn of [basic, PolicyArn, PolicyArn]) {
      await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: arn }));
    }
    const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    assert.deepEqual(AttachedPolicies, [
      { PolicyArn, PolicyName: "mine" },
      { PolicyArn: basic, PolicyName: "AWSLambdaBasicExecutionRole" },
    ]);
    assert.equal((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.AttachmentCount, 1);
    const version = await iam.send(new GetPolicyVersionCommand({ PolicyArn: basic, VersionId: "v1" }));
    assert.match(decodeURIComponent(version.PolicyVersion?.Document ?? ""), /logs:PutLogEvents/);
    const local = await iam.send(new ListPoliciesCommand({ Scope: "Local" }));
    assert.deepEqual(local.Policies?.map(({ Arn }) => Arn), [PolicyArn]);
    assert.deepEqual(await refusal(iam.send(new DeletePolicyCommand({ PolicyArn }))), [
      "DeleteConflictException",
      409,
    ]);
    for (const arn of [basic, PolicyArn]) {
      await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: arn }));
    }
    await iam.send(new DeletePolicyCommand({ PolicyArn }));
    const unknown = new AttachRolePolicyCommand({
      RoleName,
      PolicyArn: "arn:aws:iam::aws:policy/NoSuchPolicy",
    });
    assert.deepEqual(await refusal(iam.send(unknown)), ["NoSuchEntityException", 404]);
    const noArn = new AttachRolePolicyCommand({ RoleName, PolicyArn: "AWSLambdaBasicExecutionRole" });
    await assert.rejects(iam.send(noArn), {
      name: "InvalidInputException",
      message: "ARN AWSLambdaBasicExecutionRole is not valid.",
    });
  }));

Deno.test("IAM's errors have its codes", () =>
  withRole(async (iam) => {
    const create = (name: string, document: string) =>
      refusal(iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: document })));
    assert.deepEqual(await create(RoleName.toUpperCase(), AssumeRolePolicyDocument), [
      "EntityAlreadyExistsException",
      409,
    ]);
    assert.deepEqual(await create("a", "{"), ["MalformedPolicyDocumentException", 400]);
    assert.deepEqual(await create("a b", AssumeRolePolicyDocument), ["ValidationError", 400]);
    assert.deepEqual(
      await create("a", AssumeRolePolicyDocument.replace("}", `${" ".repeat(2048)}}`)),
      undefined,
    );
    const long = trusting(...Array.from({ length: 80 }, (_, index) => `service-${index}-long.amazonaws.com`));
    assert.deepEqual(await create("b", long), ["LimitExceededException", 409]);
    const put = new PutRolePolicyCommand({
      RoleName,
      PolicyName: "large",
      PolicyDocument: allowing(...Array.from({ length: 900 }, () => "s3:GetObject")),
    });
    assert.deepEqual(await refusal(iam.send(put)), ["LimitExceededException", 409]);
    assert.deepEqual(await refusal(iam.send(new CreateUserCommand({ UserName: "u" }))), [
      "InvalidAction",
      400,
    ]);
    await assert.rejects(iam.send(new CreateUserCommand({ UserName: "u" })), /does not support.*CreateUser/);
    await assert.rejects(
      iam.send(new GetRoleCommand({ RoleName: "x".repeat(65) })),
      /1 validation error detected: Value 'x+' at 'roleName' failed to satisfy constraint: Member must have length less/,
    );
  }));
