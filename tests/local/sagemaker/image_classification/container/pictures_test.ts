import assert from "node:assert/strict";
import sharp from "sharp";
import {
  decode,
  PictureError,
} from "../../../../../lib/local/sagemaker/image_classification/container/pictures.ts";

const RED_BLUE = { raw: { width: 2, height: 1, channels: 3 as const } };
const rgb = () => sharp(Uint8Array.of(255, 0, 0, 0, 0, 255), RED_BLUE);

Deno.test("a colour PNG becomes planes of red, green and blue", async () => {
  const picture = await decode(await rgb().png().toBuffer(), 3);
  assert.equal(picture.width, 2);
  assert.equal(picture.height, 1);
  assert.deepEqual([...picture.data], [255, 0, 0, 0, 0, 255]);
});

Deno.test("palette, alpha, 16 bits and grey", async () => {
  const palette = await decode(await rgb().png({ palette: true }).toBuffer(), 3);
  assert.deepEqual([...palette.data], [255, 0, 0, 0, 0, 255]);

  const clear = sharp(Uint8Array.of(10, 20, 30, 0, 40, 50, 60, 128), {
    raw: { width: 2, height: 1, channels: 4 },
  });
  assert.deepEqual([...(await decode(await clear.png().toBuffer(), 3)).data], [10, 40, 20, 50, 30, 60]);

  const deep = sharp(Uint16Array.of(65535, 0, 32768), { raw: { width: 1, height: 1, channels: 3 } });
  const [red, green, blue] = (await decode(await deep.toColourspace("rgb16").png().toBuffer(), 3)).data;
  assert.deepEqual([red, green], [255, 0]);
  assert.ok(Math.abs(blue! - 128) <= 1);

  const grey = sharp(Uint8Array.of(7, 200), { raw: { width: 2, height: 1, channels: 1 } });
  const bytes = await grey.toColourspace("b-w").png().toBuffer();
  assert.deepEqual([...(await decode(bytes, 3)).data], [7, 200, 7, 200, 7, 200]);
  assert.deepEqual([...(await decode(bytes, 1)).data], [7, 200]);
});

Deno.test("a JPEG is read, and turned as its orientation says", async () => {
  const jpeg = await sharp({ create: { width: 6, height: 4, channels: 3, background: "#808080" } })
    .jpeg().withMetadata({ orientation: 6 }).toBuffer();
  const { width, height, data } = await decode(jpeg, 3);
  assert.deepEqual([width, height], [4, 6]);
  assert.ok(data.every((value) => Math.abs(value - 128) <= 2));
});

Deno.test("resizing gives the size, and keeps pictures that already have it", async () => {
  const noise = Uint8Array.from({ length: 5 * 4 * 3 }, (_, i) => (i * 97) % 256);
  const png = await sharp(noise, { raw: { width: 5, height: 4, channels: 3 } }).png().toBuffer();
  assert.deepEqual(await decode(png, 3, { width: 5, height: 4 }), await decode(png, 3));
  const { width, height } = await decode(png, 3, { width: 8, height: 9 });
  assert.deepEqual([width, height], [8, 9]);
  const outside = await decode(png, 3, { shorterSide: 8 });
  assert.deepEqual([outside.width, outside.height], [10, 8]);
});

Deno.test("bytes that are not a picture are a PictureError", async () => {
  const png = await rgb().png().toBuffer();
  await assert.rejects(decode(new Uint8Array(), 3), PictureError);
  await assert.rejects(decode(new TextEncoder().encode("<svg/>"), 3), /neither a PNG nor a JPEG/);
  await assert.rejects(decode(png.subarray(0, png.length - 20), 3), PictureError);
});
