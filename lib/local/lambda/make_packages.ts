/** `make_packages.ts FOLDER VERSIONS`: makes a `node_modules` with AWS's SDK. A killed run leaves no half of it. */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { umask } from "node:process";
import { fileURLToPath } from "node:url";
import { build, stop } from "esbuild";

/** Parts of CommonJS packages call `require`. */
const REQUIRE = 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);';

const [folder, given] = Deno.args as [string, string];
const versions: [string, string][] = JSON.parse(given);
const part = `${folder}.${crypto.randomUUID()}.part`;
umask(0o022); // functions may run as another user
try {
  await build({
    entryPoints: Object.fromEntries(versions.map(([name]) => [`${name}/index`, name])),
    outdir: part,
    absWorkingDir: fileURLToPath(new URL("../../../", import.meta.url)),
    bundle: true,
    splitting: true, // classes of a chunk are the same for all clients
    minify: true,
    format: "esm",
    platform: "node",
    target: "node22",
    mainFields: ["module", "main"],
    outExtension: { ".js": ".mjs" },
    chunkNames: "@aws-sdk/chunks/[hash]",
    banner: { js: REQUIRE },
    legalComments: "none",
    logLevel: "silent",
  });
  for (const [name, specifier] of versions) {
    const version = specifier.slice(specifier.lastIndexOf("@") + 1);
    const manifest = { name, version, main: "./index.mjs", exports: "./index.mjs" };
    writeFileSync(join(part, name, "package.json"), JSON.stringify(manifest));
  }
  writeFileSync(join(part, "versions.json"), given);
  rmSync(folder, { recursive: true, force: true });
  renameSync(part, folder);
} finally {
  rmSync(part, { recursive: true, force: true });
  await stop();
}
