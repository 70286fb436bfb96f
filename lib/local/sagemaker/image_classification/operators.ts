import { outputSize } from "./convolution.ts";
import { Graph, type Value } from "./graph.ts";

/** Sum of two tensors of one shape; the gradient goes to both. */
export function add(g: Graph, a: Value, b: Value): Value {
  if (a.shape.join() !== b.shape.join()) throw new RangeError(`cannot add [${b.shape}] to [${a.shape}]`);
  return g.differentiable(g.node("Add", [a, b], a.shape), [a, b], (dy) => [dy, dy]);
}

/** y = max(x, 0); dx = dy where x > 0. */
export function relu(g: Graph, x: Value): Value {
  const y = g.node("Relu", [x], x.shape);
  return g.differentiable(y, [x], (dy) => {
    // 1 where y > 0, else 0: a hard sigmoid as steep as a float allows, seven times as fast as Sign or Where
    const open = g.node("HardSigmoid", [y], y.shape, { alpha: { float: 3e38 }, beta: { float: 0 } });
    return [g.node("Mul", [dy, open], x.shape)];
  });
}

/**
 * y = x·Φ(x), with Φ the distribution function of the standard normal (Hendrycks and Gimpel 2016).
 * dx = dy·(Φ(x) + x·φ(x)), with φ(x) = exp(−x²/2) / √(2π) and Φ(x) = (1 + erf(x/√2)) / 2.
 */
export function gelu(g: Graph, x: Value): Value {
  const like = x.shape;
  const times = (a: Value, b: Value | number) =>
    g.node("Mul", [a, typeof b === "number" ? g.constant(b) : b], like);
  return g.differentiable(g.node("Gelu", [x], like), [x], (dy) => {
    const erf = g.node("Erf", [times(x, Math.SQRT1_2)], like);
    const Phi = g.node("Add", [times(erf, 0.5), g.constant(0.5)], like);
    const phi = g.node("Exp", [times(times(x, x), -0.5)], like);
    const slope = g.node("Add", [Phi, times(times(x, phi), 1 / Math.sqrt(2 * Math.PI))], like);
    return [times(dy, slope)];
  });
}

/**
 * The largest of each kernel × kernel window of x [N, C, H, W]. The gradient goes to the element that was largest;
 * where windows overlap, an element sums what it gets from each.
 */
export function maxPool(g: Graph, x: Value, kernel: number, stride: number, pad = 0): Value {
  const [N, C, H, W] = x.shape as [number, number, number, number];
  const shape = [N, C, outputSize(H, kernel, stride, pad), outputSize(W, kernel, stride, pad)];
  const attributes = {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
  };
  const [y, where] = g.nodes("MaxPool", [x], [{ shape }, { shape, type: "int64" }], attributes);
  return g.differentiable(y!, [x], (dy) => {
    if (kernel <= stride) {
      return [g.node("MaxUnpool", [dy, where!, g.integers(x.shape)], x.shape, attributes)];
    }
    // MaxUnpool keeps one gradient for each element, but windows that overlap may agree on an element
    const flat = (t: Value) => g.node("Reshape", [t, g.integers([-1])], [-1], {}, t.type);
    const zeros = g.node("ConstantOfShape", [g.integers([N * C * H * W])], [N * C * H * W]);
    const options = { axis: 0, reduction: "add" };
    const dx = g.node("ScatterElements", [zeros, flat(where!), flat(dy)], [N * C * H * W], options);
    return [g.node("Reshape", [dx, g.integers(x.shape)], x.shape)];
  });
}

/** The largest element of each channel, [N, C, H, W] → [N, C]. Equal largest ones share the gradient. */
export function globalMaxPool(g: Graph, x: Value): Value {
  const [N, C, H, W] = x.shape as [number, number, number, number];
  const max = g.node("ReduceMax", [x, g.integers([2, 3])], [N, C, 1, 1]);
  return g.differentiable(withoutSpace(g, max), [x], (dy) => {
    const hit = g.node("Equal", [x, max], [N, C, H, W], {}, "bool");
    const mask = g.node("Cast", [hit], [N, C, H, W], { to: 1 });
    const count = g.node("ReduceSum", [mask, g.integers([2, 3])], [N, C, 1, 1]);
    const share = g.node("Div", [withSpace(g, dy), count], [N, C, 1, 1]);
    return [g.node("Mul", [mask, share], [N, C, H, W])];
  });
}

/** The mean of each channel, [N, C, H, W] → [N, C]; dx = dy / (H·W) at every place. */
export function globalAveragePool(g: Graph, x: Value): Value {
  const [N, C, H, W] = x.shape as [number, number, number, number];
  const mean = g.node("ReduceMean", [x, g.integers([2, 3])], [N, C, 1, 1]);
  return g.differentiable(withoutSpace(g, mean), [x], (dy) => {
    const share = g.node("Mul", [withSpace(g, dy), g.constant(1 / (H * W))], [N, C, 1, 1]);
    return [g.node("Expand", [share, g.integers(x.shape)], x.shape)];
  });
}

function withoutSpace(g: Graph, x: Value): Value {
  const [N, C] = x.shape as [number, number];
  return g.node("Reshape", [x, g.integers([N < 0 ? 0 : N, C])], [N, C]);
}

function withSpace(g: Graph, x: Value): Value {
  const [N, C] = x.shape as [number, number];
  return g.node("Reshape", [x, g.integers([N, C, 1, 1])], [N, C, 1, 1]);
}

/** y = x·wᵀ + b for x [N, C], w [K, C], b [K]; dx = dy·w, dw = dyᵀ·x, db = Σ dy. */
export function dense(g: Graph, x: Value, w: Value, b: Value): Value {
  const [N, C] = x.shape as [number, number];
  const [K, inputs] = w.shape as [number, number];
  if (inputs !== C) throw new RangeError(`w [${w.shape}] does not take the ${C} columns of x [${x.shape}]`);
  return g.differentiable(g.node("Gemm", [x, w, b], [N, K], { transB: 1 }), [x, w, b], (dy) => [
    g.node("Gemm", [dy, w], [N, C]),
    g.node("Gemm", [dy, x], [K, C], { transA: 1 }),
    g.node("ReduceSum", [dy, g.integers([0])], [K], { keepdims: 0 }),
  ]);
}

/** Σ a·b over all elements of two tensors of one shape; da = b·dy, db = a·dy. */
export function scalarProduct(g: Graph, a: Value, b: Value): Value {
  const sum = g.node("ReduceSum", [g.node("Mul", [a, b], a.shape)], [], { keepdims: 0 });
  return g.differentiable(sum, [a, b], (dy) => [b, a].map((t) => g.node("Mul", [t, dy], t.shape)));
}

/** y = factor·x for a scalar factor; dx = factor·dy. */
export function scale(g: Graph, x: Value, factor: number): Value {
  return g.differentiable(
    g.node("Mul", [x, g.constant(factor)], x.shape),
    [x],
    (dy) => [g.node("Mul", [dy, g.constant(factor)], x.shape)],
  );
}

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
