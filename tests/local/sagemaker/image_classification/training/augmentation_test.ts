import assert from "node:assert/strict";
import {
  NO_AUGMENTATION,
  writeAugmented,
} from "../../../../../lib/local/sagemaker/image_classification/training/augmentation.ts";
import { Random } from "../../../../../lib/local/sagemaker/image_classification/training/random.ts";

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
  how: Partial<typeof NO_AUGMENTATION>,
  seed = 1,
) {
  const out = new Uint8Array(to[0] * to[1] * to[2]);
  writeAugmented(counting(width, height), to, { ...NO_AUGMENTATION, ...how }, new Random(seed), out);
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

Deno.test("beyond the edge the picture is reflected, without repeating the edge", () => {
  const seen = new Set(
    Array.from(
      { length: 200 },
      (_, seed) => augmented(3, 1, [1, 1, 3], { crop: true, reflect: 1 }, seed).join(),
    ),
  );
  // one row cannot be reflected; three positions of the crop, each mirrored or not
  assert.deepEqual([...seen].sort(), ["0,1,2", "1,0,1", "1,2,1", "2,1,0"]);
});

Deno.test("cutout sets one square inside the picture", () => {
  for (let seed = 0; seed < 20; seed++) {
    const picture = augmented(8, 8, [1, 8, 8], { cutout: 3 }, seed);
    assert.equal(picture.filter((value) => value === 128).length, 9);
  }
  assert.ok(augmented(2, 2, [1, 2, 2], { cutout: 8 }).every((value) => value === 128));
});
