/** Cross-correlation, the basis of convolution and both its gradients, by the fastest kernel available. */
import { Graph, type Value } from "../graph.ts";
import type { Shape, Shape4 } from "../shapes.ts";

/** The windows: padding around x (negative numbers cut), step between windows, and step within a window. */
export interface Windows {
  top: number;
  left: number;
  bottom: number;
  right: number;
  stride: number;
  dilation: number;
}

/** The filter: a tensor [O, C, k, l], or [C, O, k, l] when `swapped`. */
export interface Filter {
  of: Value;
  swapped: boolean;
}

/** Correlates x [N, C, H, W] with a filter. @param shape of the result, [N, O, h, v] */
export function correlation(g: Graph, x: Value, filter: Filter, shape: Shape, windows: Windows): Value {
  const kernel = g.block ? blockedCorrelation : plainCorrelation;
  return kernel(g, x, filter, shape, windows);
}

/** x with its first two axes swapped. */
export function swapped(g: Graph, x: Value): Value {
  const [a, b, ...rest] = x.shape as Shape4;
  return g.node("Transpose", [x], [b, a, ...rest], { perm: [1, 0, 2, 3] });
}

/** With ONNX's Conv. */
function plainCorrelation(g: Graph, x: Value, filter: Filter, shape: Shape, windows: Windows): Value {
  const w = filter.swapped ? swapped(g, filter.of) : filter.of;
  const { top, left, bottom, right, stride, dilation } = windows;
  const [N, C, H, W] = x.shape as Shape4;
  const [down, across] = [Math.max(bottom, 0), Math.max(right, 0)];
  let input = x;
  if (bottom < down || right < across) { // Conv can add rows and columns, but not cut them
    const pads = g.integers([0, 0, 0, 0, 0, 0, bottom - down, right - across]);
    input = g.node("Pad", [x, pads], [N, C, H + bottom - down, W + right - across]);
  }
  return g.node("Conv", [input, w], shape, {
    pads: [top, left, down, across],
    strides: [stride, stride],
    dilations: [dilation, dilation],
  });
}

/** Filters up to this size (the usual trained ones) use the kernel's implicit padding. */
const SMALL = 3;

/**
 * With ONNX Runtime's blocked kernels (domain com.microsoft.nchwc), in which `block` channels are adjacent in memory.
 * ONNX Runtime uses them only for constant weights, which a training graph does not have, so the layout is done here.
 * One thread of an AVX-512 machine reaches 90 to 100 GFLOP/s, 25 to 55 with plain Conv.
 *
 *   x  [N, C, H, W]  as  [N, C/b, H, W, b]              (by ReorderInput; fewer than b channels stay as they are)
 *   w  [O, C, k, l]  as  [O/b, C/b, k, l, b of C, b of O]
 *   y  [N, O, h, v]  as  [N, O/b, h, v, b]              (undone by ReorderOutput)
 *
 * ONNX Runtime sees the shapes of the left column, with channels padded to whole blocks.
 */
function blockedCorrelation(g: Graph, x: Value, filter: Filter, shape: Shape, windows: Windows): Value {
  const { top, left, bottom, right, stride, dilation } = windows;
  const block = g.block!;
  const [N, O, h, v] = shape as Shape4;
  const C = x.shape[1]!;
  const [, , k, l] = filter.of.shape as Shape4;
  let input = x;
  if (C >= block) {
    const full = filled(g, x, 1, block);
    input = g.node("com.microsoft.nchwc::ReorderInput", [full], full.shape);
  }
  // Windows across the edge are slow, and all windows of a large filter (a weight gradient's) would be.
  const explicit = k > SMALL || Math.min(bottom, right) < 0;
  if (explicit) input = padded(g, input, C >= block ? block : 1, windows);
  const y = g.node(
    "com.microsoft.nchwc::Conv",
    [input, blockedFilter(g, filter, block)],
    [N, whole(O, block), h, v],
    {
      kernel_shape: [k, l],
      strides: [stride, stride],
      dilations: [dilation, dilation],
      pads: explicit ? [0, 0, 0, 0] : [top, left, bottom, right],
    },
  );
  return g.node("com.microsoft.nchwc::ReorderOutput", [y], shape, { channels: O });
}

/** The next multiple of the block. */
function whole(channels: number, block: number): number {
  return Math.ceil(channels / block) * block;
}

/** Pads an axis with zeros at its end, to whole blocks. */
function filled(g: Graph, x: Value, axis: number, block: number): Value {
  const missing = whole(x.shape[axis]!, block) - x.shape[axis]!;
  if (missing === 0) return x;
  const pads = Array(8).fill(0);
  pads[4 + axis] = missing;
  return g.node("Pad", [x, g.integers(pads)], x.shape.map((d, i) => i === axis ? d + missing : d));
}

/** Pads a blocked tensor in height and width, moving whole blocks. */
function padded(g: Graph, x: Value, block: number, { top, left, bottom, right }: Windows): Value {
  if (!(top || left || bottom || right)) return x;
  const [N, C, H, W] = x.shape as Shape4;
  const [rows, columns] = [H + top + bottom, W + left + right];
  const outer = N < 0 ? -1 : N * C / block;
  const inBlocks = [outer, H, W, block];
  const view = g.node("Reshape", [x, g.integers(inBlocks)], inBlocks);
  const pads = g.integers([0, top, left, 0, 0, bottom, right, 0]);
  const wider = g.node("Pad", [view, pads], [outer, rows, columns, block]);
  const shape = [N, C, rows, columns];
  return g.node("Reshape", [wider, g.integers(shape)], shape);
}

/** A filter in the blocked kernel's layout. Fewer than a block of input channels stay as they are. */
function blockedFilter(g: Graph, { of, swapped }: Filter, block: number): Value {
  const [outer, inner] = swapped ? [1, 0] : [0, 1]; // the axes of O and C
  const C = of.shape[inner]!;
  const full = filled(g, C < block ? of : filled(g, of, inner, block), outer, block);
  const [O, inputs, k, l] = [outer, inner, 2, 3].map((axis) => full.shape[axis]!) as Shape4;
  const shape = [O, inputs, k, l];
  const [I, b] = C < block ? [inputs, 1] : [inputs / block, block]; // input channels: blocks, and how many in each
  const view = (t: Value, split: number[]) => g.node("Reshape", [t, g.integers(split)], split);
  const order = (t: Value, perm: number[]) => {
    const moved = g.node("Transpose", [t], perm.map((axis) => t.shape[axis]!), { perm });
    return g.node("Reshape", [moved, g.integers(shape)], shape);
  };
  // both give [O/b, I, k·l, b of C, b of O]; when O is the inner axis, whole blocks are moved instead of single numbers
  if (!swapped) return order(view(full, [O / block, block, I, b, k * l]), [0, 2, 4, 3, 1]);
  const blocked = g.node("com.microsoft.nchwc::ReorderInput", [full], full.shape);
  return order(view(blocked, [I, b, O / block, k * l, block]), [2, 0, 3, 1, 4]);
}
