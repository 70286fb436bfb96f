/** The notebooks' cells are checked like any other source; Deno's own checks do not read .ipynb files. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PROJECT_DIR } from "../lib/settings.ts";

const FOLDER = join(PROJECT_DIR, "notebooks");

Deno.test("the cells of each notebook are valid TypeScript, run from top to bottom", async () => {
  const scratch = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    const paths: string[] = [];
    for await (const { name } of Deno.readDir(FOLDER)) {
      if (!name.endsWith(".ipynb")) continue;
      const notebook = JSON.parse(await Deno.readTextFile(join(FOLDER, name)));
      const cells: { cell_type: string; source: string[] }[] = notebook.cells;
      const code = cells.filter(({ cell_type }) => cell_type === "code").map(({ source }) => source.join(""))
        .join("\n");
      const path = join(scratch, name.replace(".ipynb", ".ts"));
      await Deno.writeTextFile(path, code.replaceAll('"../lib/', `"${pathToFileURL(PROJECT_DIR)}/lib/`));
      paths.push(path);
    }
    assert.equal(paths.length, 5);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--config", join(PROJECT_DIR, "deno.json"), ...paths],
      env: { NO_COLOR: "1" },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
});
