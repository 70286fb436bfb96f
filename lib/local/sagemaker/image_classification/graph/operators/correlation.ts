/** Cross-correlation by the fastest kernel that a graph may use: what convolution and both its gradients come down to. */
import { Graph, type Value } from "../graph.ts";
import type { Shape, Shape4 } from "../shapes.ts";

/** Where windows are laid: zeros around x (a negative number cuts), steps between windows, and steps within one. */
export interface Windows {
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

/** x [N, C, H, W] correlated with a filter, giving `shape` [N, O, h, v]. */
export function correlation(g: Graph, x: Value, filter: Filter, shape: Shape, windows: Windows): Value {
  const kernel = g.block ? blockedCorrelation : plainCorrelation;
  return kernel(g, x, filter, shape, windows);
}

/** The first two axes change places. */
export function swapped(g: Graph, x: Value): Value {
  const [a, b, ...rest] = x.shape as Shape4;
  return g.node("Transpose", [x], [b, a, ...rest], { perm: [1, 0, 2, 3] });
}

/** By ONNX's own Conv. */
function plainCorrelation(g: Graph, x: Value, filter: Filter, shape: Shape, windows: Windows): Value {
  const w = filter.swapped ? swapped(g, filter.of) : filter.of;
  const { top, left, bottom, right, stride, dilation } = windows;
  const [N, C, H, W] = x.shape as Shape4;
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

/** Windows of this side and less are the common trained ones; they keep their zeros implicit. */
const SMALL = 3;

/**
 * By ONNX Runtime's blocked kernels (domain com.microsoft.nchwc), in which `block` channels lie side by side. ONNX
 * Runtime chooses them itself only for constant weights; a training graph has none, so it lays the tensors out
 * itself. One thread of an AVX-512 machine reaches 90 to 100 GFLOP/s here, 25 to 55 with plain Conv.
 *
 *   x  [N, C, H, W]  as  [N, C/b, H, W, b]              (from ReorderInput; fewer channels than b stay as they are)
 *   w  [O, C, k, l]  as  [O/b, C/b, k, l, b of C, b of O]
 *   y  [N, O, h, v]  as  [N, O/b, h, v, b]              (ReorderOutput puts it back)
 *
 * The shapes that ONNX Runtime sees stay those of the left column, with channels filled up by zeros to whole blocks.
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
  // Windows that reach over the edge are slow; a large window (a weight gradient's) would be nothing else.
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

/** Zeros after the last of an axis, up to whole blocks. */
function filled(g: Graph, x: Value, axis: number, block: number): Value {
  const missing = whole(x.shape[axis]!, block) - x.shape[axis]!;
  if (missing === 0) return x;
  const pads = Array(8).fill(0);
  pads[4 + axis] = missing;
  return g.node("Pad", [x, g.integers(pads)], x.shape.map((d, i) => i === axis ? d + missing : d));
}

/** Zeros around a tensor that lies in blocks: rows of whole blocks are moved at once. */
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

/** A filter laid out for the blocked kernel. Fewer than a block of input channels stay apart. */
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
  // [O/b, I, k·l, b of C, b of O] from either; with O inside already, whole blocks are moved and not single numbers
  if (!swapped) return order(view(full, [O / block, block, I, b, k * l]), [0, 2, 4, 3, 1]);
  const blocked = g.node("com.microsoft.nchwc::ReorderInput", [full], full.shape);
  return order(view(blocked, [I, b, O / block, k * l, block]), [2, 0, 3, 1, 4]);
}
