/** Central finite differences against the gradients that a graph computes. */
import assert from "node:assert/strict";
import * as ort from "onnxruntime-node";
import { Graph, type Value } from "../../../../../lib/local/sagemaker/image_classification/graph/graph.ts";
import { encode } from "../../../../../lib/local/sagemaker/image_classification/graph/onnx.ts";
import { Random } from "../../../../../lib/local/sagemaker/image_classification/training/random.ts";
import { sizeOf } from "../../../../../lib/local/sagemaker/image_classification/graph/shapes.ts";

export interface CheckOptions {
  step?: number;
  tolerance?: number;
  spread?: number;
  seed?: number;
  /** See `blockSize` in engine.ts. */
  block?: number;
}

export type Arrays = Record<string, Float32Array>;

/** Loads a graph; returns a function that runs it. */
export async function compile(g: Graph, outputs: Value[]): Promise<(feeds: Arrays) => Promise<Arrays>> {
  const model = g.model(outputs);
  const session = await ort.InferenceSession.create(encode(model), {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
  });
  return async (feeds) => {
    const tensors = model.inputs.map(({ name, shape }) =>
      [name, new ort.Tensor("float32", feeds[name]!, shape)] as const
    );
    const results = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(outputs.map(({ name }) => [name, results[name]!.data as Float32Array]));
  };
}

/** Σ a·b over all elements of two tensors of one shape; da = b·dy, db = a·dy. */
export function scalarProduct(g: Graph, a: Value, b: Value): Value {
  const sum = g.node("ReduceSum", [g.node("Mul", [a, b], a.shape)], [], { keepdims: 0 });
  return g.differentiable(sum, [a, b], (dy) => [b, a].map((t) => g.node("Mul", [t, dy], t.shape)));
}

/**
 * Checks the gradients of Σ r·f(inputs), r random, with respect to every input, against central differences. The
 * weighted sum is formed in double from the single-precision outputs, so the error of a difference is about
 * (rounding of one output)/step + (third derivative)·step².
 */
export async function checkGradients(
  f: (g: Graph, inputs: Value[]) => Value,
  shapes: number[][],
  { step = 1e-2, tolerance = 2e-3, spread = 1, seed = 1, block }: CheckOptions = {},
): Promise<void> {
  const random = new Random(seed);
  const g = new Graph(block);
  const inputs = shapes.map((shape, i) => g.input(`x${i}`, shape));
  const y = f(g, inputs);
  const weights = g.input("weights", y.shape);
  const gradients = g.gradients(scalarProduct(g, y, weights), inputs)
    .map((gradient, i) => g.named(`gradient${i}`, gradient));
  const run = await compile(g, [g.named("y", y), ...gradients]);

  const feeds: Arrays = { weights: Float32Array.from({ length: sizeOf(y.shape) }, () => random.normal()) };
  shapes.forEach((s, i) =>
    feeds[`x${i}`] = Float32Array.from({ length: sizeOf(s) }, () => spread * random.normal())
  );
  const analytic = await run(feeds);
  const value = async (name: string, at: number, by: number) => {
    const moved = feeds[name]!.slice();
    moved[at] = feeds[name]![at]! + by;
    const out = (await run({ ...feeds, [name]: moved })).y!;
    return { sum: out.reduce((s, v, i) => s + v * feeds.weights![i]!, 0), at: moved[at]! };
  };
  for (const [i] of shapes.entries()) {
    const gradient = analytic[`gradient${i}`]!;
    const scale = Math.max(1, ...gradient.map(Math.abs));
    for (let j = 0; j < gradient.length; j++) {
      const [up, down] = [await value(`x${i}`, j, step), await value(`x${i}`, j, -step)];
      const numeric = (up.sum - down.sum) / (up.at - down.at);
      assert.ok(
        Math.abs(numeric - gradient[j]!) <= tolerance * scale,
        `input ${i}, element ${j}: gradient ${gradient[j]}, finite difference ${numeric}`,
      );
    }
  }
}
