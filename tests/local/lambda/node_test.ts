/** The Runtime API works with other runtimes: here Node.js with a loop of a few lines. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Dispatcher } from "../../../lib/local/dispatcher.ts";
import { invoke } from "../../../lib/local/lambda/invoke.ts";
import { createLambda } from "../../../lib/local/lambda/lambda.ts";
import type { WireRequest } from "../../../lib/local/protocols/protocol.ts";
import type { Access, Core } from "../../../lib/local/core.ts";
import { Store } from "../../../lib/local/store.ts";
import { ROLE, zip } from "./testing.ts";

const LOOP = `
  import { join } from "node:path";
  const api = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2018-06-01/runtime/invocation/";
  const [file, name] = process.env._HANDLER.split(".");
  const { [name]: handler } = await import(join(process.env.LAMBDA_TASK_ROOT, file + ".mjs"));
  while (true) {
    const next = await fetch(api + "next");
    const id = next.headers.get("lambda-runtime-aws-request-id");
    const answer = (path, body) => fetch(api + id + path, { method: "POST", body: JSON.stringify(body) });
    try {
      await answer("/response", await handler(await next.json()));
    } catch (error) {
      await answer("/error", { errorType: error.name, errorMessage: error.message, trace: [] });
    }
  }`;

const node = await new Deno.Command("node", { args: ["--version"] }).output()
  .then(({ stdout }) => new TextDecoder().decode(stdout).trim(), () => undefined);

/** Lambda alone, with fakes of other services that allow everything and keep log lines. */
async function withNode(
  body: (parts: {
    /** As over HTTP. */
    send(method: string, path: string, input: object): Promise<Response>;
    /** As another service calls it. */
    call(event: unknown, signal?: AbortSignal): ReturnType<typeof invoke["run"]>;
    lines: string[];
    refuseRole(): void;
  }) => Promise<void>,
): Promise<void> {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  const store = new Store(stateDir);
  const lines: string[] = [];
  const principal = { arn: "arn:aws:iam::000000000000:root" };
  let assumable = true;
  let now = Date.now();
  const iam = {
    account: "000000000000",
    decide: () => undefined,
    roleId: () => "AROA",
    isAssumable: () => assumable,
    assumeRole: () => ({
      principal,
      credentials: {
        AccessKeyId: "ASIA",
        SecretAccessKey: "secret",
        SessionToken: "token",
        Expiration: now + 3_600_000,
      },
    }),
  } as unknown as Access;
  const dispatcher = new Dispatcher(() => iam);
  const core: Core = {
    operation: () => undefined,
    store,
    stateDir,
    account: "000000000000",
    region: "us-east-1",
    endpoint: () => "http://127.0.0.1:1",
    functionEndpoint: () => "http://127.0.0.1:1",
    fault(error) {
      throw error;
    },
    // The clock jumps at every call, so that changes are done at once.
    now: () => now += 1000,
    call: (operation, input, caller) => dispatcher.call(operation, input, { ...caller, region: "us-east-1" }),
    iam,
    logs: {
      write: (_group, _stream, messages) => void lines.push(...messages),
      exists: () => true,
      mayWrite: () => true,
    },
    metrics: { publish() {} },
  };
  await Deno.writeTextFile(join(stateDir, "loop.mjs"), LOOP);
  const lambda = createLambda(core, {
    commandOf: ({ variables, taskRoot }) => ({
      program: "node",
      args: [join(stateDir, "loop.mjs")],
      cwd: taskRoot,
      env: { ...variables, PATH: Deno.env.get("PATH")! },
    }),
  });
  dispatcher.register(lambda);
  try {
    await lambda.start!();
    await body({
      lines,
      refuseRole: () => assumable = false,
      async send(method, path, input) {
        const rawUrl = `http://127.0.0.1:1${path}`;
        const body = new TextEncoder().encode(JSON.stringify(input));
        const wire: WireRequest = { method, url: new URL(rawUrl), headers: new Headers(), body, rawUrl };
        const { operation, members } = await lambda.protocol.read(wire, lambda.operations);
        const output = await dispatcher.run(lambda, operation, members, {
          principal,
          region: core.region,
        });
        return lambda.protocol.write(output as object, operation, "");
      },
      async call(event, signal) {
        const Payload = new TextEncoder().encode(JSON.stringify(event));
        return await core.call(invoke, { FunctionName: "f", Payload }, { principal, signal });
      },
    });
  } finally {
    await lambda.stop!();
    store.close();
    await Deno.remove(stateDir, { recursive: true });
  }
}

const createInput = (source: string) => ({
  FunctionName: "f",
  Role: ROLE,
  Runtime: "nodejs22.x",
  Handler: "index.handler",
  Code: { ZipFile: zip({ "index.mjs": source }).toBase64() },
});

Deno.test({
  name: `a function runs under Node.js with a plain loop over the Runtime API (${
    node ?? "there is no node here"
  })`,
  ignore: node === undefined,
  async fn() {
    await withNode(async ({ send, call, lines }) => {
      const source = `export const handler = async ({ fail }) => {
        if (fail) throw new RangeError("as asked");
        console.log("under " + process.version);
        return process.version;
      }`;
      assert.equal((await send("POST", "/2015-03-31/functions", createInput(source))).status, 201);
      const invoke = async (event: unknown) => {
        const output = await call(event);
        return { ...output, value: JSON.parse(new TextDecoder().decode(output.Payload)) };
      };
      assert.equal((await invoke({})).value, node);
      const failed = await invoke({ fail: true });
      assert.equal(failed.FunctionError, "Unhandled");
      assert.deepEqual(failed.value, { errorType: "RangeError", errorMessage: "as asked", trace: [] });
      await invoke({});
      assert.ok(lines.includes(`under ${node}`));
    });
  },
});

Deno.test("a role that Lambda cannot assume is refused on create and on invoke", async () => {
  await withNode(async ({ send, call, refuseRole }) => {
    await send("POST", "/2015-03-31/functions", createInput(""));
    refuseRole();
    await assert.rejects(send("POST", "/2015-03-31/functions", { ...createInput(""), FunctionName: "g" }), {
      code: "InvalidParameterValueException",
      message: "The role defined for the function cannot be assumed by Lambda.",
    });
    await assert.rejects(call({}), { code: "AccessDeniedException", status: 403 });
  });
});

Deno.test({
  name: "an invocation that still waits for an environment is given up by its signal",
  ignore: node === undefined,
  async fn() {
    await withNode(async ({ send, call, lines }) => {
      const source = "export const handler = async ({ name }) => console.log(name)";
      await send("POST", "/2015-03-31/functions", createInput(source));
      const stopped = new AbortController();
      const first = call({ name: "given up" }, stopped.signal);
      stopped.abort(new Error("stopped"));
      await assert.rejects(first, /^Error: stopped$/);
      await call({ name: "run" });
      assert.deepEqual(lines.filter((line) => line === "given up" || line === "run"), ["run"]);
    });
  },
});
