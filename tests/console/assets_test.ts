import assert from "node:assert/strict";
import { join } from "node:path";
import { bundlePages, pageNames } from "../../lib/console/assets.ts";
import { stopBundler } from "../../lib/workflow/bundle.ts";

Deno.test("console: the whole front end has 500 kB compressed at most, and Orders loads nothing of the editor", async () => {
  const { files, metafile } = await bundlePages();
  await stopBundler();
  assert.deepEqual(pageNames({ files, metafile }).sort(), [
    "models",
    "orders",
    "overview",
    "review",
    "workflow",
  ]);
  const bytes = [...files.values()].reduce((sum, { body }) => sum + body.byteLength, 0);
  assert.ok(bytes <= 500_000, `${bytes} bytes`);

  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [path, output]));
  const loaded = new Set<string>();
  const load = (path: string) => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { path: imported, kind } of outputs.get(path)?.imports ?? []) {
      if (kind !== "dynamic-import") load(imported);
    }
  };
  for (const path of ["shell/main.js", "orders/page.js"]) load(join("lib", "console", "pages", path));
  const inputs = [...loaded].flatMap((path) => Object.keys(outputs.get(path)?.inputs ?? {}));
  assert.ok(inputs.some((path) => path.endsWith("orders/page.tsx")));
  assert.deepEqual(inputs.filter((path) => /@xyflow|@codemirror|dagre|pages\/workflow/.test(path)), []);
});
