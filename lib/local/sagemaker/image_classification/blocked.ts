import type { Correlation, Dims4, Filter } from "./convolution.ts";
import { Graph, type Shape, type Value } from "./graph.ts";

/**
 * Convolution by ONNX Runtime's blocked kernels (domain com.microsoft.nchwc), in which `block` channels lie side by
 * side. ONNX Runtime puts them in by itself only for constant weights; a training graph has none, so it lays the
 * tensors out itself. One thread of an AVX-512 machine reaches 90 to 100 GFLOP/s here, 25 to 55 with plain Conv.
 *
 *   x  [N, C, H, W]  as  [N, C/b, H, W, b]              (from ReorderInput; fewer channels than b stay as they are)
 *   w  [O, C, k, l]  as  [O/b, C/b, k, l, b of C, b of O]
 *   y  [N, O, h, v]  as  [N, O/b, h, v, b]              (ReorderOutput puts it back)
 *
 * The shapes that ONNX Runtime sees stay those of the left column, with channels filled up by zeros to whole blocks.
 */
export function blockedCorrelation(
  g: Graph,
  block: number,
  x: Value,
  filter: Filter,
  shape: Shape,
  { top, left, bottom, right, stride, dilation }: Correlation,
): Value {
  const [N, , h, v] = shape as Dims4;
  const [, , k, l] = filter.of.shape as Dims4;
  const [O, C] = [shape[1]!, x.shape[1]!];
  const filters = whole(O, block);
  const options = {
    kernel_shape: [k, l],
    strides: [stride, stride],
    dilations: [dilation, dilation],
    pads: [0, 0, 0, 0],
  };
  let input = x;
  if (C >= block) {
    input = g.node("com.microsoft.nchwc::ReorderInput", [filled(g, x, 1, block)], blockedShape(x, block));
  }
  // Windows that reach over the edge are slow; a large window (a weight gradient's) would be nothing else.
  if (k > SMALL || Math.min(bottom, right) < 0) {
    input = padded(g, input, C >= block ? block : 1, top, left, bottom, right);
  } else options.pads = [top, left, bottom, right];
  const y = g.node(
    "com.microsoft.nchwc::Conv",
    [input, blockedFilter(g, filter, block)],
    [N, filters, h, v],
    options,
  );
  return g.node("com.microsoft.nchwc::ReorderOutput", [y], shape, { channels: O });
}

/** Windows of this side and less are the common trained ones; they keep their zeros implicit. */
const SMALL = 3;

/** The next multiple of the block. */
function whole(channels: number, block: number): number {
  return Math.ceil(channels / block) * block;
}

function blockedShape({ shape: [N, C, ...space] }: Value, block: number): Shape {
  return [N!, whole(C!, block), ...space];
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
function padded(
  g: Graph,
  x: Value,
  block: number,
  top: number,
  left: number,
  bottom: number,
  right: number,
): Value {
  const [N, C, H, W] = x.shape as Dims4;
  if (!(top || left || bottom || right)) return x;
  const flat = [N < 0 ? -1 : N * C / block, H, W, block];
  const shape = [N, C, H + top + bottom, W + left + right];
  const view = g.node("Reshape", [x, g.integers(flat)], flat);
  const wider = g.node("Pad", [view, g.integers([0, top, left, 0, 0, bottom, right, 0])], [
    flat[0]!,
    shape[2]!,
    shape[3]!,
    block,
  ]);
  return g.node("Reshape", [wider, g.integers(shape)], shape);
}

/** A filter laid out for the blocked kernel. Fewer than a block of input channels stay apart. */
function blockedFilter(g: Graph, { of, swapped }: Filter, block: number): Value {
  const [outer, inner] = swapped ? [1, 0] : [0, 1]; // the axes of O and C
  const C = of.shape[inner]!;
  const whole = filled(g, C < block ? of : filled(g, of, inner, block), outer, block);
  const [O, inputs, k, l] = [whole.shape[outer]!, whole.shape[inner]!, whole.shape[2]!, whole.shape[3]!];
  const shape = [O, inputs, k, l];
  const [I, b] = C < block ? [inputs, 1] : [inputs / block, block]; // input channels: blocks, and how many in each
  const view = (t: Value, split: number[]) => g.node("Reshape", [t, g.integers(split)], split);
  const order = (t: Value, perm: number[]) => {
    const moved = g.node("Transpose", [t], perm.map((axis) => t.shape[axis]!), { perm });
    return g.node("Reshape", [moved, g.integers(shape)], shape);
  };
  // [O/b, I, k·l, b of C, b of O] from either; with O inside already, whole blocks are moved and not single numbers
  if (!swapped) return order(view(whole, [O / block, block, I, b, k * l]), [0, 2, 4, 3, 1]);
  const blocked = g.node("com.microsoft.nchwc::ReorderInput", [whole], whole.shape);
  return order(view(blocked, [I, b, O / block, k * l, block]), [2, 0, 3, 1, 4]);
}
