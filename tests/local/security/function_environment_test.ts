/** A function's environment variables are the function's, and not those of the process that confines it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { deploy, invoke } from "../lambda/testing.ts";
import { attack, attempting } from "./functions.ts";

/** All that may be in the environment of a function's process. */
const FIXED = ["DENO_DIR", "DENO_NO_UPDATE_CHECK", "HOME", "LANG", "OLDPWD", "PATH", "PWD", "TMPDIR", "TZ"];

attack("variables that dynamic linkers and Deno obey have no effect", async (lambda, aws) => {
  const asked: string[] = [];
  const proxy = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    asked.push(url);
    return new Response("by proxy");
  });
  const audit = join(aws.stateDir, "audit.jsonl");
  const proxyUrl = `http://127.0.0.1:${proxy.addr.port}`;
  const hostile = {
    LD_PRELOAD: "./evil.so",
    LD_AUDIT: "./evil.so",
    DYLD_INSERT_LIBRARIES: "./evil.so",
    HTTP_PROXY: proxyUrl,
    http_proxy: proxyUrl,
    HTTPS_PROXY: proxyUrl,
    ALL_PROXY: proxyUrl,
    DENO_AUDIT_PERMISSIONS: audit,
    DENO_PERMISSION_BROKER_PATH: "/tmp/broker",
    SSLKEYLOGFILE: join(aws.stateDir, "keys"),
    DENO_V8_FLAGS: "--no-such-flag",
    NODE_OPTIONS: "--require ./evil.js",
    HOME: "/root",
    DENO_DIR: aws.stateDir,
    PATH: "/evil",
    LANG: "../evil",
  };
  try {
    const source = `export const handler = async () => {
      const gateway = await fetch(process.env.AWS_ENDPOINT_URL);
      return { pid: process.pid, env: { ...process.env }, gateway: await gateway.text() };
    };`;
    await deploy(lambda, "f", source, { Environment: { Variables: hostile }, Timeout: 20 });
    const { payload, error, log } = await invoke(lambda, "f");
    assert.equal(error, undefined, JSON.stringify(payload));
    const { pid, env, gateway } = payload as { pid: number; env: Record<string, string>; gateway: string };
    for (const [name, value] of Object.entries(hostile)) assert.equal(env[name], value);
    assert.ok(!gateway.includes("by proxy"));
    assert.deepEqual(asked, []);
    assert.deepEqual(log.filter((line) => /ld\.so|evil|flag/.test(line)), []);
    assert.ok(!await exists(audit) && !await exists(hostile.SSLKEYLOGFILE));
    if (Deno.build.os !== "linux") return;
    const names = Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0").filter(Boolean)
      .map((line) => line.split("=")[0]!);
    assert.deepEqual(names.filter((name) => !FIXED.includes(name)), []);
  } finally {
    await proxy.shutdown();
  }
});

attack(
  "a function cannot set the process's environment while it runs, nor get a proxy otherwise",
  async (lambda) => {
    const asked: string[] = [];
    const proxy = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
      asked.push(url);
      return new Response("by proxy");
    });
    const inWorker = (code: string) =>
      `return await new Promise((resolve, reject) => {
       const code = ${JSON.stringify(code)}.replace("PROXY", event.proxy);
       const worker = new Worker("data:text/javascript," + encodeURIComponent(code), { type: "module" });
       worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); };
       worker.onerror = (error) => { error.preventDefault(); reject(new Error(error.message)); };
     });`;
    try {
      const fetched = (client: string) =>
        `return await (await fetch(process.env.AWS_ENDPOINT_URL, { client: ${client} })).text();`;
      await deploy(
        lambda,
        "f",
        attempting(
          `import http from "node:http"; import { env } from "node:process"; import { Worker as Thread } from "node:worker_threads";
         const own = Deno.env;`,
          {
            "process.env": `process.env.HTTP_PROXY = env.http_proxy = event.proxy; ${
              fetched("Deno.createHttpClient({})")
            }`,
            "Deno.env": `Deno.env.set("HTTP_PROXY", event.proxy); ${
              fetched("Deno.createHttpClient({ http2: false })")
            }`,
            "a client's proxy": fetched("Deno.createHttpClient({ proxy: { url: event.proxy } })"),
            "an agent's proxy": `const agent = new http.Agent({ proxyEnv: { HTTP_PROXY: event.proxy } });
             return await new Promise((resolve, reject) => http.get(process.env.AWS_ENDPOINT_URL, { agent }, (response) => {
               let text = ""; response.on("data", (data) => text += data).on("end", () => resolve(text));
             }).on("error", reject));`,
            "a worker's environment": inWorker(
              `try { Deno.env.set("HTTP_PROXY", "PROXY"); postMessage("by proxy"); } catch (error) { postMessage("!" + error); }`,
            ),
            "a thread's environment": `return await new Promise((resolve, reject) => {
             const code = "try { process.env.HTTP_PROXY = '" + event.proxy + "'; } catch {} " +
               "fetch('" + process.env.AWS_ENDPOINT_URL + "', { client: Deno.createHttpClient({}) }).then((r) => r.text())" +
               ".then((text) => require('worker_threads').parentPort.postMessage(text))";
             const thread = new Thread(code, { eval: true });
             thread.on("message", (text) => { thread.terminate(); resolve(text); }).on("error", reject);
           });`,
          },
        ),
        { Timeout: 20 },
      );
      const { payload, error } = await invoke(lambda, "f", { proxy: `http://127.0.0.1:${proxy.addr.port}` });
      assert.equal(error, undefined, JSON.stringify(payload));
      for (const [what, result] of Object.entries(payload as Record<string, string>)) {
        assert.ok(!result.includes("by proxy"), `${what}: ${result}`);
      }
      assert.deepEqual(asked, []);
    } finally {
      await proxy.shutdown();
    }
  },
);

attack("process.env is like Node's, wherever it is read", async (lambda) => {
  await deploy(
    lambda,
    "f",
    attempting(
      `import process, { env } from "node:process"; import { env as bare } from "process"; import os from "node:os";
       import { createRequire } from "node:module"; import { writeFileSync } from "node:fs";
       import { Worker as Thread } from "node:worker_threads";
       const require = createRequire(import.meta.url);`,
      {
        everywhere:
          `return [process, globalThis.process, require("process"), require("node:process"), { env }, { env: bare }]
             .map(({ env }) => env.COLOUR).join();`,
        deno: `return [Deno.env.get("COLOUR"), Deno.env.has("none"), Deno.env.toObject().COLOUR].join();`,
        text: `process.env.N = 1; process.env.U = undefined; return typeof env.N + env.N + env.U;`,
        symbols: `try { process.env.S = Symbol("x"); return "set"; } catch (error) { return error.name; }`,
        missing: `return [env.NONE, "NONE" in env, delete env.NONE, env.hasOwnProperty("COLOUR")].join();`,
        deleted: `process.env.GONE = "x"; delete env.GONE; return "GONE" in process.env;`,
        keys: `return ["COLOUR", "AWS_REGION", "_HANDLER"].every((name) => Object.keys(env).includes(name));`,
        spread: `return { ...process.env }.COLOUR;`,
        tmp: `return os.tmpdir();`,
        home: `return os.homedir();`,
        zone: `return [env.TZ, new Date(0).getHours()].join();`,
        "zone at run time": `process.env.TZ = "Asia/Tokyo"; return new Date(0).getHours();`,
        language: `return [env.LANG, (1234.5).toLocaleString()].join(" ");`,
        file: `writeFileSync("/tmp/.env", "COLOUR=green\\nSHAPE=round\\n"); process.loadEnvFile("/tmp/.env");
               return [env.COLOUR, env.SHAPE].join();`,
        thread: `return await new Promise((resolve, reject) => {
            const thread = new Thread("require('worker_threads').parentPort.postMessage(process.env.COLOUR)", { eval: true });
            thread.on("message", (text) => { thread.terminate(); resolve(text); }).on("error", reject);
          });`,
      },
    ),
    {
      Environment: { Variables: { COLOUR: "red", TZ: ":America/New_York", LANG: "de_DE.UTF-8" } },
      Timeout: 20,
    },
  );
  const { payload } = await invoke(lambda, "f");
  assert.deepEqual(payload, {
    everywhere: "red,red,red,red,red,red",
    deno: "red,false,red",
    text: "string1undefined",
    symbols: "TypeError",
    missing: ",false,true,true",
    deleted: "false",
    keys: "true",
    spread: "red",
    tmp: "/tmp",
    home: "/home/sbx_user1051",
    zone: ":America/New_York,19",
    "zone at run time": "9",
    language: "de_DE.UTF-8 1.234,5",
    file: "red,round",
    thread: "red",
  });
});

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
