import { Graph, type Shape, type Value } from "./graph.ts";

export interface ConvolutionOptions {
  /** Step between windows, both ways; 1 by default. */
  stride?: number;
  /** Rows and columns of zeros on every side; 0 by default. */
  pad?: number;
}

type Dims4 = [number, number, number, number];

/** The side of the output of a window of `kernel` over `size` elements. */
export function outputSize(size: number, kernel: number, stride: number, pad: number): number {
  return Math.floor((size + 2 * pad - kernel) / stride) + 1;
}

/**
 * Cross-correlation of x [N, C, H, W] with w [O, C, k, k], giving [N, O, H', W'].
 *
 *   y[n,o,i,j]  = Σ c,p,q  w[o,c,p,q] · x[n,c, i·s+p−pad, j·s+q−pad]
 *   dw[o,c,p,q] = Σ n,i,j  dy[n,o,i,j] · x[n,c, i·s+p−pad, j·s+q−pad]
 *   dx          = the transposed convolution of dy; for stride 1 that is the convolution of dy with w turned by
 *                 180° and its two channel axes swapped
 */
export function convolution(g: Graph, x: Value, w: Value, options: ConvolutionOptions = {}): Value {
  const { stride = 1, pad = 0 } = options;
  const [N, C, H, W] = x.shape as Dims4;
  const [O, inputs, k] = w.shape as Dims4;
  if (inputs !== C) throw new RangeError(`w [${w.shape}] does not take the ${C} channels of x [${x.shape}]`);
  const shape = [N, O, outputSize(H, k, stride, pad), outputSize(W, k, stride, pad)];
  const attributes = { strides: [stride, stride], pads: [pad, pad, pad, pad] };
  const y = g.node("Conv", [x, w], shape, attributes);
  return g.differentiable(y, [x, w], (dy) => [
    stride === 1
      ? inputGradient(g, dy, w, x.shape, pad)
      : stridedInputGradient(g, dy, w, x.shape, stride, pad),
    stride === 1
      ? weightGradient(g, dy, x, w.shape, pad)
      : stridedWeightGradient(g, dy, x, w.shape, stride, pad),
  ]);
}

/** dx for stride 1: dy [N, O, H', W'] convolved with w turned and swapped [C, O, k, k]. */
function inputGradient(g: Graph, dy: Value, w: Value, shape: Shape, pad: number): Value {
  const [O, C, k] = w.shape as Dims4;
  const swapped = g.node("Transpose", [w], [C, O, k, k], { perm: [1, 0, 2, 3] });
  const turned = k === 1 ? swapped : g.node(
    "Slice",
    [swapped, g.integers([-1, -1]), g.integers([-k - 1, -k - 1]), g.integers([2, 3]), g.integers([-1, -1])],
    swapped.shape,
  );
  const p = k - 1 - pad;
  return g.node("Conv", [dy, turned], shape, { strides: [1, 1], pads: [p, p, p, p] });
}

/** dx for any stride, as a transposed convolution; rows and columns that no window reached get zeros. */
function stridedInputGradient(
  g: Graph,
  dy: Value,
  w: Value,
  shape: Shape,
  stride: number,
  pad: number,
): Value {
  const [, , H, W] = shape as Dims4;
  const [, , h, v] = dy.shape as Dims4;
  const k = w.shape[2]!;
  const covered = (n: number) => (n - 1) * stride + k - 2 * pad;
  return g.node("ConvTranspose", [dy, w], shape, {
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    output_padding: [H - covered(h), W - covered(v)],
  });
}

/**
 * dw for stride 1. Copying every window out (unfolding) would write k² times the input. Instead the k shifts along
 * the rows are given to dy and the k along the columns to x; the product of the two stacks, summed over all
 * positions, holds all k² taps, at 2k copies and with a squarer product.
 */
function weightGradient(g: Graph, dy: Value, x: Value, shape: Shape, pad: number): Value {
  const [O, C, k] = shape as Dims4;
  const [N, , H, W] = x.shape as Dims4;
  const v = dy.shape[3]!;
  const rows = H + 2 * pad; // = h + k − 1
  const taps = Array.from({ length: k }, (_, i) => i);
  const shift = (t: Value, top: number, bottom: number, left: number, right: number, to: Shape) =>
    top || bottom || left || right
      ? g.node("Pad", [t, g.integers([0, 0, top, left, 0, 0, bottom, right])], to)
      : t;
  const stack = (parts: Value[], channels: number) => {
    const shape = [N, k * channels, rows, v];
    const stacked = k === 1 ? parts[0]! : g.node("Concat", parts, shape, { axis: 1 });
    return g.node("Reshape", [stacked, g.integers([N, k * channels, rows * v])], [N, k * channels, rows * v]);
  };
  const down = stack(taps.map((p) => shift(dy, p, k - 1 - p, 0, 0, [N, O, rows, v])), O);
  const across = stack(
    taps.map((q) => shift(x, pad, pad, pad - q, v + q - pad - W, [N, C, rows, v])),
    C,
  );
  const products = g.node("com.microsoft::FusedMatMul", [down, across], [N, k * O, k * C], { transB: 1 });
  const sum = g.node("ReduceSum", [products, g.integers([0])], [k * O, k * C], { keepdims: 0 });
  if (k === 1) return g.node("Reshape", [sum, g.integers(shape)], shape);
  const split = g.node("Reshape", [sum, g.integers([k, O, k, C])], [k, O, k, C]);
  return g.node("Transpose", [split], shape, { perm: [1, 3, 0, 2] });
}

/** dw for any stride: every window of x is copied out, tap by tap, and multiplied with dy. */
function stridedWeightGradient(
  g: Graph,
  dy: Value,
  x: Value,
  shape: Shape,
  stride: number,
  pad: number,
): Value {
  const [O, C, k] = shape as Dims4;
  const [N, , H, W] = x.shape as Dims4;
  const [, , h, v] = dy.shape as Dims4;
  const padded = pad === 0 ? x : g.node("Pad", [x, g.integers([0, 0, pad, pad, 0, 0, pad, pad])], [
    N,
    C,
    H + 2 * pad,
    W + 2 * pad,
  ]);
  const taps: Value[] = [];
  for (let p = 0; p < k; p++) {
    for (let q = 0; q < k; q++) {
      const ends = [p + (h - 1) * stride + 1, q + (v - 1) * stride + 1];
      const indices = [[p, q], ends, [2, 3], [stride, stride]].map((list) => g.integers(list));
      taps.push(g.node("Slice", [padded, ...indices], [N, C, h, v]));
    }
  }
  const unfolded = g.node("Concat", taps, [N, k * k * C, h, v], { axis: 1 });
  const flat = (t: Value, channels: number) =>
    g.node("Reshape", [t, g.integers([N, channels, h * v])], [N, channels, h * v]);
  const products = g.node(
    "com.microsoft::FusedMatMul",
    [flat(dy, O), flat(unfolded, k * k * C)],
    [N, O, k * k * C],
    { transB: 1 },
  );
  const sum = g.node("ReduceSum", [products, g.integers([0])], [O, k * k * C], { keepdims: 0 });
  const split = g.node("Reshape", [sum, g.integers([O, k, k, C])], [O, k, k, C]);
  return g.node("Transpose", [split], shape, { perm: [0, 3, 1, 2] });
}
