/** Pictures as PNG files. */
import sharp from "sharp";
import { ROW_BYTES, SIDE } from "./cifar_rows.ts";
import { DatasetError } from "./errors.ts";

const PLANE = SIDE * SIDE;

/** A planar row (red plane, green plane, blue plane) as interleaved RGB: SIDE × SIDE × 3 bytes. */
export function planarToRgb(row: Uint8Array): Uint8Array<ArrayBuffer> {
  if (row.length !== ROW_BYTES) {
    throw new DatasetError(`A picture must have ${ROW_BYTES} bytes; this one has ${row.length}`);
  }
  const rgb = new Uint8Array(ROW_BYTES);
  for (let i = 0; i < PLANE; i++) {
    rgb[3 * i] = row[i]!;
    rgb[3 * i + 1] = row[PLANE + i]!;
    rgb[3 * i + 2] = row[2 * PLANE + i]!;
  }
  return rgb;
}

/** A planar row as a 32 × 32 RGB PNG. The same row always gives the same bytes. */
export async function encodePng(row: Uint8Array): Promise<Uint8Array> {
  const image = sharp(planarToRgb(row), { raw: { width: SIDE, height: SIDE, channels: 3 } });
  return new Uint8Array(await image.png({ compressionLevel: 9, palette: false }).toBuffer());
}
