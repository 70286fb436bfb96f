import type { Picture } from "../networks/network.ts";
import type { Random } from "./random.ts";

/** The largest shifts of hue (of 180), lightness and saturation (of 255). */
const SHIFTS = { hue: 36, lightness: 50, saturation: 50 };
const MAX_ROTATION = 10 * Math.PI / 180;
const MAX_SHEAR = 0.1;
const MAX_ASPECT = 0.25;
/** The value outside the picture, visible after a rotation. */
const OUTSIDE = 255;

/** Shifts hue, saturation and lightness at random, clipped to their ranges. */
export function shiftColours(picture: Picture, random: Random): Picture {
  const area = picture.width * picture.height;
  if (picture.data.length !== 3 * area) return picture; // grey has no hue
  const hue = random.between(-SHIFTS.hue, SHIFTS.hue) / 180;
  const lightness = random.between(-SHIFTS.lightness, SHIFTS.lightness) / 255;
  const saturation = random.between(-SHIFTS.saturation, SHIFTS.saturation) / 255;
  const clip = (v: number) => Math.min(Math.max(v, 0), 1);
  const data = new Uint8Array(3 * area);
  for (let i = 0; i < area; i++) {
    const [h, s, l] = hslOf(picture.data[i]!, picture.data[area + i]!, picture.data[2 * area + i]!);
    const rgb = rgbOf(clip(h + hue), clip(s + saturation), clip(l + lightness));
    for (let c = 0; c < 3; c++) data[c * area + i] = rgb[c]!;
  }
  return { ...picture, data };
}

/** Hue, saturation and lightness of an RGB colour, each 0 to 1. */
export function hslOf(red: number, green: number, blue: number): [number, number, number] {
  const [r, g, b] = [red / 255, green / 255, blue / 255];
  const max = Math.max(r, g, b);
  const min = Math.min(r, g, b);
  const spread = max - min;
  const l = (max + min) / 2;
  if (spread === 0) return [0, 0, l];
  const s = spread / (1 - Math.abs(2 * l - 1));
  const sector = max === r
    ? ((g - b) / spread + 6) % 6
    : max === g
    ? (b - r) / spread + 2
    : (r - g) / spread + 4;
  return [sector / 6, s, l];
}

/** The RGB colour, as bytes, of hue, saturation and lightness, each 0 to 1. */
export function rgbOf(h: number, s: number, l: number): [number, number, number] {
  const reach = s * Math.min(l, 1 - l);
  const channel = (n: number) => {
    const k = (n + h * 12) % 12;
    return Math.round(255 * (l - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

/**
 * Rotates, shears and stretches at random about the centre, with bilinear interpolation; the size stays the same.
 */
export function transform(picture: Picture, random: Random): Picture {
  const angle = random.between(-MAX_ROTATION, MAX_ROTATION);
  const shear = random.between(-MAX_SHEAR, MAX_SHEAR);
  const aspect = 1 + random.between(-MAX_ASPECT, MAX_ASPECT);
  const tall = 2 / (1 + aspect);
  const wide = aspect * tall;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const forward = [
    [tall * cosine - shear * sine * wide, tall * sine + shear * cosine * wide],
    [-sine * wide, cosine * wide],
  ] as const;
  return warp(picture, forward);
}

/** Applies a linear map about the centre: the pixel at p moves to `matrix`·p. */
export function warp({ width, height, data }: Picture, matrix: Matrix): Picture {
  const [[a, b], [c, d]] = matrix;
  const determinant = a * d - b * c;
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const area = width * height;
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sourceX = (d * (x - middleX) - b * (y - middleY)) / determinant + middleX;
      const sourceY = (a * (y - middleY) - c * (x - middleX)) / determinant + middleY;
      for (let plane = 0; plane < data.length; plane += area) {
        const pixel = (u: number, v: number) =>
          u >= 0 && u < width && v >= 0 && v < height ? data[plane + v * width + u]! : OUTSIDE;
        const [u, v] = [Math.floor(sourceX), Math.floor(sourceY)];
        const [right, below] = [sourceX - u, sourceY - v];
        const top = right > 0 ? pixel(u, v) * (1 - right) + pixel(u + 1, v) * right : pixel(u, v);
        const bottom = below > 0 ? pixel(u, v + 1) * (1 - right) + pixel(u + 1, v + 1) * right : top;
        out[plane + y * width + x] = Math.round(top * (1 - below) + bottom * below);
      }
    }
  }
  return { width, height, data: out };
}

type Matrix = readonly [readonly [number, number], readonly [number, number]];
