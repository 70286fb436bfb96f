import assert from "node:assert/strict";
import { CENTRE, writeAugmented } from "../../../../lib/local/sagemaker/image_classification/augmentation.ts";
import {
  hslOf,
  rgbOf,
  shiftColours,
  transform,
  warp,
} from "../../../../lib/local/sagemaker/image_classification/distortion.ts";
import { Random } from "../../../../lib/local/sagemaker/image_classification/random.ts";

/** A grey picture whose bytes count up from 0. */
const counting = (width: number, height: number) => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height }, (_, i) => i),
});

function augmented(
  width: number,
  height: number,
  to: [number, number, number],
  how: Partial<typeof CENTRE>,
  seed = 1,
) {
  const out = new Uint8Array(to[0] * to[1] * to[2]);
  writeAugmented(counting(width, height), to, { ...CENTRE, ...how }, new Random(seed), out, 0);
  return [...out];
}

Deno.test("without augmentation the centre is taken", () => {
  assert.deepEqual(augmented(4, 4, [1, 2, 2], {}), [5, 6, 9, 10]);
  assert.deepEqual(augmented(3, 1, [1, 1, 3], {}), [0, 1, 2]);
});

Deno.test("a crop lies inside the picture, at every place and both ways round", () => {
  const seen = new Set(
    Array.from({ length: 200 }, (_, seed) => augmented(3, 1, [1, 1, 2], { crop: true }, seed).join()),
  );
  assert.deepEqual([...seen].sort(), ["0,1", "1,0", "1,2", "2,1"]);
});

Deno.test("beyond the edge the picture is mirrored, the edge not repeated", () => {
  const seen = new Set(
    Array.from(
      { length: 200 },
      (_, seed) => augmented(3, 1, [1, 1, 3], { crop: true, reflect: 1 }, seed).join(),
    ),
  );
  // one row has nothing to mirror; the three places of the crop, each both ways round
  assert.deepEqual([...seen].sort(), ["0,1,2", "1,0,1", "1,2,1", "2,1,0"]);
});

Deno.test("cutout sets one square inside the picture", () => {
  for (let seed = 0; seed < 20; seed++) {
    const picture = augmented(8, 8, [1, 8, 8], { cutout: 3 }, seed);
    assert.equal(picture.filter((value) => value === 128).length, 9);
  }
  assert.ok(augmented(2, 2, [1, 2, 2], { cutout: 8 }).every((value) => value === 128));
});

Deno.test("hue, saturation and lightness and back", () => {
  assert.deepEqual(hslOf(255, 0, 0), [0, 1, 0.5]);
  assert.deepEqual(hslOf(0, 0, 255), [4 / 6, 1, 0.5]);
  for (const colour of [[12, 200, 77], [255, 254, 3], [128, 128, 128], [0, 0, 0], [90, 3, 240]]) {
    assert.deepEqual(rgbOf(...hslOf(...colour as [number, number, number])), colour);
  }
});

Deno.test("colours shift, by the seed and within bytes", () => {
  const picture = { width: 2, height: 1, data: Uint8Array.of(200, 10, 30, 10, 90, 250) };
  const shifted = shiftColours(picture, new Random(3));
  assert.notDeepEqual(shifted.data, picture.data);
  assert.deepEqual(shifted, shiftColours(picture, new Random(3)));
  assert.equal(shiftColours(counting(2, 2), new Random(3)).data.length, 4, "grey has no hue");
});

Deno.test("a warp by the identity changes nothing, by a quarter turn moves corners", () => {
  const picture = counting(3, 3);
  assert.deepEqual(warp(picture, [[1, 0], [0, 1]]), picture);
  assert.deepEqual([...warp(picture, [[0, -1], [1, 0]]).data], [6, 3, 0, 7, 4, 1, 8, 5, 2]);
  assert.equal(transform(picture, new Random(1)).data.length, 9);
});
