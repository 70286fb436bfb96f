/** Packs and unpacks model.tar.gz. */
import { Readable, Transform } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGunzip, gzipSync } from "node:zlib";
import { packTar, unpackTar } from "modern-tar/fs";
import { AwsError } from "../errors.ts";

/** What an archive may ask of this machine. The algorithm's largest network has 240 MB. */
export interface ArchiveLimits {
  /** Of the archive. */
  readonly bytes: number;
  /** Of everything in it. */
  readonly unpackedBytes: number;
  /** Unpacked bytes for each byte of the archive, once there are many. */
  readonly ratio: number;
  readonly entries: number;
  readonly seconds: number;
}

const LIMITS: ArchiveLimits = {
  bytes: 2 ** 30,
  unpackedBytes: 2 ** 32,
  ratio: 100,
  entries: 10_000,
  seconds: 300,
};

/** So much may be unpacked from however little. */
const SMALL_BYTES = 64 * 2 ** 20;

/** The folder's files as a tar.gz; undefined when there are none. */
export async function packModel(folder: string): Promise<Uint8Array | undefined> {
  for await (const _ of Deno.readDir(folder)) {
    return new Uint8Array(gzipSync(await buffer(packTar(folder))));
  }
  return undefined;
}

/**
 * Unpacks an archive as it arrives, without holding it in memory; modern-tar refuses entries outside of the folder.
 * @throws AwsError ValidationException when the bytes are not a tar.gz, or exceed the limits
 */
export async function unpackModel(
  archive: Uint8Array | ReadableStream<Uint8Array>,
  folder: string,
  limits = LIMITS,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const { unpackedBytes, ratio, seconds } = limits;
  let [packed, unpacked, entries] = [0, 0, 0];
  const source = counted((count) => {
    packed += count;
    if (packed > limits.bytes) throw tooMuch(`has more than ${limits.bytes} bytes`);
  });
  const content = counted((count) => {
    unpacked += count;
    if (unpacked > unpackedBytes) throw tooMuch(`unpacks to more than ${unpackedBytes} bytes`);
    if (unpacked > SMALL_BYTES && unpacked > ratio * packed) {
      throw tooMuch(`unpacks to more than ${ratio} times its size`);
    }
  });
  const filter = () => {
    if (++entries > limits.entries) throw tooMuch(`has more than ${limits.entries} entries`);
    return true;
  };
  const signal = AbortSignal.timeout(seconds * 1000);
  try {
    const bytes = Readable.from(archive instanceof Uint8Array ? [archive] : archive);
    await pipeline(bytes, source, createGunzip(), content, unpackTar(folder, { filter }), { signal });
  } catch (error) {
    if (error instanceof AwsError) throw error;
    if (signal.aborted) throw tooMuch(`takes more than ${seconds} seconds to unpack`);
    throw invalidArchive(
      `The model data is not a readable .tar.gz: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function counted(count: (bytes: number) => void): Transform {
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      try {
        count(chunk.length);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

function tooMuch(what: string): AwsError {
  return invalidArchive(`The model data ${what}, which is the limit of the local AWS.`);
}

function invalidArchive(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
