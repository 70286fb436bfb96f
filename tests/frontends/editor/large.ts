/** A machine of a thousand states: it opens, and a card is dragged. Prints how fast; asserts that it works. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type BrowserEditor, type Setting, withEditor } from "./browser_editor.ts";

const COUNT = 1000;

export async function checkLarge(setting: Setting): Promise<string> {
  await Deno.writeTextFile(
    join(setting.definitions, "large.asl.json"),
    JSON.stringify(largeMachine(), null, 2),
  );
  let said = "";
  await withEditor(setting, { file: "large.asl.json" }, async (editor) => {
    const opened = await editor.page.evaluate(() => performance.now()); // since the page was asked for
    const drawn = await editor.page.locator(".overview path").getAttribute("d") ?? "";
    assert.equal(drawn.split("M").length - 1, COUNT, "Not every state is on the map.");
    const frames = await framesWhileDragging(editor);
    await editor.focusCanvas();
    await editor.page.keyboard.press("End");
    await editor.page.keyboard.press("/");
    await editor.page.keyboard.type(`State ${COUNT - 1}`);
    await editor.page.keyboard.press("Enter");
    await editor.card(`State ${COUNT - 1}`).waitFor();
    said = `${COUNT} states open in ${Math.round(opened)} ms and are dragged at ${
      Math.round(frames)
    } frames/s`;
  });
  return said;
}

/** A chain with a choice at each tenth state and a catcher at each fiftieth, all to the last one. */
function largeMachine() {
  const name = (index: number) => `State ${index}`;
  const last = name(COUNT - 1);
  const state = (index: number) => {
    if (index === COUNT - 1) return { Type: "Succeed" };
    const Next = name(index + 1);
    if (index % 10 === 5 && index + 3 < COUNT) {
      return {
        Type: "Choice",
        Choices: [{ Variable: "$.skip", IsPresent: true, Next: name(index + 3) }],
        Default: Next,
      };
    }
    const Catch = [{ ErrorEquals: ["States.ALL"], Next: last }];
    const Parameters = { FunctionName: "weigh" };
    return {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Parameters,
      ...index % 50 === 0 && { Catch },
      Next,
    };
  };
  const states = Array.from({ length: COUNT }, (_, index) => [name(index), state(index)]);
  return { StartAt: name(0), States: Object.fromEntries(states) };
}

/** Drags the third card over the canvas and back to nowhere. @returns frames per second */
async function framesWhileDragging({ page }: BrowserEditor): Promise<number> {
  const before = await page.locator(".card b").allTextContents();
  const box = (await page.locator('.card[data-name="State 2"]').boundingBox())!;
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(globalThis, { times });
    const note = (time: number) => {
      times.push(time);
      requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  });
  await page.mouse.move(box.x + 60, box.y + 20);
  await page.mouse.down();
  for (let step = 1; step <= 90; step++) await page.mouse.move(box.x + 60 + 3 * step, box.y + 20 + step);
  const frames = await page.evaluate(() => {
    const { times } = globalThis as unknown as { times: number[] };
    return 1000 * (times.length - 1) / (times.at(-1)! - times[0]!);
  });
  const moved = (await page.locator('.card[data-name="State 2"]').boundingBox())!;
  assert.ok(moved.x > box.x + 100, "The card did not follow the pointer.");
  await page.mouse.move(box.x + 600, box.y + 20);
  await page.mouse.up();
  await page.waitForTimeout(300);
  assert.deepEqual(await page.locator(".card b").allTextContents(), before);
  return frames;
}
