import { Graph, type Value } from "../graph.ts";

/** y = x·wᵀ + b for x [N, C], w [K, C], b [K]; dx = dy·w, dw = dyᵀ·x, db = Σ dy. */
export function dense(g: Graph, x: Value, w: Value, b: Value): Value {
  const [N, C] = x.shape as [number, number];
  const [K, inputs] = w.shape as [number, number];
  if (inputs !== C) throw new RangeError(`w [${w.shape}] does not fit the ${C} columns of x [${x.shape}]`);
  return g.differentiable(g.node("Gemm", [x, w, b], [N, K], { transB: 1 }), [x, w, b], (dy) => [
    g.node("Gemm", [dy, w], [N, C]),
    g.node("Gemm", [dy, x], [K, C], { transA: 1 }),
    g.node("ReduceSum", [dy, g.integers([0])], [K], { keepdims: 0 }),
  ]);
}
