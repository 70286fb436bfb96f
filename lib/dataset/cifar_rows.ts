/** How CIFAR stores a picture. */

/** Pictures are 32 × 32 pixels: a row holds 1,024 red bytes, then 1,024 green, then 1,024 blue. */
export const SIDE = 32;
export const ROW_BYTES = 3 * SIDE * SIDE;
