/** The house rules that a test can see. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { PROJECT_DIR } from "../lib/settings.ts";

function sources(folder: string): string[] {
  return readdirSync(join(PROJECT_DIR, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

/** What a file imports: bare names as they are, relative ones as paths from the project's folder. */
function imports(path: string): string[] {
  const text = readFileSync(join(PROJECT_DIR, path), "utf8");
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]!);
  return specifiers.map((specifier) =>
    specifier.startsWith(".") ? relative(PROJECT_DIR, resolve(PROJECT_DIR, path, "..", specifier)) : specifier
  );
}

const isLocal = (path: string) => path.startsWith(join("lib", "local") + "/");
const lib = sources("lib");

Deno.test("the workflow reaches the local AWS only over HTTP", () => {
  const trespasses = lib.filter((path) => !isLocal(path))
    .flatMap((path) => imports(path).filter(isLocal).map((target) => `${path} imports ${target}`));
  assert.deepEqual(trespasses, []);
});

Deno.test("the local AWS knows nothing of the workflow, but for tables of facts", () => {
  const trespasses = lib.filter(isLocal).flatMap((path) =>
    imports(path)
      .filter((target) => /^(lib|lambdas|statemachine|notebooks)\//.test(target))
      .filter((target) => !isLocal(target) && !target.endsWith(".json"))
      .map((target) => `${path} imports ${target}`)
  );
  assert.deepEqual(trespasses, []);
});

Deno.test("the Lambda functions import AWS SDK clients and nothing else", () => {
  const others = sources("lambdas").flatMap((path) =>
    imports(path).filter((target) => !target.startsWith("@aws-sdk/client-")).map((target) =>
      `${path} imports ${target}`
    )
  );
  assert.deepEqual(others, []);
});

Deno.test("notebooks carry no outputs, and no cell is longer than 15 lines", () => {
  for (const name of readdirSync(join(PROJECT_DIR, "notebooks")).filter((name) => name.endsWith(".ipynb"))) {
    const notebook = JSON.parse(readFileSync(join(PROJECT_DIR, "notebooks", name), "utf8"));
    assert.equal(notebook.metadata.kernelspec.name, "deno");
    for (const cell of notebook.cells) {
      if (cell.cell_type !== "code") continue;
      assert.deepEqual(cell.outputs, [], `${name}, cell ${cell.id}`);
      assert.equal(cell.execution_count, null, `${name}, cell ${cell.id}`);
      assert.ok(cell.source.length <= 15, `${name}, cell ${cell.id} has ${cell.source.length} lines`);
    }
  }
});

Deno.test("the top level holds what it should and nothing more", () => {
  const allowed = [
    "notebooks",
    "lib",
    "lambdas",
    "statemachine",
    "tests",
    "docs",
    "deno.json",
    "deno.lock",
    "README.md",
  ];
  const made = ["LICENSE", "node_modules", "reports"];
  const names = readdirSync(PROJECT_DIR).filter((name) => !name.startsWith("."));
  assert.deepEqual(names.filter((name) => ![...allowed, ...made].includes(name)), []);
});
