/** The editor by keyboard alone: adding, choosing, moving, renaming, wrapping, copying, undoing, finding, saving. */
import assert from "node:assert/strict";
import { type Setting, withEditor } from "./browser_editor.ts";

export async function checkKeyboard(setting: Setting): Promise<string> {
  await withEditor(setting, { file: "scones.asl.json" }, async (editor) => {
    const { page } = editor;
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
      await editor.settled();
    };
    const names = () => editor.names();
    await page.locator(".skip").focus();
    for (let step = 0; step < 60; step++) {
      if (await page.evaluate(() => document.activeElement?.classList.contains("canvas"))) break;
      await page.keyboard.press("Tab");
    }
    assert.equal(
      await page.evaluate(() => document.activeElement?.className),
      "canvas",
      "Tab does not reach the canvas.",
    );

    await press("ArrowDown");
    assert.equal(await page.locator(".card.selected b").innerText(), "SerializeImageData");
    await press("a");
    await page.keyboard.type("Wait");
    await press("Tab", "Enter");
    assert.deepEqual(await names(), ["SerializeImageData", "Wait", "ClassifyImage", "FilterLowConfidence"]);
    assert.equal(
      await page.evaluate(() => document.activeElement?.className),
      "canvas",
      "The focus is lost.",
    );
    await press("Alt+ArrowDown");
    assert.equal(await page.locator(".card.selected b").innerText(), "Wait");
    await press("Enter");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("Rest a while");
    await press("Enter");
    assert.ok((await names()).includes("Rest a while"));
    await editor.focusCanvas();
    await press("p");
    assert.ok((await names()).includes("Parallel"));
    await press("c");
    assert.ok(!(await names()).includes("Rest a while"), "A collapsed state shows what is in it.");
    await press("c", "u");
    assert.ok(!(await names()).includes("Parallel"));
    await press("Escape", "/");
    await page.keyboard.type("Filter");
    await press("Enter", "Escape");
    assert.equal(await page.locator(".card.selected b").innerText(), "FilterLowConfidence");
    await press("Control+d");
    assert.ok((await names()).includes("FilterLowConfidence 2"));
    await press("Delete");
    assert.ok(!(await names()).includes("FilterLowConfidence 2"));
    await press("?");
    await page.getByRole("dialog", { name: "Keys of the canvas" }).waitFor();
    await press("Escape");
    await editor.focusCanvas();
    await press(...Array(12).fill("Control+z"));
    assert.deepEqual(await names(), ["SerializeImageData", "ClassifyImage", "FilterLowConfidence"]);
    assert.equal(await page.locator(".toolbar .state").first().innerText(), "saved");
    await press("Control+s");
    await page.getByRole("dialog", { name: "Save the workflow" }).getByText("They are the same.").waitFor();
    await press("Escape");
  });
  return "everything by keyboard";
}
