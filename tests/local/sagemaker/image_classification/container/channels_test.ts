import assert from "node:assert/strict";
import { join } from "node:path";
import sharp from "sharp";
import {
  checkChannels,
  readPictures,
} from "../../../../../lib/local/sagemaker/image_classification/container/channels.ts";
import { ClientError } from "../../../../../lib/local/sagemaker/image_classification/errors.ts";

/** A red pixel and a blue one. */
const png = sharp(Uint8Array.of(255, 0, 0, 0, 0, 255), { raw: { width: 2, height: 1, channels: 3 } }).png();

const IMAGES = { ContentType: "application/x-image", TrainingInputMode: "File", RecordWrapperType: "None" };
const FOUR = { train: IMAGES, validation: IMAGES, train_lst: IMAGES, validation_lst: IMAGES };

Deno.test("the four channels of image input pass, a missing one is named", () => {
  checkChannels(FOUR);
  const { validation_lst: _, ...three } = FOUR;
  assert.throws(() => checkChannels(three), (error) => error instanceof ClientError);
  assert.throws(() => checkChannels(three), /Missing channel 'validation_lst'/);
});

Deno.test("unsupported kinds of input are refused by name", () => {
  const record = { ...IMAGES, ContentType: "application/x-recordio" };
  assert.throws(
    () => checkChannels({ ...FOUR, train: record }),
    /'application\/x-recordio' of channel 'train'/,
  );
  assert.throws(
    () => checkChannels({ ...FOUR, train: { ...IMAGES, TrainingInputMode: "Pipe" } }),
    /Pipe mode/,
  );
  assert.throws(() => checkChannels({ ...FOUR, model: IMAGES }), /incremental training/);
});

Deno.test("listed pictures: missing, broken and small ones are the client's error", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(join(folder, "ok.png"), await png.toBuffer());
    await Deno.writeTextFile(join(folder, "text.png"), "hello");
    const read = (path: string, height = 1) => readPictures(folder, [{ label: 1, path }], [3, height, 2]);
    assert.equal((await read("ok.png"))[0]!.label, 1);
    await assert.rejects(read("no.png"), /listed image no.png is missing/);
    await assert.rejects(read("no.png"), ClientError);
    await assert.rejects(read("text.png"), /image text.png cannot be read: neither/);
    await assert.rejects(read("ok.png", 2), /ok.png of 2×1 pixels is smaller than image_shape 3,2,2/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
