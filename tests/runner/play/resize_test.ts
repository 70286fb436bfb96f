import assert from "node:assert/strict";
import sharp from "sharp";
import { planesOf } from "../../../lib/runner/play/resize.ts";

/** A picture of smooth colours and hard edges. */
async function drawn(width: number, height: number) {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 10 10" ` +
    `preserveAspectRatio="none"><linearGradient id="g"><stop stop-color="#c41"/><stop offset="1" stop-color="#29d"/>` +
    `</linearGradient><rect width="10" height="10" fill="url(#g)"/><circle cx="4" cy="6" r="3" fill="#fff"/>` +
    `<path d="M0 1 L10 2" stroke="#000" stroke-width=".4"/></svg>`;
  const png = await sharp(new TextEncoder().encode(svg)).removeAlpha().png().toBuffer();
  const data = await sharp(png).ensureAlpha().raw().toBuffer();
  return { png, rgba: { width, height, data: new Uint8Array(data) } };
}

Deno.test("a picture of the network's size stays as it is, in planes", async () => {
  const { rgba } = await drawn(4, 4);
  const planes = planesOf(rgba, [3, 4, 4]);
  for (let i = 0; i < 16; i++) {
    assert.deepEqual([0, 1, 2].map((c) => planes[16 * c + i]), [0, 1, 2].map((c) => rgba.data[4 * i + c]));
  }
  assert.equal(planesOf(rgba, [1, 4, 4]).length, 16);
});

for (const [width, height] of [[96, 96], [50, 70], [333, 250], [20, 24], [1024, 768]] as const) {
  Deno.test(`a picture of ${width} × ${height} is resized as the endpoint resizes it, but for rounding`, async () => {
    const { png, rgba } = await drawn(width, height);
    // As the local algorithm's container does it.
    const expected = await sharp(png).resize({ width: 32, height: 32, fit: "fill", kernel: "linear" })
      .removeAlpha().raw()
      .toBuffer();
    const planes = planesOf(rgba, [3, 32, 32]);
    let [sum, most] = [0, 0];
    for (let i = 0; i < 1024; i++) {
      for (let c = 0; c < 3; c++) {
        const difference = Math.abs(planes[1024 * c + i]! - expected[3 * i + c]!);
        sum += difference;
        most = Math.max(most, difference);
      }
    }
    assert.ok(
      most <= 2 && sum / 3072 < 0.3,
      `at most ${most}, on average ${(sum / 3072).toFixed(2)} of 255 apart`,
    );
  });
}
