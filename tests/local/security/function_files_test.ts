/** A function reads its own code and its own `/tmp`, however it asks. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { CreateFunctionCommand } from "@aws-sdk/client-lambda";
import { zipSync } from "fflate";
import { createInput, deploy, invoke, withLambda, zip } from "../lambda/testing.ts";
import { attack, attempting } from "./functions.ts";

const SECRET = "what nobody may see";

/** Ways to a file at `event.path`, or in the folder `event.folder`. */
const WAYS: Record<string, string> = {
  "fs": "return fs.readFileSync(event.path, 'utf8')",
  "fs.promises": "return fs.promises.readFile(event.path, 'utf8')",
  "a file descriptor": "return fs.readFileSync(fs.openSync(event.path), 'utf8')",
  "a stream":
    "return new Promise((resolve, reject) => fs.createReadStream(event.path).on('data', resolve).on('error', reject))",
  "Deno": "return Deno.readTextFileSync(event.path)",
  "fetch": "return (await fetch(pathToFileURL(event.path))).text()",
  "require": "return require(event.path)",
  "require of JSON": "return JSON.stringify(require(event.path + '.json'))",
  "Module._load": "return Module._load(event.path)",
  "Module._extensions['.js']":
    "const m = new Module('x'); m._compile = (text) => m.exports = text; Module._extensions['.js'](m, event.path); return m.exports",
  "Module._extensions['.json']":
    "const m = new Module('x'); Module._extensions['.json'](m, event.path + '.json'); return JSON.stringify(m.exports)",
  "module.load":
    "const m = new Module('x'); m._compile = (text) => m.exports = text; m.load(event.path + '.js'); return m.exports",
  "require.extensions":
    "require.extensions['.txt'] = (m, file) => require.extensions['.js'](Object.assign(m, { _compile: (text) => m.exports = text }), file); return require(event.path + '.txt')",
  "require.resolve": "require.resolve(event.path); return 'what nobody may see exists'",
  "createRequire elsewhere": "return createRequire(event.folder + '/x.js')('./secret.js')",
  "import": "return (await import(pathToFileURL(event.path + '.js'))).default",
  "import as text": "return (await import(pathToFileURL(event.path), { with: { type: 'text' } })).default",
  "import as bytes":
    "return new TextDecoder().decode((await import(pathToFileURL(event.path), { with: { type: 'bytes' } })).default)",
  "import as JSON":
    "return JSON.stringify((await import(pathToFileURL(event.path + '.json'), { with: { type: 'json' } })).default)",
  "a path back out of the code": "const m = new Module('x'); m._compile = (text) => m.exports = text; " +
    "Module._extensions['.js'](m, process.env.LAMBDA_TASK_ROOT + '/node_modules/../../../../../../../../../..' + event.path); return m.exports",
  "a link in /tmp": "fs.symlinkSync(event.path, '/tmp/link' + Date.now()); " +
    "return fs.readFileSync('/tmp/' + fs.readdirSync('/tmp').find((name) => name.startsWith('link')), 'utf8')",
  "a hard link": "fs.linkSync(event.path, '/tmp/hard'); return fs.readFileSync('/tmp/hard', 'utf8')",
  "a link called node_modules":
    "fs.symlinkSync(event.folder, '/tmp/node_modules'); const m = new Module('x'); m._compile = (text) => m.exports = text; " +
    "Module._extensions['.js'](m, fs.realpathSync('/tmp') + '/node_modules/secret'); return m.exports",
  "a copy": "fs.copyFileSync(event.path, '/tmp/copy'); return fs.readFileSync('/tmp/copy', 'utf8')",
  "a web worker": `return new Promise((resolve, reject) => {
      const code = "import Module from 'node:module'; const m = new Module('x'); m._compile = (text) => m.exports = text; " +
        "Module._extensions['.js'](m, " + JSON.stringify(event.path) + "); postMessage(m.exports)";
      const worker = new Worker("data:text/javascript," + encodeURIComponent(code), { type: "module" });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (error) => { error.preventDefault(); reject(new Error(error.message)); };
    })`,
  "a worker of the file": `return new Promise((resolve, reject) => {
      const worker = new Worker(pathToFileURL(event.path + '.js'), { type: "module" });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (error) => { error.preventDefault(); reject(new Error(error.message)); };
    })`,
  "SQLite":
    "const db = new (await import('node:sqlite')).DatabaseSync(event.path + '.db'); return db.prepare('SELECT * FROM t').get().x",
  "SQLite's ATTACH":
    "const db = new (await import('node:sqlite')).DatabaseSync(':memory:'); db.exec(\"ATTACH '\" + event.path + \".db' AS a\"); return db.prepare('SELECT * FROM a.t').get().x",
  "WASI":
    "const { WASI } = await import('node:wasi'); new WASI({ version: 'preview1', preopens: { '/': event.folder } }); return 'what nobody may see is open'",
  "process.binding": "return process.binding('fs').readFileUtf8(event.path)",
  "process.dlopen":
    "process.dlopen({ exports: {} }, event.path + '.node'); return 'what nobody may see is loaded'",
  "Deno.dlopen": "Deno.dlopen(event.path + '.so', {}); return 'what nobody may see is loaded'",
  "the inspector":
    "const session = new (await import('node:inspector')).Session(); session.connect(); return 'what nobody may see: connected'",
  "a program":
    "return new TextDecoder().decode(new Deno.Command('/bin/cat', { args: [event.path] }).outputSync().stdout)",
  "child_process": "return (await import('node:child_process')).execFileSync('cat', [event.path]).toString()",
  "/proc/self/root": "return fs.readFileSync('/proc/self/root' + event.path, 'utf8')",
  "/proc/self/cwd":
    "return fs.readFileSync('/proc/self/cwd/../../../../../../../../../..' + event.path, 'utf8')",
  "/proc/self/environ": "return 'what nobody may see: ' + fs.readFileSync('/proc/self/environ', 'utf8')",
};

attack("no way leads to a file outside, below node_modules or not", async (lambda) => {
  const outside = await Deno.makeTempDir({ prefix: "scones-outside-" });
  try {
    const folders = ["plain", "project/node_modules/package", "project/node_modules/.bin"];
    for (const name of folders) {
      const folder = join(outside, name);
      await Deno.mkdir(folder, { recursive: true });
      await Deno.writeTextFile(join(folder, "secret"), SECRET);
      await Deno.writeTextFile(join(folder, "secret.txt"), SECRET);
      await Deno.writeTextFile(join(folder, "secret.json"), JSON.stringify({ SECRET }));
      await Deno.writeTextFile(join(folder, "secret.js"), `export default ${JSON.stringify(SECRET)}`);
    }
    // As `npm link` and workspaces make them.
    await Deno.symlink(join(outside, "plain"), join(outside, "project/node_modules/linked"));
    const source = attempting(
      `import fs from "node:fs"; import Module, { createRequire } from "node:module"; import { pathToFileURL } from "node:url";
       const require = createRequire(import.meta.url);`,
      WAYS,
    );
    const files = { "index.mjs": source, "node_modules/own/index.js": "exports.x = 1" };
    await deploy(lambda, "f", "", { Code: { ZipFile: zip(files) }, Timeout: 30 });
    for (const name of [...folders, "project/node_modules/linked"]) {
      const folder = join(outside, name);
      const { payload, error } = await invoke(lambda, "f", { folder, path: join(folder, "secret") });
      assert.equal(error, undefined, JSON.stringify(payload));
      const results = Object.entries(payload as Record<string, string>);
      assert.equal(results.length, Object.keys(WAYS).length);
      for (const [way, result] of results) {
        assert.ok(!result.includes(SECRET), `${name} by ${way}: ${result}`);
      }
    }
  } finally {
    await Deno.remove(outside, { recursive: true });
  }
});

attack("nothing of one function's stays for another", async (lambda) => {
  const source = attempting(`import fs from "node:fs";`, {
    localStorage:
      "localStorage.setItem('a', (localStorage.getItem('a') ?? '') + 'x'); return localStorage.getItem('a')",
    caches: `const cache = await caches.open("a"); const kept = await cache.match("http://a/");
             await cache.put("http://a/", new Response("kept")); return kept ? "kept" : "new"`,
    tmp: "const kept = fs.readdirSync('/tmp').join(); fs.writeFileSync('/tmp/a', 'x'); return kept",
    code: "fs.writeFileSync('index.mjs', ''); return 'written'",
  });
  const filler = `// ${crypto.getRandomValues(new Uint8Array(45_000)).toHex()}`;
  const code = { Code: { ZipFile: zip({ "index.mjs": source, "filler.mjs": filler }) } };
  const results = [];
  for (const name of ["f", "g", "h"]) {
    await deploy(lambda, name, "", code);
    results.push((await invoke(lambda, name)).payload as Record<string, string>);
  }
  for (const { localStorage, caches, tmp, code } of results) {
    assert.ok(localStorage === "x" || localStorage!.startsWith("!"), localStorage);
    assert.ok(caches === "new" || caches!.startsWith("!"), caches);
    assert.equal(tmp, "");
    assert.match(code!, /^!/);
  }
});

attack("packages are found in the function's own node_modules as Node.js finds them", async (lambda) => {
  const manifest = (value: object) => JSON.stringify(value);
  const files = {
    "index.mjs": attempting(
      `import { createRequire } from "node:module"; import { x } from "cjs"; const require = createRequire(import.meta.url);`,
      {
        cjs: "return x",
        "cjs imports": "return (await (await import('cjs')).later()).e",
        conditions: "return (await import('esm')).e",
        pattern: "return (await import('esm/sub/a')).default",
        "not exported": "return (await import('esm/lib/own.js')).default",
        dual: "return (await import('dual')).default + require('dual')",
        scoped: "return (await import('@s/p')).s + (await import('@s/p/lib/util.js')).u",
        nested: "return (await import('nested')).n",
        required: "return require('esm').e + require('esm/sub/a').default",
        json: "return (await import('cjs/data.json', { with: { type: 'json' } })).default.j",
        none: "return import('none')",
        builtin: "return typeof (await import('events')).EventEmitter",
        resolve: "return import.meta.resolve('esm').split('/node_modules/')[1]",
      },
    ),
    "node_modules/cjs/package.json": manifest({ main: "./main" }),
    "node_modules/cjs/main.js":
      "exports.x = 'cjs' + require('./data').j; exports.later = () => import('esm')",
    "node_modules/cjs/data.json": `{"j":1}`,
    "node_modules/esm/package.json": manifest({
      type: "module",
      exports: {
        ".": { node: "./lib/node.js", default: "./lib/default.js" },
        "./sub/*": "./lib/*.js",
        "./sub/own": null,
      },
      imports: { "#own": "./lib/own.js" },
    }),
    "node_modules/esm/lib/node.js": "import own from '#own'; export const e = 'esm ' + own",
    "node_modules/esm/lib/default.js": "export const e = 'default'",
    "node_modules/esm/lib/own.js": "export default 'own'",
    "node_modules/esm/lib/a.js": "export default 'a'",
    "node_modules/dual/package.json": manifest({
      exports: { import: { default: "./i.mjs" }, require: "./r.cjs" },
    }),
    "node_modules/dual/i.mjs": "export default 'import '",
    "node_modules/dual/r.cjs": "module.exports = 'require'",
    "node_modules/@s/p/package.json": manifest({ main: "lib" }),
    "node_modules/@s/p/lib/index.js": "exports.s = 'scoped '",
    "node_modules/@s/p/lib/util.js": "exports.u = 'util'",
    "node_modules/inner/package.json": manifest({ version: "1.0.0" }),
    "node_modules/inner/index.js": "exports.v = 'outer'",
    "node_modules/nested/package.json": manifest({ exports: "./index.mjs" }),
    "node_modules/nested/index.mjs": "import { v } from 'inner'; export const n = v",
    "node_modules/nested/node_modules/inner/package.json": manifest({ version: "2.0.0" }),
    "node_modules/nested/node_modules/inner/index.js": "exports.v = 'inner'",
    "node_modules/events/index.js": "exports.EventEmitter = 1",
  };
  await deploy(lambda, "f", "", { Code: { ZipFile: zip(files) }, Timeout: 20 });
  const { none, "not exported": notExported, ...payload } = (await invoke(lambda, "f")).payload as Record<
    string,
    string
  >;
  assert.match(none!, /^!/);
  assert.match(notExported!, /^!/);
  assert.deepEqual(payload, {
    cjs: "cjs1",
    "cjs imports": "esm own",
    conditions: "esm own",
    pattern: "a",
    dual: "import require",
    scoped: "scoped util",
    nested: "inner",
    required: "esm owna",
    json: "1",
    builtin: "function",
    resolve: "esm/lib/node.js",
  });
});

Deno.test("thousands of files that others may not read are no fault of the server", () =>
  withLambda(async (lambda) => {
    const many = Object.fromEntries(Array.from({ length: 12_000 }, (_, i) => [`folder/file-${i}.txt`, ""]));
    const index = { "index.mjs": "export const handler = async () => 1" };
    const create = (name: string, files: Uint8Array<ArrayBuffer>) =>
      lambda.send(new CreateFunctionCommand(createInput(name, "", { Code: { ZipFile: files } })));
    // None of them can be read: known by their folder.
    await create("hidden", zip({ ...many, ...index }, 0o600));
    await new Promise((resolve) => setTimeout(resolve, 400));
    const { payload } = await invoke(lambda, "hidden");
    assert.match((payload as { errorMessage: string }).errorMessage, /^EACCES: permission denied/);
    // Between readable files they are too many to name.
    const mixed = Object.entries(many).map(([name, content], i) => [`${name}${i % 2}`, content]);
    await assert.rejects(
      create("mixed", zipOf(Object.fromEntries(mixed))),
      {
        name: "ValidationException",
        message: /^The local AWS does not support a package of readable files among 6000/,
      },
    );
  }));

/** Every other file of a folder is readable. */
function zipOf(files: Record<string, string>): Uint8Array<ArrayBuffer> {
  const entries = Object.keys(files).map((name, i) => {
    const attrs = (0o100000 | (i % 2 ? 0o644 : 0o600)) << 16;
    return [name, [new Uint8Array(), { os: 3, attrs, level: 0 }]] as const;
  });
  return new Uint8Array(zipSync(Object.fromEntries(entries) as Parameters<typeof zipSync>[0]));
}

attack(
  "where the system allows it, a function's process sees its own files and no others",
  async (lambda) => {
    await deploy(
      lambda,
      "f",
      "export const handler = async () => [process.pid, process.execPath, process.cwd()]",
    );
    const [pid, program, folder] = (await invoke(lambda, "f")).payload as [number, string, string];
    if (program !== "/var/lang/bin/deno") return;
    assert.equal(folder, "/var/task");
    const seen = await Array.fromAsync(Deno.readDir(`/proc/${pid}/root/`)).catch(() => undefined);
    if (!seen) return; // not root: nobody may look
    const names = (path: string) =>
      [...Deno.readDirSync(`/proc/${pid}/root/${path}`)].map(({ name }) => name).sort();
    assert.deepEqual(names("").filter((name) => !/^(lib|nix|usr)/.test(name)), ["proc", "tmp", "var"]);
    assert.deepEqual(names("var"), ["cache", "lang", "packages.json", "runtime", "task"]);
    assert.deepEqual(names("var/task"), ["index.mjs"]);
    assert.deepEqual(names("proc"), ["self"]);
    assert.deepEqual(names("tmp"), []);
  },
);

attack("Deno asks no registry for a function", async (lambda) => {
  const source = attempting("", {
    "npm": "return (await import('npm:is-odd@3.0.1')).default",
    "jsr": "return (await import('jsr:@std/assert@1')).default",
    "https": "return (await import('https://deno.land/x/a.ts')).default",
    "a name": "return (await import('is-odd')).default",
    ".npmrc": "return (await import('npm:bucket')).default",
    "require":
      "return process.getBuiltinModule('module').createRequire('/var/task/x.js')('npm:is-odd@3.0.1')",
  });
  await deploy(lambda, "f", source, { Timeout: 20 });
  const results = (await invoke(lambda, "f")).payload as Record<string, string>;
  for (const [way, result] of Object.entries(results)) {
    assert.match(result, /^!/, way);
    // Not what an attempt to connect would end with.
    assert.doesNotMatch(result, /tls|certificate|sending request|dns|connect/i, way);
  }
});
