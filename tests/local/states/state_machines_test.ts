import assert from "node:assert/strict";
import {
  CreateStateMachineCommand,
  type CreateStateMachineCommandInput,
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from "@aws-sdk/client-sfn";
import { ROLE, task, withStates } from "./testing.ts";

const PASS = JSON.stringify({ StartAt: "A", States: { A: { Type: "Pass", End: true } } });
const OTHER = JSON.stringify({ StartAt: "B", States: { B: { Type: "Pass", End: true } } });
const ARN = "arn:aws:states:us-east-1:000000000000:stateMachine:m";
const base: CreateStateMachineCommandInput = { name: "m", definition: PASS, roleArn: ROLE };

Deno.test("a machine is created once, described, updated", () =>
  withStates(async ({ sfn }) => {
    const create = (rest: Partial<CreateStateMachineCommandInput> = {}) =>
      sfn.send(new CreateStateMachineCommand({ ...base, ...rest }));
    const created = await create();
    assert.equal(created.stateMachineArn, ARN);
    const describe = async () => {
      const { $metadata: _, ...rest } = await sfn.send(
        new DescribeStateMachineCommand({ stateMachineArn: ARN }),
      );
      return rest;
    };
    const described = {
      stateMachineArn: ARN,
      name: "m",
      status: "ACTIVE",
      definition: PASS,
      roleArn: ROLE,
      type: "STANDARD",
      creationDate: created.creationDate,
      loggingConfiguration: { level: "OFF", includeExecutionData: false },
      tracingConfiguration: { enabled: false },
    };
    assert.deepEqual(await describe(), described);
    // Creating the same again succeeds, and another role is ignored.
    assert.deepEqual((await create({ roleArn: `${ROLE}2` })).creationDate, created.creationDate);
    assert.deepEqual(await describe(), described);
    const exists = { name: "StateMachineAlreadyExists", message: `State Machine Already Exists: '${ARN}'` };
    await assert.rejects(create({ definition: OTHER }), exists);
    await assert.rejects(create({ type: "EXPRESS" }), exists);

    const update = (rest: object) =>
      sfn.send(new UpdateStateMachineCommand({ stateMachineArn: ARN, ...rest }));
    const first = await update({ definition: OTHER });
    assert.deepEqual(await describe(), { ...described, definition: OTHER, revisionId: first.revisionId });
    assert.equal((await update({ definition: OTHER })).revisionId, first.revisionId);
    assert.notEqual((await update({ definition: PASS })).revisionId, first.revisionId);
    await assert.rejects(update({}), {
      name: "MissingRequiredParameter",
      message: "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration " +
        "must be specified",
    });
    await assert.rejects(update({ definition: "{}" }), {
      name: "InvalidDefinition",
      message: "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: " +
        "[States, StartAt] at /'",
    });
  }));

Deno.test("creations that AWS refuses", () =>
  withStates(async ({ sfn }) => {
    const create = (rest: object) => sfn.send(new CreateStateMachineCommand({ ...base, ...rest }));
    await assert.rejects(create({ name: "a b" }), { name: "InvalidName", message: "Invalid Name: 'a b'" });
    await assert.rejects(create({ name: "x".repeat(81) }), { name: "ValidationException" });
    await assert.rejects(create({ type: "FAST" }), {
      name: "ValidationException",
      message: "1 validation error detected: Value 'FAST' at 'type' failed to satisfy constraint: " +
        "Member must satisfy enum value set: [STANDARD, EXPRESS]",
    });
    await assert.rejects(create({ roleArn: "role" }), { name: "InvalidArn" });
    await assert.rejects(create({}), {
      name: "AccessDeniedException",
      message:
        "Neither the global service principal states.amazonaws.com, nor the regional one is authorized " +
        "to assume the provided role.",
    });
    for (
      const rest of [
        { encryptionConfiguration: { type: "CUSTOMER_MANAGED_KMS_KEY" } },
      ]
    ) {
      await assert.rejects(create(rest), /The local AWS does not support/, JSON.stringify(rest));
    }
  }, { isAssumable: () => false }));

Deno.test("an execution keeps the definition it started with", () =>
  withStates(async (states) => {
    const arn = await states.create(
      { StartAt: "A", States: { A: { Type: "Wait", Seconds: 1, End: true } } },
      "m",
    );
    const executionArn = await states.start(arn);
    await states.sfn.send(new UpdateStateMachineCommand({ stateMachineArn: arn, definition: OTHER }));
    const { definition, name, stateMachineArn } = await states.sfn.send(
      new DescribeStateMachineForExecutionCommand({ executionArn }),
    );
    assert.match(definition!, /"Wait"/);
    assert.deepEqual([name, stateMachineArn], ["m", arn]);
    assert.equal((await states.ended(executionArn)).status, "SUCCEEDED");
    const events = await states.history(executionArn);
    assert.equal(events[1]!.type, "WaitStateEntered");
    const next = await states.start(arn);
    await states.ended(next);
    assert.equal((await states.history(next))[1]!.type, "PassStateEntered");
  }));

Deno.test("machines are listed by name, in pages", () =>
  withStates(async ({ sfn }) => {
    for (const name of ["c", "a", "b"]) await sfn.send(new CreateStateMachineCommand({ ...base, name }));
    const first = await sfn.send(new ListStateMachinesCommand({ maxResults: 2 }));
    assert.deepEqual(first.stateMachines!.map(({ name }) => name), ["a", "b"]);
    const second = await sfn.send(
      new ListStateMachinesCommand({ maxResults: 2, nextToken: first.nextToken }),
    );
    assert.deepEqual(second.stateMachines!.map(({ name }) => name), ["c"]);
    assert.equal(second.nextToken, undefined);
  }));

Deno.test("a deleted machine is DELETING until its executions have ended at their next state", () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return withStates(async (states) => {
    const { sfn } = states;
    const arn = await states.create({
      StartAt: "A",
      States: { A: task({ Next: "B" }), B: { Type: "Pass", End: true } },
    });
    const executionArn = await states.start(arn);
    while (states.invocations.length === 0) await new Promise((done) => setTimeout(done, 5));
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn: arn }));
    const describe = () => sfn.send(new DescribeStateMachineCommand({ stateMachineArn: arn }));
    assert.equal((await describe()).status, "DELETING");
    await assert.rejects(states.start(arn), { name: "StateMachineDeleting" });
    resolve();
    assert.equal((await states.ended(executionArn)).status, "ABORTED");
    await assert.rejects(describe(), {
      name: "StateMachineDoesNotExist",
      message: `State Machine Does Not Exist: '${arn}'`,
    });
    // As on AWS, deleting a missing machine succeeds.
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn: arn }));
  }, { handler: () => promise });
});

Deno.test("tags", () =>
  withStates(async ({ sfn }) => {
    await sfn.send(new CreateStateMachineCommand({ ...base, tags: [{ key: "a", value: "1" }] }));
    await sfn.send(
      new TagResourceCommand({
        resourceArn: ARN,
        tags: [{ key: "b", value: "2" }, { key: "a", value: "3" }],
      }),
    );
    const tags = async () => (await sfn.send(new ListTagsForResourceCommand({ resourceArn: ARN }))).tags;
    assert.deepEqual(await tags(), [{ key: "a", value: "3" }, { key: "b", value: "2" }]);
    await sfn.send(new UntagResourceCommand({ resourceArn: ARN, tagKeys: ["a", "unknown"] }));
    assert.deepEqual(await tags(), [{ key: "b", value: "2" }]);
    const many = Array.from({ length: 50 }, (_, n) => ({ key: `k${n}`, value: "" }));
    await assert.rejects(sfn.send(new TagResourceCommand({ resourceArn: ARN, tags: many })), {
      name: "TooManyTags",
    });
    await assert.rejects(sfn.send(new ListTagsForResourceCommand({ resourceArn: `${ARN}:1` })), {
      name: "ResourceNotFound",
      message: `Resource not found: '${ARN}:1'`,
    });
  }));

Deno.test("ValidateStateMachineDefinition", () =>
  withStates(async ({ sfn }) => {
    const validate = async (definition: string, maxResults?: number) => {
      const { $metadata: _, ...rest } = await sfn.send(
        new ValidateStateMachineDefinitionCommand({ definition, maxResults }),
      );
      return rest;
    };
    assert.deepEqual(await validate(PASS), { result: "OK", diagnostics: [], truncated: false });
    const two = { StartAt: "X", States: { A: { Type: "Pass", End: true } } };
    assert.deepEqual(await validate(JSON.stringify(two), 1), {
      result: "FAIL",
      diagnostics: [{
        severity: "ERROR",
        code: "MISSING_TRANSITION_TARGET",
        message: "Missing 'StartAt' target: X",
        location: "/StartAt",
      }],
      truncated: true,
    });
  }));

Deno.test("an unknown operation is refused by name", () =>
  withStates(async ({ endpoint }) => {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { "x-amz-target": "AWSStepFunctions.DescribeEverything" },
      body: "{}",
    });
    assert.equal(response.status, 400);
    assert.match((await response.json()).message, /does not support the operation/);
  }));

Deno.test("passing a role needs iam:PassRole; a malformed ARN is reported last", () => {
  let mayPass = false;
  return withStates(async ({ sfn }) => {
    const create = (rest: object) => sfn.send(new CreateStateMachineCommand({ ...base, ...rest }));
    await assert.rejects(create({}), { name: "AccessDeniedException", message: /iam:PassRole on resource/ });
    await assert.rejects(create({ roleArn: "role", definition: "{}" }), { name: "InvalidDefinition" });
    await assert.rejects(create({ roleArn: "role" }), {
      name: "InvalidArn",
      message: "Invalid Role Arn: 'role'",
    });
    mayPass = true;
    await create({});
    const update = (roleArn: string) =>
      sfn.send(new UpdateStateMachineCommand({ stateMachineArn: ARN, roleArn }));
    await assert.rejects(update("role"), { name: "InvalidArn" });
    mayPass = false;
    await assert.rejects(update(ROLE), { name: "AccessDeniedException" });
    await sfn.send(new UpdateStateMachineCommand({ stateMachineArn: ARN, definition: OTHER }));
  }, { allows: (_principal, action) => action !== "iam:PassRole" || mayPass });
});
