/** What the pages say of the code is there. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
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
