/** Fifty state machines: opened, a state moved, undone, saved, and equal to what they were. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { MACHINES } from "../../console/workflow/machines/machines.ts";
import { type Setting, withEditor } from "./browser_editor.ts";

export async function checkRoundTrip(setting: Setting): Promise<string> {
  const texts = Object.entries(MACHINES).map(([name, machine]) =>
    [`${name}.asl.json`, `${JSON.stringify(machine, null, 2)}\n`] as const
  );
  for (const [file, text] of texts) await Deno.writeTextFile(join(setting.definitions, file), text);
  await withEditor(setting, { file: texts[0]![0] }, async (editor) => {
    const { page } = editor;
    const open = page.getByLabel("What is open");
    for (const [file, text] of texts) {
      await open.selectOption(file);
      const { States } = JSON.parse(text);
      for (const name of Object.keys(States).slice(0, 8)) {
        await editor.card(name).waitFor({ state: "attached" });
      }
      await editor.focusCanvas();
      for (const key of ["ArrowDown", "Alt+ArrowDown", "Control+d", "Control+z"]) {
        await page.keyboard.press(key);
      }
      while (await page.getByRole("button", { name: "Undo" }).isEnabled()) {
        await page.keyboard.press("Control+z");
      }
      await editor.save(file, "Write the file");
      assert.equal(await Deno.readTextFile(join(setting.definitions, file)), text, file);
    }
  });
  return `${texts.length} machines open, move, undo and save to the same text`;
}
