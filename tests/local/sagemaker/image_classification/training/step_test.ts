import assert from "node:assert/strict";
import { blockSize, Engine } from "../../../../../lib/local/sagemaker/image_classification/graph/engine.ts";
import {
  initialValues,
  layoutOf,
  lengthOf,
} from "../../../../../lib/local/sagemaker/image_classification/networks/layout.ts";
import { Random } from "../../../../../lib/local/sagemaker/image_classification/training/random.ts";
import { resNet } from "../../../../../lib/local/sagemaker/image_classification/networks/resnet.ts";
import { stepModel } from "../../../../../lib/local/sagemaker/image_classification/training/step.ts";

const PLAIN_SGD = {
  optimizer: "sgd",
  momentum: 0,
  weight_decay: 0,
  gamma: 0,
  beta_1: 0,
  beta_2: 0,
  eps: 0,
} as const;

/** Printed by `python3 tests/bench/resnet20.py step`: PyTorch 1.13, double precision, CPU. */
const REFERENCE = {
  loss: 0.6956626356079835,
  probabilities: [
    [0.5413863175699876, 0.45861368243001244],
    [0.5425819722980587, 0.45741802770194134],
    [0.5409848763179104, 0.45901512368208963],
    [0.5443305091704929, 0.4556694908295071],
  ],
  gradientNorm: 4.063700352167542,
  gradient: {
    0: -0.00044313153620165733,
    1: -0.00042284245385827614,
    10: 0.1312173907757531,
    400: 0.001959803927907946,
    3000: 0.039742550229179975,
    5000: 0.007398916463999591,
    30000: 0.0007548748227325308,
    272019: 0.042320918839112404,
    272020: -0.04232091883911236,
  },
  gradientSums: [1.6442265672371255, 0.5881868511776319, 2.9969521430462707],
};

for (const blocked of [true, false]) {
  Deno.test(`a step of ResNet-20 equals PyTorch's, ${blocked ? "blocked" : "plain"} kernels`, async () => {
    const shape = [3, 12, 12] as const;
    const network = resNet(20, 2, 12);
    const layout = layoutOf(network, shape);
    const P = lengthOf(layout.parameters);
    assert.equal(P, 272021);
    const block = blocked ? await blockSize() : undefined;
    const model = stepModel(network, layout, {
      batch: 4,
      shape,
      classes: 2,
      optimiser: PLAIN_SGD,
      block,
    });
    const engine = await Engine.load(model, 1);
    const out = await engine.run({
      pictures: Uint8Array.from({ length: 4 * 3 * 144 }, (_, i) => (i * i + 37 * i) % 251),
      targets: Float32Array.of(1, 0, 0, 1, 0, 1, 1, 0),
      rate: Float32Array.of(1),
      weights: Float32Array.from({ length: P }, (_, i) => 0.1 * Math.sin(i)),
      slot0: new Float32Array(P),
      statistics: initialValues(layout.statistics, new Random(0)),
    });
    await engine.close();
    const close = (actual: number, expected: number, what: string) =>
      assert.ok(
        Math.abs(actual - expected) < 2e-4 * Math.max(1, Math.abs(expected)),
        `${what}: ${actual} ≠ ${expected}`,
      );
    close(out.loss![0]!, REFERENCE.loss, "loss");
    REFERENCE.probabilities.flat().forEach((p, i) => close(out.probabilities![i]!, p, `probability ${i}`));
    const gradient = (out.next_slot0 as Float32Array).map((v) => -v); // momentum 0 and rate 1 leave −gradient there
    close(Math.hypot(...chunkNorms(gradient)), REFERENCE.gradientNorm, "norm");
    for (const [i, g] of Object.entries(REFERENCE.gradient)) close(gradient[Number(i)]!, g, `gradient ${i}`);
    REFERENCE.gradientSums.forEach((sum, start) => {
      let actual = 0;
      for (let i = start; i < P; i += 7) actual += gradient[i]!;
      assert.ok(Math.abs(actual - sum) < 2e-3, `sum ${start}: ${actual} ≠ ${sum}`);
    });
  });
}

function chunkNorms(v: Float32Array): number[] {
  return Array.from(
    { length: Math.ceil(v.length / 1000) },
    (_, i) => Math.hypot(...v.subarray(1000 * i, 1000 * i + 1000)),
  );
}
