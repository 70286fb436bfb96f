/** Versions and aliases of state machines; the errors follow recordings of AWS. */
import assert from "node:assert/strict";
import {
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  DeleteStateMachineAliasCommand,
  DeleteStateMachineVersionCommand,
  DescribeExecutionCommand,
  DescribeStateMachineAliasCommand,
  DescribeStateMachineCommand,
  ListExecutionsCommand,
  ListStateMachineAliasesCommand,
  ListStateMachineVersionsCommand,
  PublishStateMachineVersionCommand,
  UpdateStateMachineAliasCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { ROLE, withStates } from "./testing.ts";

const pass = (Result: number) =>
  JSON.stringify({ StartAt: "P", States: { P: { Type: "Pass", Result, End: true } } });

Deno.test("versions keep a machine's revision; executions start on them", () =>
  withStates(async ({ sfn }) => {
    const created = await sfn.send(
      new CreateStateMachineCommand({
        name: "m",
        definition: pass(1),
        roleArn: ROLE,
        publish: true,
        versionDescription: "the first",
      }),
    );
    const { stateMachineArn } = created;
    assert.equal(created.stateMachineVersionArn, `${stateMachineArn}:1`);
    const updated = await sfn.send(
      new UpdateStateMachineCommand({ stateMachineArn, definition: pass(2), publish: true }),
    );
    assert.equal(updated.stateMachineVersionArn, `${stateMachineArn}:2`);
    const again = await sfn.send(new PublishStateMachineVersionCommand({ stateMachineArn }));
    assert.equal(again.stateMachineVersionArn, `${stateMachineArn}:2`);
    const first = await sfn.send(
      new DescribeStateMachineCommand({ stateMachineArn: `${stateMachineArn}:1` }),
    );
    assert.deepEqual([first.definition, first.description, first.stateMachineArn], [
      pass(1),
      "the first",
      `${stateMachineArn}:1`,
    ]);
    const listed = await sfn.send(new ListStateMachineVersionsCommand({ stateMachineArn }));
    assert.deepEqual(listed.stateMachineVersions!.map((one) => one.stateMachineVersionArn), [
      `${stateMachineArn}:2`,
      `${stateMachineArn}:1`,
    ]);
    const conflict = new PublishStateMachineVersionCommand({ stateMachineArn, revisionId: "other" });
    await assert.rejects(sfn.send(conflict), {
      name: "ConflictException",
      message:
        "Failed to publish the State Machine version for revision other. The current State Machine revision is " +
        `${updated.revisionId}.`,
    });
    await assert.rejects(
      sfn.send(
        new CreateStateMachineCommand({
          name: "n",
          definition: pass(1),
          roleArn: ROLE,
          versionDescription: "x",
        }),
      ),
      { name: "ValidationException", message: "Version description can only be set when publish is true" },
    );
    await sfn.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn: `${stateMachineArn}:2` }));
    await assert.rejects(
      sfn.send(new DescribeStateMachineCommand({ stateMachineArn: `${stateMachineArn}:2` })),
      { name: "StateMachineDoesNotExist", message: `State Machine Does Not Exist: '${stateMachineArn}:2'` },
    );
    await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: pass(3) }));
    const third = await sfn.send(new PublishStateMachineVersionCommand({ stateMachineArn }));
    assert.equal(third.stateMachineVersionArn, `${stateMachineArn}:3`);
  }));

Deno.test("an alias routes executions to its versions", () =>
  withStates(async (states) => {
    const { sfn } = states;
    const stateMachineArn = await states.create(JSON.parse(pass(1)), "m");
    const publish = async () =>
      (await sfn.send(new PublishStateMachineVersionCommand({ stateMachineArn }))).stateMachineVersionArn!;
    const one = await publish();
    await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: pass(2) }));
    const two = await publish();
    const route = (stateMachineVersionArn: string, weight: number) => ({ stateMachineVersionArn, weight });
    const create = (name: string, routingConfiguration: ReturnType<typeof route>[], description?: string) =>
      sfn.send(new CreateStateMachineAliasCommand({ name, routingConfiguration, description }));

    const { stateMachineAliasArn } = await create("live", [route(one, 100)]);
    assert.equal(stateMachineAliasArn, `${stateMachineArn}:live`);
    assert.equal((await create("live", [route(one, 100)])).stateMachineAliasArn, stateMachineAliasArn);
    const refusals: [name: string, routes: ReturnType<typeof route>[], error: string, message: string][] = [
      [
        "live",
        [route(two, 100)],
        "ConflictException",
        "Failed to create alias because an alias with the same name and a different routing configuration already exists.",
      ],
      [
        "a",
        [route(stateMachineArn, 100)],
        "ValidationException",
        `Routing configuration must contain state machine version ARNs. Received: [${stateMachineArn}]`,
      ],
      [
        "a",
        [route(one, 50), route(one, 50)],
        "ValidationException",
        `Routing configuration must contain distinct state machine version ARNs. Received: [${one}, ${one}]`,
      ],
      [
        "a",
        [route(one, 70), route(two, 29)],
        "ValidationException",
        "Sum of routing configuration weights must equal 100. Received: [70, 29]",
      ],
    ];
    for (const [name, routes, error, message] of refusals) {
      await assert.rejects(create(name, routes), { name: error, message });
    }
    await assert.rejects(create("123", [route(one, 100)]), /Member must satisfy regular expression pattern/);

    const execution = await states.start(stateMachineAliasArn!);
    const ended = await states.ended(execution);
    assert.deepEqual([ended.output, ended.stateMachineArn], ["1", stateMachineArn]);
    const described = await sfn.send(new DescribeExecutionCommand({ executionArn: execution }));
    assert.deepEqual([described.stateMachineAliasArn, described.stateMachineVersionArn], [
      stateMachineAliasArn,
      one,
    ]);
    await states.ended(await states.start(two));
    const list = async (arn: string) =>
      (await sfn.send(new ListExecutionsCommand({ stateMachineArn: arn }))).executions!.length;
    assert.deepEqual([await list(stateMachineArn), await list(stateMachineAliasArn!), await list(two)], [
      2,
      1,
      1,
    ]);

    await sfn.send(
      new UpdateStateMachineAliasCommand({
        stateMachineAliasArn,
        routingConfiguration: [route(one, 0), route(two, 100)],
      }),
    );
    assert.equal((await states.ended(await states.start(stateMachineAliasArn!))).output, "2");
    const alias = await sfn.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn }));
    assert.deepEqual([alias.name, alias.routingConfiguration], ["live", [route(one, 0), route(two, 100)]]);
    await assert.rejects(sfn.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn: two })), {
      name: "ConflictException",
      message:
        "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this " +
        "version: [live]",
    });
    const aliases = await sfn.send(new ListStateMachineAliasesCommand({ stateMachineArn }));
    assert.deepEqual(aliases.stateMachineAliases!.map((one) => one.stateMachineAliasArn), [
      stateMachineAliasArn,
    ]);
    await sfn.send(new DeleteStateMachineAliasCommand({ stateMachineAliasArn }));
    await assert.rejects(sfn.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn })), {
      name: "ResourceNotFound",
    });
  }));
