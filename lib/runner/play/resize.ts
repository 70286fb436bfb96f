/** Pixels as the network takes them. */

/** A picture with interleaved red, green, blue and alpha bytes, as a canvas gives them. */
export interface Rgba {
  width: number;
  height: number;
  data: Uint8Array | Uint8ClampedArray;
}

/**
 * The picture in planes [channels, height, width] of bytes. A picture of another size is brought to this one as the endpoint
 * does it: bilinear, over as many pixels as become one, aspect ratio not kept. The alpha channel is left out.
 */
export function planesOf(
  picture: Rgba,
  [channels, height, width]: readonly [number, number, number],
): Uint8Array {
  const resized = picture.width === width && picture.height === height
    ? picture
    : resize(picture, width, height);
  const area = width * height;
  const planes = new Uint8Array(channels * area);
  for (let i = 0; i < area; i++) {
    const [red, green, blue] = resized.data.subarray(4 * i, 4 * i + 3) as unknown as [number, number, number];
    if (channels === 1) planes[i] = Math.round(0.2126 * red + 0.7152 * green + 0.0722 * blue);
    else planes.set([red], i), planes.set([green], area + i), planes.set([blue], 2 * area + i);
  }
  return planes;
}

function resize({ width, height, data }: Rgba, newWidth: number, newHeight: number): Rgba {
  const columns = weightsOf(width, newWidth);
  const narrow = new Float32Array(4 * newWidth * height);
  for (let y = 0; y < height; y++) {
    columns.forEach((parts, x) => {
      for (const [from, weight] of parts) {
        for (let c = 0; c < 3; c++) {
          narrow[4 * (y * newWidth + x) + c]! += weight * data[4 * (y * width + from) + c]!;
        }
      }
    });
  }
  const rows = weightsOf(height, newHeight);
  const small = new Float32Array(4 * newWidth * newHeight);
  rows.forEach((parts, y) => {
    for (const [from, weight] of parts) {
      for (let i = 0; i < 4 * newWidth; i++) {
        small[4 * y * newWidth + i]! += weight * narrow[4 * from * newWidth + i]!;
      }
    }
  });
  return { width: newWidth, height: newHeight, data: Uint8Array.from(small, Math.round) };
}

/** For each new position the old ones that it is made of, with their weights of sum 1: a triangle as wide as the shrinking. */
function weightsOf(size: number, newSize: number): [from: number, weight: number][][] {
  const scale = size / newSize;
  const reach = Math.max(1, scale);
  return Array.from({ length: newSize }, (_, i) => {
    // libvips, by which the endpoint resizes, enlarges from the pixel's corner and shrinks from its centre.
    const centre = (scale < 1 ? i : i + 0.5) * scale - 0.5;
    const parts: [number, number][] = [];
    for (let from = Math.ceil(centre - reach); from <= centre + reach; from++) {
      const weight = 1 - Math.abs(from - centre) / reach;
      if (weight > 0) parts.push([Math.min(size - 1, Math.max(0, from)), weight]);
    }
    const sum = parts.reduce((sum, [, weight]) => sum + weight, 0);
    return parts.map(([from, weight]) => [from, weight / sum]);
  });
}
