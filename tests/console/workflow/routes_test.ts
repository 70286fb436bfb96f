import assert from "node:assert/strict";
import { join } from "node:path";
import { CreateStateMachineCommand } from "@aws-sdk/client-sfn";
import type { Diagnostic } from "../../../lib/console/routes/workflow_checks.ts";
import type { Openable } from "../../../lib/console/routes/workflow_files.ts";
import type { Resources } from "../../../lib/console/routes/workflow_resources.ts";
import { placeholderValues, withPlaceholders, withValues } from "../../../lib/workflow/definition_files.ts";
import { ensureRole } from "../../../lib/workflow/roles.ts";
import { describe } from "../../../lib/workflow/state_machine.ts";
import { type TestConsole, withConsole } from "../testing.ts";
import { chain } from "./document/testing.ts";

const TEXT = JSON.stringify(chain("A", "B"));

async function send(console: TestConsole, method: string, path: string, body: unknown) {
  const response = await console.request(path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: await response.json() };
}

async function opened({ request }: TestConsole): Promise<Openable> {
  return await (await request("/api/workflow/definitions")).json();
}

const path = "/api/workflow/definitions/orders.asl.json";

Deno.test("a definition is written and read, and not over somebody else's change", async () => {
  await withConsole(async (console) => {
    const { status, answer } = await send(console, "PUT", path, { text: TEXT, etag: null });
    assert.equal(status, 200);
    const [file] = (await opened(console)).files;
    assert.deepEqual([file!.name, file!.text, file!.etag], ["orders.asl.json", TEXT, answer.etag]);

    await Deno.writeTextFile(join(console.definitions, "orders.asl.json"), "{}");
    const late = await send(console, "PUT", path, { text: "mine", etag: answer.etag });
    assert.equal(late.status, 409);
    assert.match(late.answer.message, /orders\.asl\.json was changed by another program/);
    const again = await send(console, "PUT", path, { text: "mine", etag: null });
    assert.match(again.answer.message, /There is a file .*orders\.asl\.json already/);
    assert.equal(await Deno.readTextFile(join(console.definitions, "orders.asl.json")), "{}");
  });
});

Deno.test("definitions are written nowhere but into their folder", async () => {
  await withConsole(async (console) => {
    for (
      const name of [
        "..%2Fevil.asl.json",
        ".hidden.asl.json",
        "a.json",
        "%2Ftmp%2Fa.asl.json",
        "a%00.asl.json",
      ]
    ) {
      const { status } = await send(console, "PUT", `/api/workflow/definitions/${name}`, {
        text: TEXT,
        etag: null,
      });
      assert.ok(status === 400 || status === 404, `${name}: ${status}`);
    }
    assert.deepEqual([...Deno.readDirSync(console.definitions)], []);
  });
});

Deno.test("the target says what is wrong and where, placeholders or not", async () => {
  await withConsole(async (console) => {
    const wrong = { StartAt: "A", States: { A: { Type: "Pass", Next: "gone" } } };
    const { answer } = await send(console, "POST", "/api/workflow/validate", { text: JSON.stringify(wrong) });
    const found = answer.diagnostics.find(({ location }: Diagnostic) => location === "/States/A/Next");
    assert.equal(found.severity, "ERROR");
    assert.match(found.message, /gone/);
    const good = { StartAt: "A", States: { A: task("${ClassifyImageFunctionArn}") } };
    const { answer: none } = await send(console, "POST", "/api/workflow/validate", {
      text: JSON.stringify(good),
    });
    assert.deepEqual(none.diagnostics, []);
  });
});

function task(FunctionName: string) {
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Parameters: { FunctionName },
    End: true,
  };
}

Deno.test("what is deployed is the text with ARNs, and is opened with placeholders again", async () => {
  await withConsole(async (console) => {
    const { aws } = console;
    const text = JSON.stringify({ StartAt: "A", States: { A: task("${ClassifyImageFunctionArn}") } });
    const early = await send(console, "POST", "/api/workflow/deploy", { text });
    assert.match(early.answer.message, /There is no role .* Run "deno task deploy" first/);

    await ensureRole(aws, "states");
    await send(console, "PUT", path, { text, etag: null });
    const { answer } = await send(console, "POST", "/api/workflow/deploy", { text });
    assert.equal(answer.change, "created");
    const { definition } = (await describe(aws))!;
    assert.match(
      definition!,
      /"FunctionName":"arn:aws:lambda:us-east-1:000000000000:function:scones-classify-image"/,
    );
    const after = await opened(console);
    assert.equal(after.deployed.stateMachine!.text, text);
    assert.deepEqual(after.files.map(({ differs }) => differs), [false]);

    const other = JSON.stringify(chain("X"));
    assert.equal(
      (await send(console, "POST", "/api/workflow/deploy", { text: other })).answer.change,
      "updated",
    );
    assert.equal((await opened(console)).files[0]!.differs, true);
    const unknown = await send(console, "POST", "/api/workflow/deploy", {
      text: text.replace("Classify", "Guess"),
    });
    assert.equal(unknown.status, 400);
    assert.match(unknown.answer.message, /no value for the placeholder \$\{GuessImageFunctionArn\}/);
  });
});

Deno.test("the target's functions, topics, queues, endpoints and machines are there to choose from", async () => {
  await withConsole(async (console) => {
    const { aws, request } = console;
    const { arn: roleArn } = await ensureRole(aws, "states");
    await aws.sfn.send(new CreateStateMachineCommand({ name: "other", definition: TEXT, roleArn }));
    const found: Resources = await (await request("/api/workflow/resources")).json();
    assert.deepEqual(found.machines.map(({ name }) => name), ["other"]);
    assert.deepEqual([found.functions, found.topics, found.queues, found.endpoints, found.failures], [
      [],
      [],
      [],
      [],
      {},
    ]);
  });
});

Deno.test("placeholders and values are exchanged where they are whole strings", () => {
  const values = placeholderValues(
    {
      region: "us-east-1",
      account: "123456789012",
      names: { functions: { serializeImageData: "s", classifyImage: "c", filterLowConfidence: "f" } },
    } as Parameters<typeof placeholderValues>[0],
  );
  const text = '{"a":"${ClassifyImageFunctionArn}","b":"${Other}"}';
  const filled = withValues(text, values);
  assert.equal(filled, '{"a":"arn:aws:lambda:us-east-1:123456789012:function:c","b":"${Other}"}');
  assert.equal(withPlaceholders(filled, values), text);
});

Deno.test("a state is tested on the target, and shows its data at each stage", async () => {
  await withConsole(async (console) => {
    await ensureRole(console.aws, "states");
    const state = JSON.stringify({
      Type: "Pass",
      Parameters: { "b.$": "$.a" },
      ResultPath: "$.c",
      End: true,
    });
    const { answer } = await send(console, "POST", "/api/workflow/test", { state, input: '{"a":1}' });
    assert.equal(answer.status, "SUCCEEDED");
    assert.deepEqual(JSON.parse(answer.output), { a: 1, c: { b: 1 } });
    assert.deepEqual(JSON.parse(answer.inspection.afterParameters), { b: 1 });
    const called = JSON.stringify({ ...task("${ClassifyImageFunctionArn}"), OutputPath: "$.Payload" });
    const body = { state: called, input: "{}", result: '{"Payload":[0.9,0.1]}' };
    assert.equal((await send(console, "POST", "/api/workflow/test", body)).answer.output, "[0.9,0.1]");
    const wrong = await send(console, "POST", "/api/workflow/test", {
      state: '{"Type":"Guess"}',
      input: "{}",
    });
    assert.equal(wrong.status, 400);
    assert.match(wrong.answer.message, /InvalidDefinition/);
  });
});
