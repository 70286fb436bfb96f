import assert from "node:assert/strict";
import { Random } from "../../../../../lib/local/sagemaker/image_classification/training/random.ts";
import {
  eigen,
  whiteningOf,
} from "../../../../../lib/local/sagemaker/image_classification/networks/whitening.ts";

Deno.test("eigenvalues and eigenvectors of a symmetric matrix", () => {
  const { values, vectors } = eigen([[2, 1], [1, 2]].map((row) => Float64Array.from(row)));
  assert.deepEqual([...values].map((v) => Math.round(v * 1e9) / 1e9).sort(), [1, 3]);
  values.forEach((value, k) => {
    const [x, y] = [vectors[0]![k]!, vectors[1]![k]!];
    assert.ok(Math.abs(2 * x + y - value * x) < 1e-9 && Math.abs(x + 2 * y - value * y) < 1e-9);
    assert.ok(Math.abs(Math.hypot(x, y) - 1) < 1e-9);
  });
});

Deno.test("the filters' responses to the pictures have variance 1 and are uncorrelated", () => {
  const random = new Random(0);
  const pictures = Array.from({ length: 20 }, () => {
    let level = 128; // neighbours resemble each other
    const data = Uint8Array.from(
      { length: 64 },
      () => level = Math.min(Math.max(level + 40 * random.normal(), 0), 255),
    );
    return { width: 8, height: 8, data };
  });
  const { mean, deviation, filters, shape } = whiteningOf(pictures, 1);
  assert.deepEqual(shape, [4, 1, 2, 2]);
  const responses = pictures.flatMap(({ data }) =>
    Array.from({ length: 49 }, (_, i) => {
      const at = Math.floor(i / 7) * 8 + i % 7;
      const patch = [at, at + 1, at + 8, at + 9].map((j) => (data[j]! - mean[0]!) / deviation[0]!);
      return [0, 1, 2, 3].map((k) => patch.reduce((sum, v, j) => sum + v * filters[4 * k + j]!, 0));
    })
  );
  const moment = (f: (r: number[]) => number) =>
    responses.reduce((sum, r) => sum + f(r), 0) / responses.length;
  const means = [0, 1, 2, 3].map((k) => moment((r) => r[k]!));
  for (let a = 0; a < 4; a++) {
    for (let b = 0; b <= a; b++) {
      const covariance = moment((r) => (r[a]! - means[a]!) * (r[b]! - means[b]!));
      assert.ok(Math.abs(covariance - (a === b ? 1 : 0)) < 0.05, `${a}, ${b}: ${covariance}`);
    }
  }
});

Deno.test("pictures of one colour give finite filters", () => {
  const { filters } = whiteningOf([{ width: 4, height: 4, data: new Uint8Array(48).fill(7) }], 3);
  assert.ok(filters.every(Number.isFinite));
});
