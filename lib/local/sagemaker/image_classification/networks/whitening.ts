import type { Picture } from "./network.ts";

/** The parameters of the compact network's frozen first layer. */
export interface Whitening {
  /** Mean and standard deviation of each channel of the training pictures, on their scale of 0 to 255. */
  mean: Float32Array;
  deviation: Float32Array;
  /** [12, 3, 2, 2] for three channels. */
  filters: Float32Array;
  shape: [number, number, number, number];
}

const SIDE = 2; // pixels
/** Added to eigenvalues, so that directions with almost no variance are not amplified to noise. */
const FLOOR = 5e-4;
/** The least variance, so that a constant channel is not divided by 0: one step of 255, squared. */
const LEAST_VARIANCE = 255 ** -2;

/** About the number of patches sampled from a picture; of small ones all are used. */
const PATCHES = 1024;

/**
 * Computes the whitening from the 2×2 patches of the training pictures. Each filter is an eigenvector of the patches'
 * covariance divided by the root of its eigenvalue, so that the responses are uncorrelated with variance 1.
 */
export function whiteningOf(pictures: Picture[], channels: number): Whitening {
  const size = channels * SIDE * SIDE;
  const sums = new Float64Array(size);
  const products = Array.from({ length: size }, () => new Float64Array(size));
  const patch = new Float64Array(size);
  let count = 0;
  for (const { width, height, data } of pictures) {
    const step = Math.ceil(Math.sqrt(width * height / PATCHES));
    for (let y = 0; y + SIDE <= height; y += step) {
      for (let x = 0; x + SIDE <= width; x += step, count++) {
        for (let i = 0; i < size; i++) {
          const [c, p, q] = [i >> 2, (i >> 1) & 1, i & 1];
          patch[i] = data[(c * height + y + p) * width + x + q]! / 255;
        }
        for (let i = 0; i < size; i++) {
          sums[i] = sums[i]! + patch[i]!;
          for (let j = 0; j <= i; j++) products[i]![j] = products[i]![j]! + patch[i]! * patch[j]!;
        }
      }
    }
  }
  // mean and deviation of a channel, over the positions in the patch
  const area = SIDE * SIDE;
  const average = (c: number, of: (i: number) => number) =>
    Array.from({ length: area }, (_, k) => of(c * area + k)).reduce((a, b) => a + b) / (area * count);
  const means = Array.from({ length: channels }, (_, c) => average(c, (i) => sums[i]!));
  const deviations = means.map((mean, c) =>
    Math.sqrt(Math.max(average(c, (i) => products[i]![i]!) - mean ** 2, LEAST_VARIANCE))
  );
  const covariance = products.map((row, i) =>
    row.map((_, j) => {
      const product = products[Math.max(i, j)]![Math.min(i, j)]!;
      const [a, b] = [i >> 2, j >> 2];
      const centred = product / count - (sums[i]! * means[b]! + sums[j]! * means[a]!) / count +
        means[a]! * means[b]!;
      return centred / (deviations[a]! * deviations[b]!);
    })
  );
  const { values, vectors } = eigen(covariance);
  const filters = new Float32Array(size * size);
  for (let k = 0; k < size; k++) {
    for (let i = 0; i < size; i++) {
      filters[k * size + i] = vectors[i]![k]! / Math.sqrt(Math.max(values[k]!, 0) + FLOOR);
    }
  }
  return {
    mean: Float32Array.from(means, (m) => 255 * m),
    deviation: Float32Array.from(deviations, (d) => 255 * d),
    filters,
    shape: [size, channels, SIDE, SIDE],
  };
}

/**
 * Eigenvalues and eigenvectors (the columns) of a symmetric matrix, by Jacobi's rotations: accurate, certain to
 * converge, and fast enough for a small matrix. `matrix` is overwritten.
 */
export function eigen(matrix: Float64Array[]): { values: Float64Array; vectors: Float64Array[] } {
  const n = matrix.length;
  const a = matrix;
  const vectors = a.map((_, i) => Float64Array.from({ length: n }, (_, j) => i === j ? 1 : 0));
  for (let sweep = 0; sweep < 50; sweep++) {
    let off = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) off += a[i]![j]! ** 2;
    if (off < 1e-22) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (a[p]![q] === 0) continue;
        const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cosine = 1 / Math.hypot(t, 1);
        const sine = t * cosine;
        const rotate = (x: number, y: number) => [cosine * x - sine * y, sine * x + cosine * y] as const;
        for (const row of [...a, ...vectors]) [row[p], row[q]] = rotate(row[p]!, row[q]!);
        for (let k = 0; k < n; k++) [a[p]![k], a[q]![k]] = rotate(a[p]![k]!, a[q]![k]!);
      }
    }
  }
  return { values: Float64Array.from(a, (row, i) => row[i]!), vectors };
}
