/** The editor as people see it: light and dark, on a desk and on a phone, without serious findings of axe. */
import assert from "node:assert/strict";
import { type BrowserEditor, type Setting, withEditor } from "./browser_editor.ts";

const SCHEMES = ["light", "dark"] as const;

export async function checkLooks(setting: Setting): Promise<string> {
  for (const colorScheme of SCHEMES) {
    await withEditor(setting, { file: "saga.asl.json", colorScheme, width: 1600 }, async (editor) => {
      await tour(editor, colorScheme);
    });
    await withEditor(
      setting,
      { file: "map_in_parallel.asl.json", colorScheme, width: 390 },
      async (editor) => {
        const surplus = await editor.page.evaluate(() => {
          const { scrollWidth, clientWidth } = document.documentElement;
          return scrollWidth - clientWidth;
        });
        assert.equal(surplus, 0, "The page is wider than a phone.");
        await editor.mustBeAccessible(`phone, ${colorScheme}`);
        await editor.screenshot(`phone-${colorScheme}`);
      },
    );
  }
  return "light and dark, on a desk and on a phone, without serious findings of axe";
}

/** Each part of the editor once, with a picture of it. */
async function tour(editor: BrowserEditor, scheme: string): Promise<void> {
  const { page } = editor;
  await page.getByText(/The target accepts|problem/).first().waitFor();
  await editor.mustBeAccessible(`machine, ${scheme}`);
  await editor.card("Courier").click();
  await page.locator(".cm-content").first().waitFor();
  await editor.settled();
  await editor.mustBeAccessible(`state, ${scheme}`);
  await editor.screenshot(`state-${scheme}`);
  for (const tab of ["Test", "Run"]) {
    await page.getByRole("tab", { name: tab }).click();
    await page.locator(".panel").waitFor();
    await editor.mustBeAccessible(`${tab}, ${scheme}`);
    await editor.screenshot(`${tab.toLowerCase()}-${scheme}`);
  }
  await page.getByRole("tab", { name: "Form" }).click();
  await page.getByLabel("What is open").selectOption("map_in_parallel.asl.json");
  await editor.card("P").waitFor();
  await editor.settled();
  await editor.screenshot(`containers-${scheme}`);
  await page.getByLabel("Name").or(page.getByLabel("Comment")).first().fill("A note");
  await page.getByRole("button", { name: "Save …" }).click();
  await page.locator(".difference-view .cm-content").first().waitFor();
  await editor.mustBeAccessible(`saving, ${scheme}`);
  await editor.screenshot(`saving-${scheme}`);
}
