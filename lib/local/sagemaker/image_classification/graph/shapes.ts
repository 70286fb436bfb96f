/** The lengths of a tensor's axes; -1 is the free batch axis of a graph for inference. */
export type Shape = readonly number[];
/** The shape of pictures and features [N, C, H, W], or of filters [O, C, k, k]. */
export type Shape4 = [number, number, number, number];

/** The number of elements of a shape without a free axis. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, d) => product * d, 1);
}

/** The number of windows of `kernel` elements along an axis of `size` elements with padding. */
export function windowCount(
  size: number,
  kernel: number,
  stride: number,
  pad: number,
  padAfter = pad,
): number {
  return Math.floor((size + pad + padAfter - kernel) / stride) + 1;
}
