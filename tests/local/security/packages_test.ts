/** Deployment packages whose manifests, names or folders would take the server's time, memory or files. */
import assert from "node:assert/strict";
import { CreateFunctionCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import { zipSync } from "fflate";
import { createInput, deploy, invoke, withLambda, zip } from "../lambda/testing.ts";
import { assertShortHold } from "../testing/event_loop.ts";
import { startProgram } from "../testing/program.ts";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { makeRole } from "../lambda/testing.ts";
import type { TestAws } from "../testing.ts";

const HANDLER = { "index.mjs": "export const handler = async () => 1" };

const nested = (depth: number) =>
  `{"name":"deep","exports":${`{"node":`.repeat(depth)}"./index.js"${"}".repeat(depth)}}`;

Deno.test("a manifest nested 100,000 deep exports nothing", () =>
  withLambda(async (lambda) => {
    const files = { ...HANDLER, "node_modules/deep/package.json": nested(100_000) };
    await deploy(lambda, "f", "", { Code: { ZipFile: zip(files) } });
    assert.equal((await invoke(lambda, "f")).payload, 1);
  }));

Deno.test("thousands of patterns for thousands of files are refused by name", () =>
  withLambda(async (lambda) => {
    const patterns = Array.from({ length: 3000 }, (_, i) => [`./${i}/*`, "./*"]);
    const files = {
      ...HANDLER,
      ...Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`node_modules/p/${i}.js`, ""])),
      "node_modules/p/package.json": JSON.stringify({ exports: Object.fromEntries(patterns) }),
    };
    await deploy(lambda, "f", "", { Code: { ZipFile: zip(files) } });
    await assertShortHold(() =>
      assert.rejects(invoke(lambda, "f"), {
        message: /^The local AWS does not support packages whose exports/,
      })
    );
  }));

Deno.test("thousands of packages are found", () =>
  withLambda(async (lambda) => {
    const packages = Array.from(
      { length: 20_000 },
      (_, i) => [`node_modules/p${i}/index.js`, "exports.x = 7"],
    );
    const source = "import { x } from 'p5999'; export const handler = async () => x";
    const files = { ...Object.fromEntries(packages), "index.mjs": source };
    await deploy(lambda, "f", "", { Code: { ZipFile: zip(files) }, Timeout: 30, MemorySize: 1024 });
    assert.equal((await invoke(lambda, "f")).payload, 7);
  }));

Deno.test("a package of too many folders is refused by name", () =>
  withLambda(async (lambda) => {
    const deep = Array.from({ length: 300 }, (_, i) => [`${i}/${"d/".repeat(400)}f`, ""]);
    const create = new CreateFunctionCommand(
      createInput("f", "", { Code: { ZipFile: zip(Object.fromEntries(deep)) } }),
    );
    await assert.rejects(lambda.send(create), {
      message: /^The local AWS does not support a package of more than/,
    });
  }));

Deno.test("folders that nobody may enter take no time", () =>
  withLambda(async (_, aws) => {
    const name = (i: number) => `${"a/".repeat(20)}${i}`;
    const entries = Array.from({ length: 20_000 }, (_, i) => [
      [`${name(i)}x/`, [new Uint8Array(), { os: 3, attrs: 0o040600 << 16, level: 0 }]],
      [name(i), [new Uint8Array(), { os: 3, attrs: 0o100644 << 16, level: 0 }]],
    ]).flat();
    // Another one each time: one that is known is not unpacked.
    const requests = Array.from({ length: 3 }, () => {
      const all = Object.fromEntries([[crypto.randomUUID(), new Uint8Array()], ...entries]);
      const ZipFile = zipSync(all as Parameters<typeof zipSync>[0]).toBase64();
      return JSON.stringify({ ...createInput(crypto.randomUUID(), ""), Code: { ZipFile } });
    });
    await assertShortHold(async () => {
      const answer = await fetch(`${aws.endpoint}/2015-03-31/functions`, {
        method: "POST",
        body: requests.pop()!,
      });
      assert.equal(answer.status, 201, await answer.text());
    });
  }));

Deno.test("an event whose package is a fault ends no server, now or at the next start", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    for (const start of [2, 3]) {
      const server = await startProgram(stateDir);
      const lambda = new LambdaClient(server.client);
      try {
        if (start === 2) {
          await makeRole(server as unknown as TestAws);
          await deploy(lambda, "f", HANDLER["index.mjs"]);
          // No longer what was deployed: starting it is a fault of the local AWS.
          for await (const { name } of Deno.readDir(`${stateDir}/lambda/code`)) {
            await Deno.writeTextFile(`${stateDir}/lambda/code/${name}/unreadable.json`, "[");
          }
          await lambda.send(new InvokeCommand({ FunctionName: "f", InvocationType: "Event" }));
        }
        await new Promise((resolve) => setTimeout(resolve, 3000));
        await deploy(lambda, `still-there-${start}`, `export const handler = async () => ${start}`);
        assert.equal((await invoke(lambda, `still-there-${start}`)).payload, start);
      } finally {
        lambda.destroy();
        await server.stop();
      }
    }
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});
