import assert from "node:assert/strict";
import {
  hslOf,
  rgbOf,
  shiftColours,
  transform,
  warp,
} from "../../../../../lib/local/sagemaker/image_classification/training/distortion.ts";
import { Random } from "../../../../../lib/local/sagemaker/image_classification/training/random.ts";

/** A grey picture whose bytes count up from 0. */
const counting = (width: number, height: number) => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height }, (_, i) => i),
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
