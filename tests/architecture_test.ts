/** The house rules that can be tested. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { PROJECT_DIR } from "../lib/settings.ts";

function sources(folder: string): string[] {
  return readdirSync(join(PROJECT_DIR, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));
}

/** A file's imports: bare specifiers as they are, relative ones as paths from the project's folder. */
function imports(path: string): string[] {
  const text = readFileSync(join(PROJECT_DIR, path), "utf8");
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]!);
  return specifiers.map((specifier) =>
    specifier.startsWith(".") ? relative(PROJECT_DIR, resolve(PROJECT_DIR, path, "..", specifier)) : specifier
  );
}

const isLocal = (path: string) => path.startsWith(join("lib", "local") + "/");
const lib = sources("lib");
const workflow = lib.filter((path) => !isLocal(path));

/** The circular imports among the files, each as its sorted files. */
function circles(paths: readonly string[]): string[][] {
  const targets = new Map(
    paths.map((path) => [path, imports(path).filter((target) => paths.includes(target))]),
  );
  const reached = new Map(paths.map((path) => {
    const found = new Set<string>();
    const waiting = [...targets.get(path)!];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (!found.has(next)) waiting.push(...targets.get(next)!);
      found.add(next);
    }
    return [path, found];
  }));
  const together = paths.filter((path) => reached.get(path)!.has(path)).map((path) =>
    paths.filter((other) => reached.get(path)!.has(other) && reached.get(other)!.has(path)).sort()
  );
  return [...new Map(together.map((circle) => [circle[0]!, circle])).values()].sort();
}

Deno.test("there are no circular imports in lib", () => {
  assert.deepEqual(circles(lib), []);
});

/** The layers of the workflow from the top down; files outside of them (settings, names) are the lowest layer. */
const LAYERS = [
  ["tasks"],
  ["console", "runner"], // neither imports the other
  ["notebook"],
  ["evaluation"],
  ["workflow"],
  ["training"],
  ["dataset"],
  ["graph"],
  ["display", "aws"], // neither imports the other
  ["settings"],
];

function layerOf(path: string): string {
  if (path === join("lib", "mod.ts")) return "notebook"; // what the notebooks import
  const [, folder, file] = path.split("/");
  return file === undefined ? "settings" : folder!;
}

Deno.test("each layer of the workflow imports from itself and from lower layers only", () => {
  const height = (layer: string) => LAYERS.findIndex((layers) => layers.includes(layer));
  assert.deepEqual(
    [...new Set(workflow.map(layerOf))].filter((layer) => height(layer) < 0),
    [],
    "unknown layers",
  );
  const upwards = workflow.flatMap((path) =>
    imports(path).filter((target) => workflow.includes(target)).filter((target) => {
      const [from, to] = [layerOf(path), layerOf(target)];
      return from !== to && height(to) <= height(from);
    }).map((target) => `${path} imports ${target}`)
  );
  assert.deepEqual(upwards, []);
});

Deno.test("display and graph import nothing of aws", () => {
  const shown = workflow.filter((path) => ["display", "graph"].includes(layerOf(path)));
  const trespasses = shown.flatMap((path) =>
    imports(path).filter((target) => target.startsWith("lib/aws/")).map((target) =>
      `${path} imports ${target}`
    )
  );
  assert.deepEqual(trespasses, []);
});

Deno.test("in the local AWS only services.ts imports services", () => {
  const local = lib.filter(isLocal);
  const services = [...new Set(local.map((path) => path.split("/")[2]!))]
    .filter((name) => !name.endsWith(".ts") && name !== "protocols");
  const shared = local.filter((path) => !services.includes(path.split("/")[2]!));
  const trespasses = shared.filter((path) => path !== join("lib", "local", "services.ts")).flatMap((path) =>
    imports(path).filter((target) => services.includes(target.split("/")[2]!)).map((target) =>
      `${path} imports ${target}`
    )
  );
  assert.deepEqual(trespasses, []);
});

Deno.test("the image classification's folders import each other in one direction", () => {
  const folders = ["container", "training", "networks", "graph"];
  const folder = join("lib", "local", "sagemaker", "image_classification");
  const height = (path: string) => folders.indexOf(relative(folder, path).split("/")[0]!);
  const upwards = lib.filter((path) => path.startsWith(folder) && height(path) >= 0).flatMap((path) =>
    imports(path).filter((target) =>
      target.startsWith(folder) && height(target) >= 0 && height(target) < height(path)
    )
      .map((target) => `${path} imports ${target}`)
  );
  assert.deepEqual(upwards, []);
});

Deno.test("the workflow reaches the local AWS only over HTTP", () => {
  const trespasses = workflow
    .flatMap((path) => imports(path).filter(isLocal).map((target) => `${path} imports ${target}`));
  assert.deepEqual(trespasses, []);
});

Deno.test("the local AWS imports nothing of the workflow but JSON data", () => {
  const trespasses = lib.filter(isLocal).flatMap((path) =>
    imports(path)
      .filter((target) => /^(lib|lambdas|statemachine|notebooks)\//.test(target))
      .filter((target) => !isLocal(target) && !target.endsWith(".json"))
      .map((target) => `${path} imports ${target}`)
  );
  assert.deepEqual(trespasses, []);
});

Deno.test("the Lambda functions import only AWS SDK clients and Node's modules", () => {
  const others = sources("lambdas").flatMap((path) =>
    imports(path).filter((target) => !/^(@aws-sdk\/client-|node:)/.test(target)).map((target) =>
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

Deno.test("the top level has nothing but the listed files and folders", () => {
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
