/** The course's exercise: three functions dragged onto an empty canvas, chained, saved, deployed, and run on a picture. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Aws } from "../../../lib/aws/clients.ts";
import { getObject, listObjects } from "../../../lib/aws/s3.ts";
import { S3_LAYOUT } from "../../../lib/names.ts";
import { type Setting, withEditor } from "./browser_editor.ts";

const CHAIN = ["SerializeImageData", "ClassifyImage", "FilterLowConfidence"];

export async function checkExercise(setting: Setting, aws: Aws): Promise<string> {
  const [picture] = await listObjects(aws.s3, aws.bucket, S3_LAYOUT.test);
  assert.ok(picture, "There are no test pictures; the pipeline makes them.");
  const buffer = Buffer.from(await getObject(aws.s3, aws.bucket, picture.Key));
  await withEditor(setting, { file: "scones.asl.json" }, async (editor) => {
    const { page } = editor;
    await page.getByRole("button", { name: "Clear" }).click();
    await editor.drag("scones-serialize-image-data", await editor.centre(".empty-place"));
    for (const name of ["scones-classify-image", "scones-filter-low-confidence"]) {
      const end = await editor.centre(".dot.end");
      await editor.drag(name, { x: end.x, y: end.y - 26 });
    }
    assert.deepEqual(await editor.names(), CHAIN);
    await page.getByText("The target accepts this workflow.").waitFor();
    const said = await editor.save("exercise.asl.json", "Write and deploy");
    assert.match(said, /The state machine was updated/);
    const saved = await editor.file("exercise.asl.json") as {
      StartAt: string;
      States: Record<string, { Next?: string }>;
    };
    assert.equal(saved.StartAt, CHAIN[0]);
    assert.deepEqual(CHAIN.map((name) => saved.States[name]!.Next), [...CHAIN.slice(1), undefined]);
    assert.ok(JSON.stringify(saved).includes("${ClassifyImageFunctionArn}"));

    await editor.card("FilterLowConfidence").click();
    await page.getByRole("tab", { name: "Test" }).click();
    const answer = { s3_bucket: "b", s3_key: "k", image_data: "", inferences: [0.95, 0.05] };
    await page.getByLabel("Sample input").fill(JSON.stringify(answer));
    await page.getByRole("button", { name: "Test FilterLowConfidence" }).click();
    await page.locator(".panel h3 .good").getByText("succeeded").waitFor();
    assert.deepEqual(JSON.parse(await page.locator(".stages li").last().locator("pre").innerText()), answer);
    await editor.screenshot("tested");

    await page.getByRole("tab", { name: "Run" }).click();
    const input = page.getByLabel("Picture to run with");
    await input.setInputFiles({ name: "order.png", mimeType: "image/png", buffer });
    // The last card is coloured when the execution has ended, in whichever way the answer was.
    await editor.card("FilterLowConfidence").and(page.locator(".status-succeeded, .status-failed"))
      .waitFor({ timeout: 60_000 });
    for (const name of CHAIN.slice(0, 2)) {
      assert.match(await editor.card(name).getAttribute("class") ?? "", /status-succeeded/);
    }
    await page.locator(".execution h3").getByText(/succeeded|failed/).waitFor();
    await editor.screenshot("exercise");
  });
  return "the exercise from an empty canvas";
}
