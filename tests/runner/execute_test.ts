import assert from "node:assert/strict";
import { join } from "node:path";
import { noticeMime } from "../../lib/display/show.ts";
import { InterruptedError } from "../../lib/notebook/interrupt.ts";
import { CellError, type CellPlace, executeNotebook } from "../../lib/runner/execute.ts";
import { type CodeCell, type Notebook, writeNotebook } from "../../lib/runner/notebook.ts";
import { code, notebookOf, text, withFolder } from "./testing.ts";

function codeCells({ cells }: Notebook): CodeCell[] {
  return cells.filter((cell) => cell.cell_type === "code");
}

Deno.test("a notebook is executed up to the first failing cell, and the file is left as it was", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "1_story.ipynb");
    const source = notebookOf(
      text("# A story\n\n## The beginning"),
      code("const x: number = 41;\nx + 1;", { tags: ["parameters"] }),
      code("// Fails as it should\nthrow new Error('wanted');", { tags: ["raises-exception"] }),
      code(""),
      code("\n  // Fails\nthrow new RangeError('\\u001b[31mnot wanted\\u001b[0m');"),
      code("'never reached'", { outputs: [{ output_type: "stream", name: "stdout", text: "stale" }] }),
    );
    await writeNotebook(path, source);
    const places: CellPlace[] = [];
    const observer = {
      cellStarted: (place: CellPlace) => places.push(place),
      cellFinished: () => {},
      progress: () => {},
      notice: () => {},
    };
    const { notebook, failure } = await executeNotebook(path, { observer });

    assert.ok(failure instanceof CellError);
    assert.equal(failure.notebook, "1_story.ipynb");
    assert.equal(failure.cell, 4);
    assert.equal(failure.ename, "RangeError");
    assert.match(failure.message, /^1_story\.ipynb, cell 4 \(\/\/ Fails\):\nRangeError: not wanted$/);

    const [first, second, empty, third, fourth] = codeCells(notebook);
    assert.deepEqual([first, second, empty, third, fourth].map((cell) => cell?.execution_count), [
      1,
      2,
      null,
      3,
      null,
    ]);
    assert.match(JSON.stringify(first?.outputs), /42/);
    assert.deepEqual(first?.metadata.tags, ["parameters"]);
    assert.equal(third?.outputs[0]?.output_type, "error");
    assert.deepEqual(fourth?.outputs, []);
    assert.equal((notebook.metadata.language_info as { name: string }).name, "typescript");
    assert.deepEqual(places.map(({ title }) => title), ["The beginning", "Fails as it should", "Fails"]);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(path)), source);
  });
});

Deno.test("what a cell wants to be read reaches the observer", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "1.ipynb");
    const notice = { data: { [noticeMime]: { text: "synthetic pictures" } }, metadata: {} };
    await writeNotebook(
      path,
      notebookOf(code(`await Deno.jupyter.broadcast("display_data", ${JSON.stringify(notice)});`)),
    );
    const notices: string[] = [];
    const observer = {
      cellStarted: () => {},
      cellFinished: () => {},
      progress: () => {},
      notice: (text: string) => notices.push(text),
    };
    await executeNotebook(path, { observer });
    assert.deepEqual(notices, ["synthetic pictures"]);
  });
});

Deno.test("a cell that does not parse is named with the place", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "typo.ipynb");
    await writeNotebook(path, notebookOf(code("const x = 1;\nconst y: = 2;")));
    const { notebook, failure } = await executeNotebook(path);
    assert.match(failure?.message ?? "", /typo\.ipynb, cell 1 .*\nSyntaxError: line 2, column 10: /);
    assert.equal(codeCells(notebook)[0]?.outputs[0]?.output_type, "error");
  });
});

Deno.test("an interruption ends the running cell and keeps what it has put out", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "long.ipynb");
    const notice = { data: { [noticeMime]: { text: "begun" } }, metadata: {} };
    const cell = ["console.log('begun');"]
      .concat(`await Deno.jupyter.broadcast("display_data", ${JSON.stringify(notice)});`)
      .concat("await new Promise((r) => setTimeout(r, 60_000));");
    await writeNotebook(path, notebookOf(code(cell.join("\n"))));
    const controller = new AbortController();
    // Not after a time: the kernel may take long to start.
    const observer = {
      cellStarted: () => {},
      cellFinished: () => {},
      progress: () => {},
      notice: () => controller.abort(),
    };
    const { notebook, seconds, failure } = await executeNotebook(path, {
      observer,
      signal: controller.signal,
    });
    assert.ok(failure instanceof InterruptedError);
    assert.ok(seconds < 60, `it took ${seconds} s`);
    assert.match(JSON.stringify(codeCells(notebook)[0]?.outputs), /begun/);
  });
});

Deno.test("a file that is not a notebook is refused by name", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "no.ipynb");
    await Deno.writeTextFile(path, "{}");
    await assert.rejects(executeNotebook(path), /no\.ipynb is not a notebook of format 4/);
  });
});
