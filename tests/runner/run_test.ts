import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Notebook, writeNotebook } from "../../lib/runner/notebook.ts";
import { runNotebooks } from "../../lib/runner/run.ts";
import { mergeParts } from "../../lib/runner/summary.ts";
import { code, isRunning, notebookOf, withFolder } from "./testing.ts";

const displays = fileURLToPath(new URL("testdata/displays.ipynb", import.meta.url));

Deno.test("notebooks run in order up to the first failure, and each has its reports", async () => {
  await withFolder(async (folder) => {
    const failing = join(folder, "2_failing.ipynb");
    await writeNotebook(failing, notebookOf(code("throw new Error('of arn:aws:iam::210987654321:role/x')")));
    const never = join(folder, "3_never.ipynb");
    await writeNotebook(never, notebookOf(code("1")));
    const outDir = join(folder, "reports");
    await Deno.mkdir(outDir);
    await Deno.writeTextFile(join(outDir, "3_never.html"), "of an earlier run");
    const result = await runNotebooks({
      notebooks: [displays, failing, never],
      outDir,
      facts: (summary) => ({ Captures: String(summary.captures) }),
    });

    assert.deepEqual(result.summary, { training: { accuracy: 0.925, epochs: 40 }, captures: 40 });
    assert.equal(result.highlights.length, 1);
    assert.match(JSON.stringify(result.highlights), /vegalite/);
    assert.deepEqual(result.reports.map(({ name }) => name), ["displays", "2_failing"]);
    assert.equal(result.reports[0]?.failure, undefined);
    assert.match(
      result.failure?.message ?? "",
      /2_failing\.ipynb, cell 1 .*\n.*of arn:aws:iam::\[account\]:role/,
    );
    const files = Array.from(Deno.readDirSync(outDir), ({ name }) => name).sort();
    assert.deepEqual(files, ["2_failing.html", "2_failing.ipynb", "displays.html", "displays.ipynb"]);

    const executed: Notebook = JSON.parse(await Deno.readTextFile(join(outDir, "displays.ipynb")));
    const outputs = JSON.stringify(
      executed.cells.map((cell) => cell.cell_type === "code" ? cell.outputs : []),
    );
    assert.match(outputs, /Counting: 30\/30 steps, all of them/);
    assert.match(outputs, /Accuracy after 20 epochs/);
    assert.doesNotMatch(outputs, /Accuracy after 5 epochs/, "the chart was replaced in place");
    assert.doesNotMatch(outputs, /210987654321|AKIA/);
    const html = await Deno.readTextFile(join(outDir, "displays.html"));
    assert.match(html, /<dt>Captures<\/dt><dd>40<\/dd>/);
    assert.match(html, /<a href="2_failing\.html">2_failing →<\/a>/);
    assert.doesNotMatch(html, /<script>alert/);
    assert.doesNotMatch(await Deno.readTextFile(join(outDir, "2_failing.html")), /3_never/);
  });
});

Deno.test("a run that gets SIGTERM writes its report and leaves no kernel", async () => {
  await withFolder(async (folder) => {
    const notebook = join(folder, "long.ipynb");
    const cell =
      "Deno.writeTextFileSync('pid', String(Deno.pid)); await new Promise((r) => setTimeout(r, 60_000));";
    await writeNotebook(notebook, notebookOf(code(cell)));
    const lib = new URL("../../lib/", import.meta.url);
    const program = `import { runNotebooks } from "${new URL("runner/run.ts", lib)}";
      import { interruptible } from "${new URL("notebook/interrupt.ts", lib)}";
      const { failure } = await interruptible((signal) =>
        runNotebooks({ notebooks: [${JSON.stringify(notebook)}], outDir: ${
      JSON.stringify(folder)
    }, signal }));
      console.log(failure.name);
      Deno.exitCode = 130;`;
    const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
    const main = join(folder, "main.ts");
    await Deno.writeTextFile(main, program);
    const args = ["run", "-A", "--no-check", "--config", config, main];
    const runner = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
    const pid = await pidIn(join(folder, "pid"));
    runner.kill("SIGTERM");
    const { code: status, stdout } = await runner.output();
    assert.equal(status, 130);
    assert.match(new TextDecoder().decode(stdout), /^long\n[^]*InterruptedError\n$/);
    assert.equal(isRunning(pid), false);
    assert.match(await Deno.readTextFile(join(folder, "long.html")), /long/);
  });
});

Deno.test("parts of a summary are merged object by object", () => {
  const merged = mergeParts({ a: { b: 1, c: [1] }, d: 2 }, { a: { c: [2], e: 3 }, d: { f: 1 } });
  assert.deepEqual(merged, { a: { b: 1, c: [2], e: 3 }, d: { f: 1 } });
});

async function pidIn(path: string): Promise<number> {
  for (let i = 0; i < 300; i++) {
    const text = await Deno.readTextFile(path).catch(() => "");
    if (text !== "") return Number(text);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("The cell did not start.");
}
