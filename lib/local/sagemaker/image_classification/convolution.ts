import { blockedCorrelation } from "./blocked.ts";
import { Graph, type Shape, type Value } from "./graph.ts";

export interface ConvolutionOptions {
  /** Step between windows, both ways; 1 by default. */
  stride?: number;
  /** Rows of zeros above x and columns to its left; 0 by default. */
  pad?: number;
  /** Those below and to the right; as many by default. */
  padAfter?: number;
}

/** A cross-correlation in general: zeros around x (a negative number cuts), steps in x, and steps within a window. */
export interface Correlation {
  top: number;
  left: number;
  bottom: number;
  right: number;
  stride: number;
  dilation: number;
}

/** What is laid over x: a tensor [O, C, k, l], or [C, O, k, l] when its first axes are swapped. */
export interface Filter {
  of: Value;
  swapped: boolean;
}

export type Dims4 = [number, number, number, number];

/** The side of the output of a window of `kernel` over `size` elements with zeros before and after them. */
export function outputSize(
  size: number,
  kernel: number,
  stride: number,
  pad: number,
  padAfter = pad,
): number {
  return Math.floor((size + pad + padAfter - kernel) / stride) + 1;
}

/**
 * Cross-correlation of x [N, C, H, W] with w [O, C, k, k], giving [N, O, h, v]:
 *
 *   y[n,o,i,j]  = Σ c,p,q  w[o,c,p,q] · x[n,c, i·s+p−pad, j·s+q−pad]
 *
 * Both gradients are correlations again, so one fast kernel serves all three:
 *
 *   dw[o,c,p,q] = Σ n,i,j  dy[n,o,i,j] · x[n,c, p+i·s−pad, q+j·s−pad]    pictures and channels change places, dy is
 *                                                                      the window, and s becomes the step within it
 *   dx[n,c,i,j] = Σ o,p,q  w[o,c,k−1−p,k−1−q] · dy[n,o, i+p−(k−1−pad), j+q−(k−1−pad)]    for s = 1
 */
export function convolution(g: Graph, x: Value, w: Value, options: ConvolutionOptions = {}): Value {
  const { stride = 1, pad = 0, padAfter = pad } = options;
  const [N, C, H, W] = x.shape as Dims4;
  const [O, inputs, k] = w.shape as Dims4;
  if (inputs !== C) throw new RangeError(`w [${w.shape}] does not take the ${C} channels of x [${x.shape}]`);
  const [h, v] = [H, W].map((size) => outputSize(size, k, stride, pad, padAfter)) as [number, number];
  const y = correlation(g, x, { of: w, swapped: false }, [N, O, h, v], around(pad, padAfter, stride));
  return g.differentiable(y, [x, w], (dy) => [
    stride === 1
      ? inputGradient(g, dy, w, x.shape, pad, padAfter)
      : stridedInputGradient(g, dy, w, x.shape, stride, pad, padAfter),
    weightGradient(g, dy, x, w.shape, stride, pad),
  ]);
}

/**
 * The filters of two convolutions one after the other, as one: x with `first` [C, K, r, r], then with `second`
 * [O, C, k, k], is x with the result [O, K, k+r−1, k+r−1] (but for what zeros at the edges do between the two). The
 * gradient goes to `second`.
 */
export function composition(g: Graph, first: Value, second: Value): Value {
  const around = first.shape[2]! - 1;
  return convolution(g, second, swapped(g, turned(g, first)), { pad: around });
}

function around(pad: number, padAfter: number, stride: number): Correlation {
  return { top: pad, left: pad, bottom: padAfter, right: padAfter, stride, dilation: 1 };
}

/** By the blocked kernel where the graph may use it, else by ONNX's own Conv. */
function correlation(g: Graph, x: Value, filter: Filter, shape: Shape, options: Correlation): Value {
  if (g.block) return blockedCorrelation(g, g.block, x, filter, shape, options);
  const w = filter.swapped ? swapped(g, filter.of) : filter.of;
  const { top, left, bottom, right, stride, dilation } = options;
  const [N, C, H, W] = x.shape as Dims4;
  const [down, across] = [Math.max(bottom, 0), Math.max(right, 0)];
  let input = x;
  if (bottom < down || right < across) { // Conv itself can add rows and columns, but not leave them out
    const pads = g.integers([0, 0, 0, 0, 0, 0, bottom - down, right - across]);
    input = g.node("Pad", [x, pads], [N, C, H + bottom - down, W + right - across]);
  }
  return g.node("Conv", [input, w], shape, {
    pads: [top, left, down, across],
    strides: [stride, stride],
    dilations: [dilation, dilation],
  });
}

function weightGradient(g: Graph, dy: Value, x: Value, shape: Shape, stride: number, pad: number): Value {
  const [O, C, k] = shape as Dims4;
  const [, , H, W] = x.shape as Dims4;
  const [, , h, v] = dy.shape as Dims4;
  const options = {
    top: pad,
    left: pad,
    bottom: (h - 1) * stride + k - H - pad, // so that the window fits exactly k times
    right: (v - 1) * stride + k - W - pad,
    stride: 1,
    dilation: stride,
  };
  return swapped(g, correlation(g, swapped(g, x), { of: dy, swapped: true }, [C, O, k, k], options));
}

/** The first two axes change places. */
function swapped(g: Graph, x: Value): Value {
  const [a, b, ...rest] = x.shape as Dims4;
  return g.node("Transpose", [x], [b, a, ...rest], { perm: [1, 0, 2, 3] });
}

/** Filters turned by 180°. */
function turned(g: Graph, w: Value): Value {
  const k = w.shape[2]!;
  if (k === 1) return w;
  const indices = [[-1, -1], [-k - 1, -k - 1], [2, 3], [-1, -1]].map((list) => g.integers(list));
  return g.node("Slice", [w, ...indices], w.shape);
}

/** dx for stride 1: dy correlated with w turned by 180°, its channel axes swapped. */
function inputGradient(
  g: Graph,
  dy: Value,
  w: Value,
  shape: Shape,
  pad: number,
  padAfter: number,
): Value {
  const most = w.shape[2]! - 1;
  const filter = { of: turned(g, w), swapped: true };
  return correlation(g, dy, filter, shape, around(most - pad, most - padAfter, 1));
}

/** dx for any stride, as a transposed convolution; rows and columns that no window reached get zeros. */
function stridedInputGradient(
  g: Graph,
  dy: Value,
  w: Value,
  shape: Shape,
  stride: number,
  pad: number,
  padAfter: number,
): Value {
  const [, , H, W] = shape as Dims4;
  const [, , h, v] = dy.shape as Dims4;
  const k = w.shape[2]!;
  const covered = (n: number) => (n - 1) * stride + k - pad - padAfter;
  return g.node("ConvTranspose", [dy, w], shape, {
    strides: [stride, stride],
    pads: [pad, pad, padAfter, padAfter],
    output_padding: [H - covered(h), W - covered(v)],
  });
}
