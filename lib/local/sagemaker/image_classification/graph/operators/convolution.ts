import { Graph, type Value } from "../graph.ts";
import { type Shape, type Shape4, windowCount } from "../shapes.ts";
import { correlation, swapped, type Windows } from "./correlation.ts";

export interface ConvolutionOptions {
  /** Step between windows, both ways; 1 by default. */
  stride?: number;
  /** Rows of zeros above x and columns to its left; 0 by default. */
  pad?: number;
  /** Rows of zeros below x and columns to its right; as many as `pad` by default. */
  padAfter?: number;
}
type Options = Required<ConvolutionOptions>;

/**
 * Cross-correlation of x [N, C, H, W] with w [O, C, k, k], giving [N, O, h, v]:
 *
 *   y[n,o,i,j]  = Σ c,p,q  w[o,c,p,q] · x[n,c, i·s+p−pad, j·s+q−pad]
 *
 * Both gradients are correlations again, so one fast kernel serves all three:
 *
 *   dw[o,c,p,q] = Σ n,i,j  dy[n,o,i,j] · x[n,c, p+i·s−pad, q+j·s−pad]    batch and channels are swapped, dy is the
 *                                                                      filter, and s its dilation
 *   dx[n,c,i,j] = Σ o,p,q  w[o,c,k−1−p,k−1−q] · dy[n,o, i+p−(k−1−pad), j+q−(k−1−pad)]    for s = 1
 *
 * For a larger s, dx is a transposed convolution.
 */
export function convolution(
  g: Graph,
  x: Value,
  w: Value,
  { stride = 1, pad = 0, padAfter = pad }: ConvolutionOptions = {},
): Value {
  const options = { stride, pad, padAfter };
  const [N, C, H, W] = x.shape as Shape4;
  const [O, inputs, k] = w.shape as Shape4;
  if (inputs !== C) throw new RangeError(`w [${w.shape}] does not fit the ${C} channels of x [${x.shape}]`);
  const [h, v] = [H, W].map((size) => windowCount(size, k, stride, pad, padAfter)) as [number, number];
  const y = correlation(g, x, { of: w, swapped: false }, [N, O, h, v], around(options));
  return g.differentiable(y, [x, w], (dy) => [
    inputGradient(g, dy, w, x.shape, options),
    weightGradient(g, dy, x, w.shape, options),
  ]);
}

/**
 * The filter of two successive convolutions, `first` [C, K, r, r] and then `second` [O, C, k, k]: [O, K, k+r−1, k+r−1].
 * The result is the same but at edges padded between the two. The gradient goes to `second`.
 */
export function composition(g: Graph, first: Value, second: Value): Value {
  return convolution(g, second, swapped(g, turned(g, first)), { pad: first.shape[2]! - 1 });
}

function around({ stride, pad, padAfter }: Options): Windows {
  return { top: pad, left: pad, bottom: padAfter, right: padAfter, stride, dilation: 1 };
}

/** dw, in the shape of w. */
function weightGradient(g: Graph, dy: Value, x: Value, shape: Shape, { stride, pad }: Options): Value {
  const [O, C, k] = shape as Shape4;
  const [, , H, W] = x.shape as Shape4;
  const [, , h, v] = dy.shape as Shape4;
  const windows = {
    top: pad,
    left: pad,
    bottom: (h - 1) * stride + k - H - pad, // so that the window fits exactly k times
    right: (v - 1) * stride + k - W - pad,
    stride: 1,
    dilation: stride,
  };
  return swapped(g, correlation(g, swapped(g, x), { of: dy, swapped: true }, [C, O, k, k], windows));
}

/** dx, in the shape of x. */
function inputGradient(g: Graph, dy: Value, w: Value, shape: Shape, options: Options): Value {
  const { stride, pad, padAfter } = options;
  const k = w.shape[2]!;
  if (stride === 1) {
    const filter = { of: turned(g, w), swapped: true };
    const windows = around({ stride, pad: k - 1 - pad, padAfter: k - 1 - padAfter });
    return correlation(g, dy, filter, shape, windows);
  }
  // a transposed convolution; rows and columns outside of all windows get zeros
  const [, , H, W] = shape as Shape4;
  const [, , h, v] = dy.shape as Shape4;
  const covered = (n: number) => (n - 1) * stride + k - pad - padAfter;
  return g.node("ConvTranspose", [dy, w], shape, {
    strides: [stride, stride],
    pads: [pad, pad, padAfter, padAfter],
    output_padding: [H - covered(h), W - covered(v)],
  });
}

/** Filters rotated by 180°. */
function turned(g: Graph, w: Value): Value {
  const k = w.shape[2]!;
  if (k === 1) return w;
  const indices = [[-1, -1], [-k - 1, -k - 1], [2, 3], [-1, -1]].map((list) => g.integers(list));
  return g.node("Slice", [w, ...indices], w.shape);
}
