/** IAM's policy simulator against the real client. */
import assert from "node:assert/strict";
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
  SimulateCustomPolicyCommand,
  SimulatePrincipalPolicyCommand,
  type SimulatePrincipalPolicyCommandInput,
} from "@aws-sdk/client-iam";
import { type TestAws, withLocalAws } from "../testing.ts";
import { allowing, asRole, makeRole, refusal, trusting } from "./testing.ts";

const BUCKET = "arn:aws:s3:::scones";
const POLICY = `{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "Action": "s3:*", "Resource": "${BUCKET}/*" },
    { "Effect": "Deny", "Action": "s3:Delete*", "Resource": "*" },
    { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "${BUCKET}",
      "Condition": { "StringEquals": { "s3:prefix": "a{}" } } }
  ]
}`;

async function withRole(
  body: (
    simulate: (input: Partial<SimulatePrincipalPolicyCommandInput>) => Promise<string[]>,
    parts: { iam: IAMClient; aws: TestAws; PolicySourceArn: string },
  ) => Promise<void>,
): Promise<void> {
  await withLocalAws(async (aws) => {
    const iam = new IAMClient(aws.client);
    const PolicySourceArn = await makeRole(aws, "reader", trusting("lambda.amazonaws.com"), POLICY);
    const simulate = async (input: Partial<SimulatePrincipalPolicyCommandInput>) => {
      const command = new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames: [], ...input });
      return (await iam.send(command)).EvaluationResults!.map(({ EvalDecision }) => EvalDecision!);
    };
    try {
      await body(simulate, { iam, aws, PolicySourceArn });
    } finally {
      iam.destroy();
    }
  });
}

Deno.test("the simulator decides as a request would, for every action on every resource", () =>
  withRole(async (simulate, { iam, PolicySourceArn }) => {
    const { EvaluationResults, IsTruncated } = await iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn,
        ActionNames: ["s3:GetObject", "s3:DeleteObject"],
        ResourceArns: [`${BUCKET}/k`, "arn:aws:s3:::other/k"],
      }),
    );
    assert.equal(IsTruncated, false);
    const shown = EvaluationResults!.map((
      { EvalActionName, EvalResourceName, EvalDecision },
    ) => [EvalActionName, EvalResourceName, EvalDecision]);
    assert.deepEqual(shown, [
      ["s3:GetObject", `${BUCKET}/k`, "allowed"],
      ["s3:GetObject", "arn:aws:s3:::other/k", "implicitDeny"],
      ["s3:DeleteObject", `${BUCKET}/k`, "explicitDeny"],
      ["s3:DeleteObject", "arn:aws:s3:::other/k", "explicitDeny"],
    ]);
    const source = { SourcePolicyId: "role_reader_policy", SourcePolicyType: "IAM Policy" };
    const at = (Line: number, Column: number) => ({ Line, Column });
    const lines = POLICY.split("\n");
    assert.deepEqual(EvaluationResults!.map(({ MatchedStatements }) => MatchedStatements), [
      [{ ...source, StartPosition: at(3, lines[2]!.length + 1), EndPosition: at(4, lines[3]!.length) }],
      [],
      [{ ...source, StartPosition: at(4, lines[3]!.length + 1), EndPosition: at(5, lines[4]!.length) }],
      [{ ...source, StartPosition: at(4, lines[3]!.length + 1), EndPosition: at(5, lines[4]!.length) }],
    ]);
    assert.deepEqual(await simulate({ ActionNames: ["s3:GetObject"] }), ["implicitDeny"], "on all resources");
    const pages = await iam.send(
      new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames: ["s3:A1", "s3:A2"], MaxItems: 1 }),
    );
    assert.deepEqual([pages.EvaluationResults!.length, pages.IsTruncated], [1, true]);
  }));

Deno.test("conditions see the given context, and what is not given is named", () =>
  withRole(async (simulate, { iam, PolicySourceArn }) => {
    const list = { ActionNames: ["s3:ListBucket"], ResourceArns: [BUCKET] };
    const { EvaluationResults: [result] = [] } = await iam.send(
      new SimulatePrincipalPolicyCommand({ PolicySourceArn, ...list }),
    );
    assert.deepEqual([result!.EvalDecision, result!.MissingContextValues], ["implicitDeny", ["s3:prefix"]]);
    const ContextEntries = [
      { ContextKeyName: "s3:prefix", ContextKeyValues: ["a{}"], ContextKeyType: "string" as const },
    ];
    assert.deepEqual(await simulate({ ...list, ContextEntries }), ["allowed"]);
  }));

Deno.test("attached policies, given ones and boundaries count", () =>
  withRole(async (simulate, { iam, PolicySourceArn }) => {
    const asked = { ActionNames: ["sqs:ListQueues", "sns:ListTopics"] };
    assert.deepEqual(await simulate(asked), ["implicitDeny", "implicitDeny"]);
    const policy = async (PolicyName: string, ...actions: string[]) => {
      const command = new CreatePolicyCommand({ PolicyName, PolicyDocument: allowing(...actions) });
      return (await iam.send(command)).Policy!.Arn!;
    };
    const RoleName = "reader";
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: await policy("queues", "sqs:*") }));
    const PolicyInputList = [allowing("sns:*")];
    assert.deepEqual(await simulate({ ...asked, PolicyInputList }), ["allowed", "allowed"]);
    const PermissionsBoundary = await policy("bound", "sns:*");
    await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }));
    const { EvaluationResults } = await iam.send(
      new SimulatePrincipalPolicyCommand({ PolicySourceArn, ...asked, PolicyInputList }),
    );
    assert.deepEqual(
      EvaluationResults!.map((
        { EvalDecision, PermissionsBoundaryDecisionDetail: detail },
      ) => [EvalDecision, detail!.AllowedByPermissionsBoundary]),
      [["implicitDeny", false], ["allowed", true]],
    );
  }));

Deno.test("documents can be simulated without a role, and malformed ones are refused", () =>
  withRole(async (_simulate, { iam }) => {
    const custom = (document: string) =>
      iam.send(
        new SimulateCustomPolicyCommand({ PolicyInputList: [document], ActionNames: ["sqs:ListQueues"] }),
      );
    const { EvaluationResults: [result] = [] } = await custom(allowing("sqs:*"));
    assert.deepEqual(result!.MatchedStatements![0]!.StartPosition, { Line: 1, Column: 38 });
    assert.equal(result!.EvalDecision, "allowed");
    assert.equal(result!.MatchedStatements![0]!.SourcePolicyId, "PolicyInputList.1");
    assert.deepEqual(await refusal(custom("{")), ["MalformedPolicyDocumentException", 400]);
  }));

Deno.test("who simulates needs the permission, and an entity that exists", () =>
  withRole(async (_simulate, { iam, aws, PolicySourceArn }) => {
    const simulate = (client: IAMClient, arn: string) =>
      refusal(
        client.send(
          new SimulatePrincipalPolicyCommand({ PolicySourceArn: arn, ActionNames: ["s3:GetObject"] }),
        ),
      );
    const nobody = new IAMClient(await asRole(aws, "nobody"));
    assert.deepEqual(await simulate(nobody, PolicySourceArn), ["AccessDenied", 403]);
    nobody.destroy();
    assert.deepEqual(await simulate(iam, `${PolicySourceArn}2`), ["NoSuchEntityException", 404]);
    assert.deepEqual(await simulate(iam, "arn:aws:iam::000000000000:root"), ["InvalidInputException", 400]);
  }));
