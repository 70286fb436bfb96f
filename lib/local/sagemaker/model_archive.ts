/** Packs and unpacks model.tar.gz. */
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGunzip, gzipSync } from "node:zlib";
import { packTar, unpackTar } from "modern-tar/fs";
import { AwsError } from "../errors.ts";

/** The folder as a tar.gz; undefined when it is empty. */
export async function packModel(folder: string): Promise<Uint8Array | undefined> {
  for await (const _ of Deno.readDir(folder)) {
    return new Uint8Array(gzipSync(await buffer(packTar(folder))));
  }
  return undefined;
}

/**
 * Unpacks into a folder; modern-tar refuses entries outside of it.
 * @throws AwsError ValidationException when the bytes are not a tar.gz
 */
export async function unpackModel(archive: Uint8Array, folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  try {
    await pipeline(Readable.from([archive]), createGunzip(), unpackTar(folder));
  } catch (error) {
    throw new AwsError(
      "ValidationException",
      `The model data is not a readable .tar.gz: ${error instanceof Error ? error.message : error}`,
    );
  }
}
