/** What the README shows is there. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_DIR } from "../lib/settings.ts";

Deno.test("every file that the README links or shows exists", () => {
  const readme = readFileSync(join(PROJECT_DIR, "README.md"), "utf8");
  const paths = [
    ...[...readme.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map((match) => match[1]!),
    ...[...readme.matchAll(/(?:src|srcset)="([^"]+)"/g)].map((match) => match[1]!),
  ].filter((path) => !/^https?:/.test(path));
  assert.ok(paths.length > 15);
  assert.deepEqual(paths.filter((path) => !existsSync(join(PROJECT_DIR, path))), []);
});

Deno.test("docs/sample holds the notebooks and reports of a whole run on drawn pictures, in 3 MB at most", () => {
  const folder = join(PROJECT_DIR, "docs", "sample");
  const names = readdirSync(folder);
  assert.equal(names.filter((name) => name.endsWith(".ipynb")).length, 5);
  const bytes = names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  assert.ok(bytes <= 3_000_000, `${bytes} bytes`);
  const summary = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8"));
  assert.equal(summary.dataset.synthetic, true);
  assert.ok(summary.captures > 0);
  for (const name of names) {
    assert.doesNotMatch(readFileSync(join(folder, name), "utf8"), /\/(tmp|home|root|Users)\//, name);
  }
});
