import assert from "node:assert/strict";
import sharp from "sharp";
import { CONDITIONS, underCondition } from "../../lib/dataset/conditions.ts";

/** A picture of a bright left half and a dark right half. */
async function halves(side: number): Promise<Uint8Array> {
  const white = await sharp({ create: { width: side / 2, height: side, channels: 3, background: "#F0F0F0" } })
    .png().toBuffer();
  const picture = sharp({ create: { width: side, height: side, channels: 3, background: "#202020" } });
  return new Uint8Array(await picture.composite([{ input: white, left: 0, top: 0 }]).png().toBuffer());
}

Deno.test("conditions: pictures of any size keep it, and the same arguments give the same bytes", async () => {
  for (const side of [32, 96]) {
    const png = await halves(side);
    for (const condition of CONDITIONS) {
      const changed = await underCondition(png, condition, 3);
      const { width, height, channels } = await sharp(changed).metadata();
      assert.deepEqual([width, height, channels], [side, side, 3], condition);
      assert.deepEqual(await underCondition(png, condition, 3), changed, condition);
      assert.notDeepEqual(changed, png);
    }
    assert.notDeepEqual(await underCondition(png, "rain", 1), await underCondition(png, "rain", 2));
  }
});

Deno.test("conditions: dusk is darker, rain has less contrast, and out of focus has soft edges", async () => {
  const png = await halves(32);
  const stats = async (picture: Uint8Array) => (await sharp(picture).stats()).channels[0]!;
  const [before, dusk, rain] = [
    await stats(png),
    await stats(await underCondition(png, "dusk", 0)),
    await stats(await underCondition(png, "rain", 0)),
  ];
  assert.ok(dusk.mean < 0.5 * before.mean, `${dusk.mean}`);
  assert.ok(rain.stdev < 0.9 * before.stdev, `${rain.stdev}`);
  const { data } = await sharp(await underCondition(png, "out of focus", 0)).raw().toBuffer({
    resolveWithObject: true,
  });
  const edge = data[3 * (16 * 32 + 16)]!;
  assert.ok(edge > 60 && edge < 200, `${edge}`);
});
