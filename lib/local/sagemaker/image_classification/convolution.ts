import { blockedCorrelation } from "./blocked.ts";
import { Graph, type Shape, type Value } from "./graph.ts";

export interface ConvolutionOptions {
  /** Step between windows, both ways; 1 by default. */
  stride?: number;
  /** Rows and columns of zeros on every side; 0 by default. */
  pad?: number;
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

/** The side of the output of a window of `kernel` over `size` elements. */
export function outputSize(size: number, kernel: number, stride: number, pad: number): number {
  return Math.floor((size + 2 * pad - kernel) / stride) + 1;
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
  const { stride = 1, pad = 0 } = options;
  const [N, C, H, W] = x.shape as Dims4;
  const [O, inputs, k] = w.shape as Dims4;
  if (inputs !== C) throw new RangeError(`w [${w.shape}] does not take the ${C} channels of x [${x.shape}]`);
  const shape = [N, O, outputSize(H, k, stride, pad), outputSize(W, k, stride, pad)];
  const y = correlation(g, x, { of: w, swapped: false }, shape, around(pad, stride));
  return g.differentiable(y, [x, w], (dy) => [
    stride === 1
      ? inputGradient(g, dy, w, x.shape, pad)
      : stridedInputGradient(g, dy, w, x.shape, stride, pad),
    weightGradient(g, dy, x, w.shape, stride, pad),
  ]);
}

function around(pad: number, stride: number): Correlation {
  return { top: pad, left: pad, bottom: pad, right: pad, stride, dilation: 1 };
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

/** dx for stride 1: dy correlated with w turned by 180°, its channel axes swapped. */
function inputGradient(g: Graph, dy: Value, w: Value, shape: Shape, pad: number): Value {
  const k = w.shape[2]!;
  const indices = [[-1, -1], [-k - 1, -k - 1], [2, 3], [-1, -1]].map((list) => g.integers(list));
  const turned = k === 1 ? w : g.node("Slice", [w, ...indices], w.shape);
  return correlation(g, dy, { of: turned, swapped: true }, shape, around(k - 1 - pad, 1));
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
