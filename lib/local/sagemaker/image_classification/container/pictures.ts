import sharp from "sharp";
import type { Picture } from "../networks/network.ts";

/** Bytes that cannot be decoded. */
export class PictureError extends Error {
  override readonly name = "PictureError";
}

/** The size to resize to, in pixels. */
export type Resize = { shorterSide: number } | { width: number; height: number };

/** The first bytes of the two formats that AWS's algorithm accepts. */
const SIGNATURES = { PNG: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], JPEG: [0xff, 0xd8, 0xff] };

/**
 * Decodes a PNG or JPEG of any size, depth and colour model to 8-bit RGB (or grey for one channel), rotated by its EXIF
 * orientation and without its alpha channel, as OpenCV does for AWS's algorithm. Resizing is bilinear; a picture of the
 * right size is not changed.
 *
 * Throws a PictureError for any other bytes.
 */
export async function decode(bytes: Uint8Array, channels: number, resize?: Resize): Promise<Picture> {
  const known = Object.values(SIGNATURES).some((signature) =>
    signature.every((byte, i) => bytes[i] === byte)
  );
  if (!known) throw new PictureError("neither a PNG nor a JPEG");
  try {
    const image = sharp(bytes, { failOn: "error", sequentialRead: true }).autoOrient().removeAlpha();
    if (resize && "shorterSide" in resize) {
      const { shorterSide } = resize;
      image.resize({ width: shorterSide, height: shorterSide, fit: "outside", kernel: "linear" });
    } else if (resize) image.resize({ ...resize, fit: "fill", kernel: "linear" });
    image.toColourspace(channels === 1 ? "b-w" : "srgb");
    const { data, info } = await image.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: planar(data, info.channels, channels) };
  } catch (error) {
    if (error instanceof PictureError) throw error;
    throw new PictureError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Converts interleaved bytes of `from` channels to planes of `to` channels; grey becomes three equal planes. */
function planar(interleaved: Uint8Array, from: number, to: number): Uint8Array {
  if (from !== to && from !== 1) throw new PictureError(`${from} channels instead of ${to}`);
  const area = interleaved.length / from;
  const planes = new Uint8Array(area * to);
  for (let c = 0; c < to; c++) {
    const source = from === 1 ? 0 : c;
    for (let i = 0; i < area; i++) planes[c * area + i] = interleaved[i * from + source]!;
  }
  return planes;
}
