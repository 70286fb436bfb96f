import assert from "node:assert/strict";
import { join } from "node:path";
import { deploy, invoke, makeRole, withLambda } from "./testing.ts";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { createInput } from "./testing.ts";
import type { TestAws } from "../testing.ts";

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

Deno.test("a function reaches the gateway, its code and its own /tmp, and nothing else", async () => {
  await withLambda(async (lambda, aws) => {
    const other = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response("other"));
    try {
      await deploy(
        lambda,
        "escape",
        `import fs, { readFileSync, writeFileSync } from "node:fs";
         import { writeFile } from "fs/promises";
         import { createRequire } from "node:module";
         import { execFileSync } from "node:child_process";
         import os from "node:os";
         const attempts = {
           secret: ({ state }) => readFileSync(state + "/aws.sqlite"),
           passwd: () => readFileSync("/etc/passwd"),
           parent: () => fs.readdirSync(".."),
           link: ({ state }) => { fs.symlinkSync(state, "/tmp/link"); return fs.readdirSync("/tmp/link"); },
           task: () => writeFileSync("index.mjs", ""),
           realTmp: ({ state }) => writeFileSync(state + "/x", ""),
           upTmp: () => writeFileSync("/tmp/../../x", ""),
           run: () => execFileSync("/bin/ls", { stdio: "pipe" }),
           port: ({ other }) => fetch("http://127.0.0.1:" + other),
           name: ({ other }) => fetch("http://localhost:" + other),
           remote: ({ other }) => import("http://127.0.0.1:" + other + "/x.js"),
           npm: () => import("npm:left-pad@1.3.0"),
           env: () => Deno.env.get("HOME") ?? process.env.SCONES_SECRET ?? (() => { throw new Error("unset"); })(),
           ffi: () => Deno.dlopen("libc.so.6", {}),
           kill: ({ pid }) => process.kill(pid, 0) && Deno.kill(pid, "SIGTERM"),
           worker: ({ state }) => new Promise((resolve, reject) => {
             const code = "try { Deno.readTextFileSync('" + state + "/aws.sqlite'); postMessage('read') } catch (e) { postMessage(e.name) }";
             const worker = new Worker("data:text/javascript," + encodeURIComponent(code), { type: "module" });
             worker.onmessage = ({ data }) => { worker.terminate(); data === "read" ? resolve() : reject(new Error(data)); };
             worker.onerror = (event) => { event.preventDefault(); reject(new Error(event.message)); };
           }),
         };
         const require = createRequire(import.meta.url);
         const allowed = {
           code: () => readFileSync(new URL("index.mjs", import.meta.url), "utf8").length > 0,
           gateway: async () => (await fetch(process.env.AWS_ENDPOINT_URL)).status > 0,
           named: () => (writeFileSync("/tmp/a", "named"), readFileSync("/tmp/a", "utf8")),
           default: () => fs.readFileSync("/tmp/a", "utf8"),
           required: () => require("fs").readFileSync("/tmp/a", "utf8"),
           promise: async () => (await writeFile("/tmp/b", "promise"), await fs.promises.readFile("/tmp/b", "utf8")),
           tmpdir: () => readFileSync(os.tmpdir() + "/b", "utf8"),
           rename: () => (fs.renameSync("/tmp/b", "/tmp/c"), fs.readdirSync("/tmp").sort().join()),
           content: () => (writeFileSync("/tmp/d", "/tmp/x"), readFileSync("/tmp/d", "utf8")),
         };
         export const handler = async (event) => {
           const results = {};
           for (const [name, attempt] of Object.entries({ ...allowed, ...attempts })) {
             try { results[name] = await attempt(event) ?? "done"; } catch (error) { results[name] = error.name + ": " + error.message; }
           }
           return results;
         };`,
        { Timeout: 10 },
      );
      const { payload, error } = await invoke(lambda, "escape", {
        state: aws.stateDir,
        other: other.addr.port,
        pid: Deno.pid,
      });
      assert.equal(error, undefined, JSON.stringify(payload));
      const {
        code,
        gateway,
        named,
        default: ofDefault,
        required,
        promise,
        tmpdir,
        rename,
        content,
        ...denied
      } = payload as Record<string, unknown>;
      assert.deepEqual({ code, gateway, named, ofDefault, required, promise, tmpdir, rename, content }, {
        code: true,
        gateway: true,
        named: "named",
        ofDefault: "named",
        required: "named",
        promise: "promise",
        tmpdir: "promise",
        rename: "a,c",
        content: "/tmp/x",
      });
      assert.ok(Object.keys(denied).length > 10);
      for (const [what, result] of Object.entries(denied)) {
        assert.match(String(result), /^[A-Za-z]*(Error|NotCapable|PermissionDenied)/, `${what}: ${result}`);
      }
      assert.ok(!await exists("/tmp/a"));
    } finally {
      await other.shutdown();
    }
  });
});

Deno.test("processes and their folders end with the server", async () => {
  const pids: number[] = [];
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    await withLambda(async (lambda) => {
      await deploy(lambda, "f", "export const handler = async () => process.pid");
      pids.push((await invoke(lambda, "f")).payload as number);
      assert.ok(await alive(pids[0]!));
    }, { stateDir });
    assert.ok(!await alive(pids[0]!));
    assert.deepEqual([...Deno.readDirSync(join(stateDir, "lambda", "tmp"))], []);
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

Deno.test("the server stops while a function runs", async () => {
  let running: Promise<unknown> | undefined;
  const started = performance.now();
  await withLambda(async (lambda, aws) => {
    const source = "export const handler = () => new Promise((resolve) => setTimeout(resolve, 60_000))";
    await deploy(lambda, "f", source, { Timeout: 100 });
    running = fetch(`${aws.endpoint}/2015-03-31/functions/f/invocations`, { method: "POST" })
      .then(async (response) => [response.headers.get("x-amzn-errortype"), (await response.json()).message]);
    await sleep(500);
  });
  assert.ok(performance.now() - started < 20_000);
  assert.deepEqual(await running, ["ServiceException", "The local AWS is stopping."]);
});

Deno.test("processes end when the server is killed, idle or computing", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  const root = new URL("../../../", import.meta.url);
  const server = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { startLocalAws } from ${JSON.stringify(new URL("lib/local/server.ts", root).href)};
       console.log((await startLocalAws({ port: 0, stateDir: ${JSON.stringify(stateDir)} })).endpoint);`,
    ],
    cwd: root,
    stdout: "piped",
  }).spawn();
  try {
    const reader = server.stdout.getReader();
    const endpoint = new TextDecoder().decode((await reader.read()).value).trim();
    const client = {
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
    };
    await makeRole({ client } as TestAws);
    const lambda = new LambdaClient(client);
    const source = `import { writeFileSync } from "node:fs";
      export const handler = async ({ spin }) => { if (spin) { console.log("pid " + process.pid); while (true); } return process.pid; };`;
    await deploy(lambda, "f", source, { Timeout: 60 });
    const idle = (await invoke(lambda, "f")).payload as number;
    await deploy(lambda, "g", source, { Timeout: 60 });
    const busy = (await invoke(lambda, "g")).payload as number;
    const spinning = invoke(lambda, "g", { spin: true }).catch(() => {});
    await sleep(200);
    assert.ok(await alive(idle) && await alive(busy));
    server.kill("SIGKILL");
    await server.status;
    for (let wait = 0; wait < 200 && (await alive(idle) || await alive(busy)); wait++) await sleep(25);
    assert.ok(!await alive(idle), "the idle one");
    assert.ok(!await alive(busy), "the busy one");
    await spinning;
    lambda.destroy();
    await reader.cancel();
  } finally {
    try {
      server.kill("SIGKILL");
    } catch {
      // It is gone already.
    }
    await server.status;
    await Deno.remove(stateDir, { recursive: true });
  }
});

Deno.test("a broken package leaves nothing behind", async () => {
  await withLambda(async (lambda, aws) => {
    await assert.rejects(
      lambda.send(
        new CreateFunctionCommand(createInput("f", "", { Code: { ZipFile: new Uint8Array(100) } })),
      ),
    );
    assert.deepEqual([...Deno.readDirSync(join(aws.stateDir, "lambda", "code"))], []);
  });
});

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Whether a process runs; a zombie does not. */
async function alive(pid: number): Promise<boolean> {
  const { code, stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", String(pid)] })
    .output();
  return code === 0 && !new TextDecoder().decode(stdout).startsWith("Z");
}
