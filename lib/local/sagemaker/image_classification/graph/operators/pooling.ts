import { Graph, type Value } from "../graph.ts";
import { type Shape4, windowCount } from "../shapes.ts";

/**
 * The maximum of each kernel × kernel window of x [N, C, H, W]. The gradient goes to the maximum; where windows overlap,
 * gradients add up.
 */
export function maxPool(g: Graph, x: Value, kernel: number, stride: number, pad = 0): Value {
  const [N, C, H, W] = x.shape as Shape4;
  const shape = [N, C, windowCount(H, kernel, stride, pad), windowCount(W, kernel, stride, pad)];
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
    // MaxUnpool keeps one gradient per element, but overlapping windows can have the same maximum
    const flat = (t: Value) => g.node("Reshape", [t, g.integers([-1])], [-1], {}, t.type);
    const zeros = g.node("ConstantOfShape", [g.integers([N * C * H * W])], [N * C * H * W]);
    const options = { axis: 0, reduction: "add" };
    const dx = g.node("ScatterElements", [zeros, flat(where!), flat(dy)], [N * C * H * W], options);
    return [g.node("Reshape", [dx, g.integers(x.shape)], x.shape)];
  });
}

/** The maximum of each channel, [N, C, H, W] → [N, C]. Equal maxima share the gradient. */
export function globalMaxPool(g: Graph, x: Value): Value {
  const [N, C, H, W] = x.shape as Shape4;
  const max = g.node("ReduceMax", [x, g.integers([2, 3])], [N, C, 1, 1]);
  return g.differentiable(withoutSpace(g, max), [x], (dy) => {
    const hit = g.node("Equal", [x, max], [N, C, H, W], {}, "bool");
    const mask = g.node("Cast", [hit], [N, C, H, W], { to: 1 });
    const count = g.node("ReduceSum", [mask, g.integers([2, 3])], [N, C, 1, 1]);
    const share = g.node("Div", [withSpace(g, dy), count], [N, C, 1, 1]);
    return [g.node("Mul", [mask, share], [N, C, H, W])];
  });
}

/** The mean of each channel, [N, C, H, W] → [N, C]; dx = dy / (H·W) everywhere. */
export function globalAveragePool(g: Graph, x: Value): Value {
  const [N, C, H, W] = x.shape as Shape4;
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
