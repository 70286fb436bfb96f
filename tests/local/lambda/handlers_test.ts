import assert from "node:assert/strict";
import { deploy, invoke, withLambda, zip } from "./testing.ts";

Deno.test("handlers are found and refused by Lambda's rules", async () => {
  await withLambda(async (lambda) => {
    const esm =
      "export const handler = async () => 'esm'; export const a = { b: { c: async () => 'nested' } };";
    const cjs = "exports.handler = async () => 'cjs ' + require('node:path').sep + require('./part').x;";
    const rows: [string, Record<string, string>, string, unknown][] = [
      ["mjs", { "index.mjs": esm }, "index.handler", "esm"],
      ["nested", { "dist/app.mjs": esm }, "dist/app.a.b.c", "nested"],
      ["cjs", { "index.cjs": cjs, "part.js": "exports.x = 1" }, "index.handler", "cjs /1"],
      ["js is CommonJS", { "index.js": cjs, "part.js": "exports.x = 2" }, "index.handler", "cjs /2"],
      [
        "js wins",
        { "index.js": "exports.handler = async () => 'js'", "index.mjs": esm },
        "index.handler",
        "js",
      ],
      ["module", { "index.js": esm, "package.json": `{"type":"module"}` }, "index.handler", "esm"],
      [
        "packages",
        {
          "index.mjs":
            "import { x } from 'dep'; import os from 'os'; export const handler = async () => x + typeof os;",
          "node_modules/dep/package.json": `{"name":"dep","main":"main.js"}`,
          "node_modules/dep/main.js": "exports.x = 'dep '",
        },
        "index.handler",
        "dep object",
      ],
      ["not there", { "index.mjs": esm }, "main.handler", "Runtime.ImportModuleError"],
      ["no dependency", { "index.mjs": "import 'sharp'" }, "index.handler", "Error"],
      [
        "no dependency, required",
        { "index.js": "require('sharp')" },
        "index.handler",
        "Runtime.ImportModuleError",
      ],
      ["no export", { "index.mjs": esm }, "index.main", "Runtime.HandlerNotFound"],
      [
        "no function",
        { "index.mjs": "export const handler = 1" },
        "index.handler",
        "Runtime.HandlerNotFound",
      ],
      ["syntax", { "index.mjs": "export const = 1" }, "index.handler", "Runtime.UserCodeSyntaxError"],
      ["ESM in js", { "index.js": esm }, "index.handler", "Runtime.UserCodeSyntaxError"],
      ["no point", { "index.mjs": esm }, "index", "Runtime.MalformedHandlerName"],
      ["outside", { "index.mjs": esm }, "../index.handler", "Runtime.MalformedHandlerName"],
      ["throws", { "index.mjs": "throw new TypeError('at load')" }, "index.handler", "TypeError"],
      ["exits", { "index.mjs": "process.exit(1)" }, "index.handler", "Runtime.ExitError"],
    ];
    await Promise.all(
      rows.map(([, files, Handler], index) =>
        deploy(lambda, `load-${index}`, "", { Handler, Code: { ZipFile: zip(files) } })
      ),
    );
    for (const [index, [what, , , expected]] of rows.entries()) {
      const { payload, error } = await invoke(lambda, `load-${index}`);
      const got = error ? (payload as { errorType: string }).errorType : payload;
      assert.equal(got, expected, `${what}: ${JSON.stringify(payload)}`);
    }
    const messages: [string, Record<string, string>, string, string][] = [
      ["index", { "index.mjs": esm }, "Runtime.MalformedHandlerName", "Bad handler"],
      [
        "../index.handler",
        { "index.mjs": esm },
        "Runtime.MalformedHandlerName",
        "'../index.handler' is not a valid handler name. Use absolute paths when specifying root directories in " +
        "handler names.",
      ],
      [
        "index.handler",
        { "index.mjs": "import './part.mjs'", "part.mjs": "import 'sharp'" },
        "Error",
        "Cannot find package 'sharp' imported from /var/task/part.mjs",
      ],
      [
        "index.handler",
        { "index.mjs": "import './none.mjs'" },
        "Error",
        "Cannot find module '/var/task/none.mjs' imported from /var/task/index.mjs",
      ],
    ];
    for (const [index, [Handler, files, errorType, errorMessage]] of messages.entries()) {
      await deploy(lambda, `message-${index}`, "", { Handler, Code: { ZipFile: zip(files) } });
      const { trace: _, ...told } = (await invoke(lambda, `message-${index}`)).payload as { trace: string[] };
      assert.deepEqual(told, { errorType, errorMessage });
    }
    await deploy(lambda, "mode", "", {
      Code: { ZipFile: zip({ "index.mjs": esm }, 0o600) },
    });
    const { payload } = await invoke(lambda, "mode");
    assert.equal(
      (payload as { errorMessage: string }).errorMessage,
      "EACCES: permission denied, open '/var/task/index.mjs'",
    );
  });
});

Deno.test("callbacks work up to Node.js 22 and are refused from 24 on", async () => {
  await withLambda(async (lambda) => {
    const source = `export const handler = (event, context, callback) => {
      if (event.fail) return callback(new RangeError("called back"));
      setTimeout(() => callback(null, "later"), 20);
    };`;
    await deploy(lambda, "old", source);
    assert.equal((await invoke(lambda, "old")).payload, "later");
    assert.equal(
      ((await invoke(lambda, "old", { fail: 1 })).payload as Error & { errorType: string }).errorType,
      "RangeError",
    );
    await deploy(lambda, "new", source, { Runtime: "nodejs24.x" });
    const { payload } = await invoke(lambda, "new");
    assert.equal((payload as { errorType: string }).errorType, "Runtime.CallbackHandlerDeprecated");
    const newer =
      `export const handler = async ({ fail }, context) => fail ? 1n : Object.keys(context).sort()`;
    await deploy(lambda, "newer", newer, { Runtime: "nodejs24.x" });
    const names = (await invoke(lambda, "newer")).payload as string[];
    assert.ok(names.includes("xRayTraceId") && !names.includes("callbackWaitsForEmptyEventLoop"), `${names}`);
    const failed = (await invoke(lambda, "newer", { fail: 1 })).payload as { errorType: string };
    assert.equal(failed.errorType, "Runtime.JSONStringifyError");
  });
});
