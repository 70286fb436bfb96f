/** The canvas by mouse: reordering, dropping into a container, connecting, reconnecting, removing a line, and the code in step. */
/// <reference lib="dom" />
import assert from "node:assert/strict";
import { join } from "node:path";
import { idOf, type Path } from "../../../lib/console/pages/workflow/document/asl.ts";
import { type BrowserEditor, type Setting, withEditor } from "./browser_editor.ts";

const MACHINE = {
  StartAt: "One",
  States: {
    One: { Type: "Pass", Next: "Two" },
    Two: { Type: "Pass", Next: "Both" },
    Both: {
      Type: "Parallel",
      Branches: [{ StartAt: "Left", States: { Left: { Type: "Pass", End: true } } }],
      Next: "Work",
    },
    Work: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Parameters: { FunctionName: "f" },
      Next: "Done",
    },
    Done: { Type: "Succeed" },
  },
};

type Definition = { StartAt: string; States: Record<string, Record<string, unknown>> };

export async function checkMouse(setting: Setting): Promise<string> {
  await Deno.writeTextFile(join(setting.definitions, "mouse.asl.json"), JSON.stringify(MACHINE, null, 2));
  await withEditor(setting, { file: "mouse.asl.json", width: 1700, height: 1000 }, async (editor) => {
    const { page } = editor;
    const definition = async (): Promise<Definition> => {
      await editor.save("moved.asl.json", "Write the file");
      return await editor.file("moved.asl.json") as Definition;
    };

    await carry(editor, "One", await below(editor, "Two"));
    const reordered = await definition();
    assert.deepEqual([reordered.StartAt, reordered.States.Two!.Next, reordered.States.One!.Next], [
      "Two",
      "One",
      "Both",
    ]);

    await carry(editor, "One", await below(editor, "Left"));
    const inside = await definition();
    assert.deepEqual(Object.keys(inside.States), ["Two", "Both", "Work", "Done"]);
    const [branch] = inside.States.Both!.Branches as Definition[];
    assert.deepEqual([branch!.States.Left!.Next, branch!.States.One!.End], ["One", true]);
    await undo(editor);

    await link(editor, ["Work", "catch"], "Done");
    const caught = await definition();
    assert.deepEqual(caught.States.Work!.Catch, [{ ErrorEquals: ["States.ALL"], Next: "Done" }]);
    await link(editor, ["Two", "next"], "Work");
    assert.equal((await definition()).States.Two!.Next, "Work");
    await undo(editor);

    await page.mouse.click(...await onLine(editor, ["States", "Two", "Next"]));
    await page.getByRole("heading", { name: "From Two" }).waitFor();
    await page.getByRole("button", { name: "Remove" }).click();
    assert.equal((await definition()).States.Two!.End, true);
    await undo(editor);

    await page.locator(".code-pane .cm-content").getByText('"Cause"').waitFor({ state: "detached" });
    await page.locator(".code-pane .cm-line", { hasText: '"Succeed"' }).click();
    await editor.settled();
    assert.equal(await page.locator(".card.selected b").innerText(), "Done");
    await page.keyboard.press("End");
    await page.keyboard.type(', "Comment": "the end"');
    await page.locator(".inspector").getByLabel("Comment").and(page.locator('[value="the end"]')).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.type("x");
    await page.getByText(/This is not JSON yet/).first().waitFor();
    await page.keyboard.press("Control+z");

    await editor.card("Work").click();
    const seconds = page.locator(".inspector").getByLabel("Timeout seconds");
    await seconds.fill("-5");
    const problem = page.locator(".inspector .problems li").first();
    await problem.waitFor();
    assert.ok(await editor.card("Work").locator(".badges .bad").count() > 0);
    await page.locator(".problem-list li button").first().click();
    assert.equal(await page.locator(".card.selected b").innerText(), "Work");
    await editor.screenshot("problem");
    await seconds.fill("5");
    await page.getByText("The target accepts this workflow.").waitFor();
  });
  return "everything by mouse";
}

async function undo({ page }: BrowserEditor): Promise<void> {
  await page.getByRole("button", { name: "Undo" }).click();
  await page.waitForTimeout(300);
}

/** The middle of a transition's line. */
async function onLine({ page }: BrowserEditor, transition: Path): Promise<[x: number, y: number]> {
  return await page.locator(`.line[id="${idOf(transition)}"]`).evaluate((element) => {
    const path = element as SVGPathElement;
    const { x, y } = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM()!);
    return [x, y] as [number, number];
  });
}

/** A point on the line below a card. */
async function below(editor: BrowserEditor, name: string): Promise<{ x: number; y: number }> {
  const box = (await editor.card(name).boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height + 14 };
}

/** Drags a card by its head. */
async function carry(editor: BrowserEditor, name: string, to: { x: number; y: number }): Promise<void> {
  const { mouse } = editor.page;
  const box = (await editor.card(name).boundingBox())!;
  await mouse.move(box.x + 60, box.y + 20);
  await mouse.down();
  await mouse.move(to.x + 30, to.y - 30, { steps: 6 });
  await mouse.move(to.x, to.y, { steps: 4 });
  await editor.page.locator(".line.target").first().waitFor({ state: "attached" });
  await mouse.up();
  await editor.settled();
}

/** Draws a line from a handle of a card to another card. */
async function link(editor: BrowserEditor, [from, handle]: [string, string], to: string): Promise<void> {
  const { mouse } = editor.page;
  await editor.card(from).hover();
  const begin = (await editor.card(from).locator(`:scope > [data-handleid=${handle}]`).boundingBox())!;
  const end = (await editor.card(to).locator(":scope > [data-handleid=in]").boundingBox())!;
  await mouse.move(begin.x + begin.width / 2, begin.y + begin.height / 2);
  await mouse.down();
  await mouse.move(end.x + end.width / 2 + 20, end.y + 40, { steps: 6 });
  await mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 4 });
  await mouse.up();
  await editor.settled();
}
