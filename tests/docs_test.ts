/** What the pages say of the code, link and show is there. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_DIR } from "../lib/settings.ts";

const pages = ["README.md", ...readdirSync(join(PROJECT_DIR, "docs")).map((name) => join("docs", name))]
  .filter((name) => name.endsWith(".md"));
const read = (path: string) => readFileSync(join(PROJECT_DIR, path), "utf8");

Deno.test("every file and folder that a page names exists", () => {
  for (const page of pages) {
    const named = [
      ...read(page).matchAll(/`((?:lib|tests|lambdas|statemachine|notebooks|docs)\/[\w./-]*)`/g),
    ];
    const missing = named.map(([, path]) => path!).filter((path) => !existsSync(join(PROJECT_DIR, path)));
    assert.deepEqual(missing, [], page);
  }
});

Deno.test("the operations that the page on contributing shows are those of the code", () => {
  const blocks = [...read("docs/CONTRIBUTING.md").matchAll(/^ {3}```ts\n(.*?)^ {3}```/gms)];
  assert.ok(blocks.length > 0);
  const source = read("lib/local/sagemaker/models.ts");
  for (const [, block] of blocks) {
    for (const operation of block!.replaceAll(/^ {3}/gm, "").trim().split("\n\n")) {
      assert.ok(source.includes(operation), operation);
    }
  }
});

Deno.test("every file that the README links or shows exists", () => {
  const readme = read("README.md");
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
