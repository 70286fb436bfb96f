/** Pictures of people as the network wants them. */
import sharp from "sharp";

export interface PictureSize {
  width: number;
  height: number;
}

/**
 * The picture as PNG of 8-bit RGB without transparency and metadata. Another size is reached as the endpoint does it:
 * bilinear, aspect ratio not kept.
 * @param from its size as people see it, when it is known
 * @throws Error if it cannot be read
 */
export async function asPng(
  bytes: Uint8Array,
  { width, height }: PictureSize,
  from?: PictureSize,
): Promise<Uint8Array<ArrayBuffer>> {
  const now = from ?? (await sharp(bytes).metadata()).autoOrient;
  const image = sharp(bytes, { failOn: "error" }).autoOrient().removeAlpha();
  if (now.width !== width || now.height !== height) {
    image.resize({ width, height, fit: "fill", kernel: "linear" });
  }
  const png = await image.toColourspace("srgb").png({ compressionLevel: 9, palette: false }).toBuffer();
  return Uint8Array.from(png);
}
