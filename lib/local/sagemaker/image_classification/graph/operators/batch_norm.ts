import { arithmetic, Graph, type Value } from "../graph.ts";
import type { Shape4 } from "../shapes.ts";

/** Added to the variance, so that a constant channel is not divided by 0. */
const EPSILON = 1e-5;

/** μ and σ² of each channel, [C]. */
interface Statistics {
  mean: Value;
  variance: Value;
}

/**
 * Batch normalisation (Ioffe and Szegedy 2015) of x [N, C, H, W] over batch and space, for training:
 * y = γ·(x − μ)/σ + β with the μ and σ² (biased) of the batch, all [C].
 *
 *   dβ = Σ dy,  dγ = Σ dy·x̂,  dx = (γ/σ)·(dy − dβ/M − x̂·dγ/M),  x̂ = (x − μ)/σ,  M = N·H·W
 *
 * Also returns μ and σ², for the running averages that inference uses.
 */
export function batchNorm(
  g: Graph,
  x: Value,
  gamma: Value,
  beta: Value,
): Statistics & { y: Value } {
  const [N, C, H, W] = x.shape as Shape4;
  const M = N * H * W;
  const per = arithmetic(g, [C]);
  const sum = (t: Value) => g.node("ReduceSum", [t, g.integers([0, 2, 3])], [C], { keepdims: 0 });
  const mean = per.times(sum(x), 1 / M);
  const square = per.times(sum(g.node("Mul", [x, x], x.shape)), 1 / M);
  const variance = g.node("Relu", [per.minus(square, per.times(mean, mean))], [C]); // rounding may make it negative
  const sigma = g.node("Sqrt", [per.plus(variance, EPSILON)], [C]);
  const slope = per.over(gamma, sigma);
  const y = affine(g, x, slope, per.minus(beta, per.times(mean, slope)));
  g.differentiable(y, [x, gamma, beta], (dy) => {
    const dbeta = sum(dy);
    const products = sum(g.node("Mul", [dy, x], x.shape));
    const dgamma = per.over(per.minus(products, per.times(mean, dbeta)), sigma);
    // dx = slope·dy + pull·x + level
    const pull = per.times(per.over(per.times(slope, dgamma), sigma), -1 / M);
    const level = per.minus(per.times(per.times(slope, dbeta), -1 / M), per.times(pull, mean));
    const dx = g.node("Add", [
      affine(g, dy, slope, g.constant(new Float32Array(C), [C])),
      affine(g, x, pull, level),
    ], x.shape);
    return [dx, dgamma, dbeta];
  });
  return { y, mean, variance };
}

/** Batch normalisation for inference: μ and σ² are running averages. */
export function batchNormOfAverages(g: Graph, x: Value, gamma: Value, beta: Value, of: Statistics): Value {
  const inputs = [x, gamma, beta, of.mean, of.variance];
  return g.node("BatchNormalization", inputs, x.shape, { epsilon: { float: EPSILON } });
}

/**
 * slope·x + level for each channel, slope and level [C]. BatchNormalization with mean 0 and variance 1 needs one pass
 * over memory, Mul and Add would need two.
 */
function affine(g: Graph, x: Value, slope: Value, level: Value): Value {
  const C = x.shape[1]!;
  const [zeros, ones] = [0, 1].map((value) => g.constant(new Float32Array(C).fill(value), [C]));
  const inputs = [x, slope, level, zeros!, ones!];
  return g.node("BatchNormalization", inputs, x.shape, { epsilon: { float: 0 } });
}
