import assert from "node:assert/strict";
import { batchNorm } from "../../../../../lib/local/sagemaker/image_classification/graph/operators/batch_norm.ts";
import { blockSize } from "../../../../../lib/local/sagemaker/image_classification/graph/engine.ts";
import {
  composition,
  convolution,
} from "../../../../../lib/local/sagemaker/image_classification/graph/operators/convolution.ts";
import { crossEntropy } from "../../../../../lib/local/sagemaker/image_classification/graph/operators/cross_entropy.ts";
import { dense } from "../../../../../lib/local/sagemaker/image_classification/graph/operators/dense.ts";
import {
  add,
  gelu,
  relu,
} from "../../../../../lib/local/sagemaker/image_classification/graph/operators/elementwise.ts";
import {
  globalAveragePool,
  globalMaxPool,
  maxPool,
} from "../../../../../lib/local/sagemaker/image_classification/graph/operators/pooling.ts";
import { Graph, type Value } from "../../../../../lib/local/sagemaker/image_classification/graph/graph.ts";
import { sizeOf } from "../../../../../lib/local/sagemaker/image_classification/graph/shapes.ts";
import { Random } from "../../../../../lib/local/sagemaker/image_classification/training/random.ts";
import { checkGradients, type CheckOptions, compile, scalarProduct } from "./testing.ts";

type Case = [string, (g: Graph, inputs: Value[]) => Value, number[][], CheckOptions?];

const conv = (stride: number, pad: number, padAfter = pad) => (g: Graph, [x, w]: Value[]) =>
  convolution(g, x!, w!, { stride, pad, padAfter });

const FIRST = Float32Array.from({ length: 32 }, (_, i) => Math.sin(i));

const CASES: Case[] = [
  ["convolution 3×3, pad 1", conv(1, 1), [[2, 3, 5, 4], [4, 3, 3, 3]]],
  ["convolution 2×2, no pad", conv(1, 0), [[2, 3, 5, 4], [5, 3, 2, 2]]],
  ["convolution 1×1", conv(1, 0), [[2, 3, 4, 4], [4, 3, 1, 1]]],
  ["convolution 3×3, stride 2, even side", conv(2, 1), [[2, 3, 6, 6], [4, 3, 3, 3]]],
  ["convolution 3×3, stride 2, odd side", conv(2, 1), [[2, 3, 5, 7], [4, 3, 3, 3]]],
  ["convolution 1×1, stride 2", conv(2, 0), [[2, 3, 6, 5], [4, 3, 1, 1]]],
  ["convolution 7×7, stride 2", conv(2, 3), [[1, 2, 10, 10], [2, 2, 7, 7]]],
  ["convolution 3×3, padded on two sides", conv(1, 1, 0), [[2, 3, 5, 4], [4, 3, 3, 3]]],
  ["convolution 3×3, stride 2, padded on two sides", conv(2, 1, 0), [[2, 3, 6, 7], [4, 3, 3, 3]]],
  ["composed filters", (g, [second]) => composition(g, g.constant(FIRST, [4, 2, 2, 2]), second!), [[
    3,
    4,
    3,
    3,
  ]]],
  ["relu", (g, [x]) => relu(g, x!), [[3, 7]], { step: 1e-3 }],
  ["gelu", (g, [x]) => gelu(g, x!), [[4, 9]], { spread: 2 }],
  ["add", (g, [a, b]) => add(g, a!, b!), [[2, 3], [2, 3]]],
  ["a tensor used twice", (g, [x]) => add(g, relu(g, x!), x!), [[2, 5]], { step: 1e-3 }],
  ["max pool 2×2", (g, [x]) => maxPool(g, x!, 2, 2), [[2, 3, 5, 4]], { step: 1e-3 }],
  ["max pool, overlapping windows", (g, [x]) => maxPool(g, x!, 3, 2, 1), [[2, 2, 6, 5]], {
    step: 1e-3,
  }],
  ["global max pool", (g, [x]) => globalMaxPool(g, x!), [[2, 3, 3, 4]], { step: 1e-3 }],
  ["global average pool", (g, [x]) => globalAveragePool(g, x!), [[2, 3, 3, 4]]],
  ["dense", (g, [x, w, b]) => dense(g, x!, w!, b!), [[4, 5], [3, 5], [3]]],
  ["batch norm", (g, [x, gamma, beta]) => batchNorm(g, x!, gamma!, beta!).y, [[4, 3, 3, 2], [3], [3]]],
];

for (const [name, f, shapes, options] of CASES) {
  Deno.test(`gradient of ${name}`, () => checkGradients(f, shapes, options));
}

const block = await blockSize();
const BLOCKED: Case[] = [
  ["3×3 on few channels", conv(1, 1), [[2, 3, 5, 4], [4, 3, 3, 3]]],
  ["3×3 on more than a block", conv(1, 1), [[1, 17, 3, 4], [3, 17, 3, 3]]],
  ["3×3, stride 2", conv(2, 1), [[2, 3, 6, 5], [4, 3, 3, 3]]],
  ["1×1, stride 2", conv(2, 0), [[2, 16, 4, 3], [4, 16, 1, 1]]],
  ["7×7, stride 2", conv(2, 3), [[1, 2, 9, 10], [2, 2, 7, 7]]],
  ["3×3, padded on two sides", conv(1, 1, 0), [[2, 3, 5, 4], [4, 3, 3, 3]]],
  ["4×4, padded on two sides", conv(1, 1, 0), [[2, 3, 6, 5], [4, 3, 4, 4]]],
  ["3×3 on more pictures than a block", conv(1, 1), [[18, 1, 2, 2], [2, 1, 3, 3]]],
];
for (const [name, f, shapes] of BLOCKED) {
  Deno.test({
    name: `gradient of blocked convolution ${name}`,
    ignore: block === undefined,
    fn: () => checkGradients(f, shapes, { block }),
  });
}

Deno.test("composed filters equal two successive convolutions", async () => {
  const g = new Graph();
  const shapes = { x: [2, 3, 7, 6], first: [5, 3, 2, 2], second: [4, 5, 3, 3] };
  const [x, first, second] = Object.entries(shapes).map(([name, shape]) => g.input(name, shape));
  const once = convolution(g, x!, composition(g, first!, second!));
  const twice = convolution(g, convolution(g, x!, first!), second!);
  assert.deepEqual(once.shape, [2, 4, 4, 3]);
  const run = await compile(g, [g.named("once", once), g.named("twice", twice)]);
  const random = new Random(4);
  const feeds = Object.entries(shapes).map(([name, shape]) =>
    [name, Float32Array.from({ length: sizeOf(shape) }, () => random.normal())] as const
  );
  const out = await run(Object.fromEntries(feeds));
  out.once!.forEach((value, i) => assert.ok(Math.abs(value - out.twice![i]!) < 1e-4));
});

Deno.test("gradient of cross-entropy", async () => {
  const targets = Float32Array.of(1, 0, 0, 0.1, 0.8, 0.1);
  await checkGradients(
    (g, [z]) => crossEntropy(g, z!, g.constant(targets, [2, 3])).loss,
    [[2, 3]],
  );
});

Deno.test("cross-entropy equals a value computed by hand", async () => {
  const g = new Graph();
  const z = g.input("z", [1, 2]);
  const { loss, probabilities } = crossEntropy(g, z, g.constant(Float32Array.of(1, 0), [1, 2]));
  const run = await compile(g, [g.named("loss", loss), g.named("p", probabilities)]);
  // softmax(ln 3, 0) = (3/4, 1/4), so the loss is ln(4/3)
  const { loss: value, p } = await run({ z: Float32Array.of(Math.log(3), 0) });
  assert.ok(Math.abs(value![0]! - Math.log(4 / 3)) < 1e-6);
  assert.ok(Math.abs(p![0]! - 0.75) < 1e-6);
});

Deno.test("an operator refuses shapes that do not fit, and gradients a tensor without influence", () => {
  const g = new Graph();
  const x = g.input("x", [1, 3, 4, 4]);
  assert.throws(() => convolution(g, x, g.input("w", [8, 4, 3, 3])), /does not fit the 3 channels/);
  assert.throws(() => add(g, x, g.input("y", [1, 3, 4, 5])), /cannot add/);
  const loss = scalarProduct(g, x, x);
  assert.throws(() => g.gradients(loss, [g.input("unused", [2])]), /does not depend on unused/);
});
