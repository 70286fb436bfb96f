/** Pixels as the network takes them. */

/** A picture with interleaved red, green, blue and alpha bytes, as a canvas gives them. */
export interface Rgba {
  width: number;
  height: number;
  data: Uint8Array | Uint8ClampedArray;
}

/** One channel of a picture, row after row. */
interface Plane {
  width: number;
  height: number;
  data: Uint8Array;
}

/**
 * The picture in planes [channels, height, width] of bytes. A picture of another size is brought to this one as the endpoint
 * does it, aspect ratio not kept. The alpha channel is left out.
 */
export function planesOf(
  picture: Rgba,
  [channels, height, width]: readonly [number, number, number],
): Uint8Array {
  const planes = new Uint8Array(channels * height * width);
  const colours = [0, 1, 2].map((channel) => {
    const data = new Uint8Array(picture.width * picture.height);
    for (let i = 0; i < data.length; i++) data[i] = picture.data[4 * i + channel]!;
    const upright = resizeRows({ width: picture.width, height: picture.height, data }, height);
    return transposed(resizeRows(transposed(upright), width)).data;
  });
  if (channels === 3) colours.forEach((plane, channel) => planes.set(plane, channel * plane.length));
  else {
    const [red, green, blue] = colours as [Uint8Array, Uint8Array, Uint8Array];
    planes.forEach((_, i) =>
      planes[i] = Math.round(0.2126 * red[i]! + 0.7152 * green[i]! + 0.0722 * blue[i]!)
    );
  }
  return planes;
}

/**
 * The plane with another number of rows, bilinear, by the arithmetic of libvips 8.18, which the endpoint uses: in whole
 * numbers between the steps, means of rows first where they become less than half as many.
 * Source: libvips, resample/reducev.cpp, resample/shrinkv.c and resample/resize.c
 */
function resizeRows(plane: Plane, rows: number): Plane {
  const scale = plane.height / rows;
  if (scale === 1) return plane;
  const mean = Math.max(1, Math.floor(scale / 2));
  const source = mean > 1 ? meanRows(plane, mean) : plane;
  const { width, height } = source;
  const data = new Uint8Array(width * rows);
  const step = scale / mean;
  for (let row = 0; row < rows; row++) {
    const [first, weights] = scale < 1 ? between(row * scale) : triangle((row + 0.5) * step, step);
    for (let x = 0; x < width; x++) {
      let sum = 0;
      weights.forEach((weight, i) => {
        sum += weight * source.data[Math.min(height - 1, Math.max(0, first + i)) * width + x]!;
      });
      data[row * width + x] = Math.round(sum);
    }
  }
  return { width, height: rows, data };
}

/** Each row the mean of as many; its division is slightly too small, like libvips's. */
function meanRows({ width, height, data }: Plane, count: number): Plane {
  const rows = Math.ceil(height / count);
  const means = new Uint8Array(width * rows);
  const factor = Math.floor(2 ** 24 / count) / 2 ** 24;
  for (let row = 0; row < rows; row++) {
    for (let x = 0; x < width; x++) {
      let sum = count >> 1;
      for (let i = 0; i < count; i++) sum += data[Math.min(height - 1, row * count + i) * width + x]!;
      means[row * width + x] = Math.floor(sum * factor);
    }
  }
  return { width, height: rows, data: means };
}

/** To shrink: the first row and the weights around `centre`, which fall to 0 at the distance `step`; places to 1/64. */
function triangle(centre: number, step: number): [first: number, weights: number[]] {
  const count = 2 * roundHalfEven(step) + 1;
  const whole = Math.floor(centre);
  const rest = Math.round(Math.floor((centre - whole) * 128) / 2) / 64;
  const middle = rest + count / 2 - 1;
  const weights = Array.from({ length: count }, (_, i) => Math.max(0, 1 - Math.abs(i - middle) / step));
  const sum = weights.reduce((sum, weight) => sum + weight, 0);
  return [whole - (Math.ceil(count / 2) - 1), weights.map((weight) => weight / sum)];
}

/** To enlarge: the two rows around the place, half a row earlier as in libvips. */
function between(place: number): [first: number, weights: number[]] {
  const first = Math.floor(place - 0.5);
  const rest = place - 0.5 - first;
  return [first, [1 - rest, rest]];
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

function transposed({ width, height, data }: Plane): Plane {
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) turned[x * height + y] = data[y * width + x]!;
  }
  return { width: height, height: width, data: turned };
}
