import { Graph, type Value } from "./graph.ts";

export const EPSILON = 1e-5;

/**
 * Batch normalisation (Ioffe and Szegedy 2015) over the batch and space of x [N, C, H, W], for training:
 * y = γ·(x − μ)/σ + β with the batch's own μ and σ² (biased), all [1, C, 1, 1].
 *
 *   dβ = Σ dy,  dγ = Σ dy·x̂,  dx = (γ/σ)·(dy − dβ/M − x̂·dγ/M),  x̂ = (x − μ)/σ,  M = N·H·W
 *
 * Returns μ and σ² too, for the running averages that inference uses.
 */
export function batchNorm(
  g: Graph,
  x: Value,
  gamma: Value,
  beta: Value,
): { y: Value; mean: Value; variance: Value } {
  const [N, C, H, W] = x.shape as [number, number, number, number];
  const M = N * H * W;
  const row = [1, C, 1, 1];
  const axes = g.integers([0, 2, 3]);
  const as = (t: Value, shape: number[]) => g.node("Reshape", [t, g.integers(shape)], shape);
  const mean = g.node("ReduceMean", [x, axes], row);
  const centred = g.node("Sub", [x, mean], x.shape);
  const variance = g.node("ReduceMean", [g.node("Mul", [centred, centred], x.shape), axes], row);
  const sigma = g.node("Sqrt", [g.node("Add", [variance, g.constant(EPSILON)], row)], row);
  const slope = g.node("Div", [as(gamma, row), sigma], row); // γ/σ
  const y = g.node("Add", [g.node("Mul", [centred, slope], x.shape), as(beta, row)], x.shape);
  g.differentiable(y, [x, gamma, beta], (dy) => {
    const dbeta = g.node("ReduceSum", [dy, axes], row);
    const products = g.node("ReduceSum", [g.node("Mul", [dy, centred], x.shape), axes], row); // dγ·σ
    const dgamma = g.node("Div", [products, sigma], row);
    // dx = slope·(dy − dβ/M − centred·dγ/(σM))
    const pull = g.node("Div", [dgamma, g.node("Mul", [sigma, g.constant(-M)], row)], row);
    const level = g.node("Mul", [dbeta, g.constant(-1 / M)], row);
    const flat = g.node("Add", [g.node("Mul", [centred, pull], x.shape), level], x.shape);
    const dx = g.node("Mul", [g.node("Add", [dy, flat], x.shape), slope], x.shape);
    return [dx, as(dgamma, [C]), as(dbeta, [C])];
  });
  return { y, mean: as(mean, [C]), variance: as(variance, [C]) };
}
