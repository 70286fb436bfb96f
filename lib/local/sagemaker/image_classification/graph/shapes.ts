/** The lengths of a tensor's axes; -1 is the free batch axis of a graph made for inference. */
export type Shape = readonly number[];
/** Pictures and their features [N, C, H, W], or filters [O, C, k, k]. */
export type Shape4 = [number, number, number, number];

/** The number of elements of a shape without a free axis. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, d) => product * d, 1);
}

/** How many windows of `kernel` elements fit along an axis of `size` elements with zeros before and after them. */
export function windowCount(
  size: number,
  kernel: number,
  stride: number,
  pad: number,
  padAfter = pad,
): number {
  return Math.floor((size + pad + padAfter - kernel) / stride) + 1;
}
