import { Graph, type Value } from "../graph.ts";

/**
 * Mean cross-entropy of logits z [N, K] against target probabilities t [N, K] whose rows sum to 1:
 * −(1/N) Σ t·log softmax(z). dz = (softmax(z) − t) / N.
 */
export function crossEntropy(g: Graph, z: Value, t: Value): { loss: Value; probabilities: Value } {
  const [N, K] = z.shape as [number, number];
  const logs = g.node("LogSoftmax", [z], [N, K], { axis: 1 });
  const sum = g.node("ReduceSum", [g.node("Mul", [t, logs], [N, K])], [], { keepdims: 0 });
  const probabilities = g.node("Softmax", [z], [N, K], { axis: 1 });
  const loss = g.differentiable(g.node("Mul", [sum, g.constant(-1 / N)], []), [z], (dy) => {
    const difference = g.node("Sub", [probabilities, t], [N, K]);
    return [g.node("Mul", [difference, g.node("Mul", [dy, g.constant(1 / N)], [])], [N, K])];
  });
  return { loss, probabilities };
}
