/** Receives a request's body into a file: takes the framing off and verifies everything the client vouches for. */
import { AwsError, unsupported } from "../errors.ts";
import type { Piece, WrittenBody } from "./bodies.ts";
import { CHECKSUM_ALGORITHMS, CHECKSUM_BYTES, type ChecksumAlgorithm } from "./checksums.ts";
import { decodeChunked } from "./chunked.ts";
import type { S3Context, S3Request } from "./context.ts";
import type { Checksum } from "./index.ts";

/** Of one PutObject or UploadPart. */
const MAX_BODY_BYTES = 5 * 1024 ** 3;

export interface Received {
  readonly piece: Piece;
  /** Hexadecimal. */
  readonly md5: string;
  readonly checksum?: Checksum;
}

/**
 * @param wanted the checksum to compute when the client sends none
 * @throws AwsError BadDigest, IncompleteBody, XAmzContentSHA256Mismatch and their kin; nothing is kept then.
 */
export async function receive(
  s3: S3Context,
  { call, headers }: S3Request,
  wanted?: ChecksumAlgorithm,
): Promise<Received> {
  const length = expectedLength(headers);
  const md5 = expectedMd5(headers);
  const sha256 = /^[0-9a-f]{64}$/.exec(headers.get("x-amz-content-sha256") ?? "")?.[0];
  const sent = sentChecksum(headers);
  const algorithm = sent?.algorithm ?? wanted;
  const trailers = new Map<string, string>();
  const body = bodyOf(call.request);
  const framed = headers.get("x-amz-content-sha256")?.startsWith("STREAMING-") ||
    headers.get("content-encoding")?.split(",")[0]?.trim() === "aws-chunked";

  const algorithms = new Set<ChecksumAlgorithm>(algorithm ? [algorithm] : []);
  if (sha256) algorithms.add("SHA256");
  const written = await write(s3, framed ? decodeChunked(body, trailers) : body, [...algorithms], length);
  try {
    if (written.piece.Size !== length) throw incompleteBody();
    if (md5 && !equal(written.md5, md5)) {
      throw new AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.");
    }
    if (sha256 && hex(written.checksums.get("SHA256")!) !== sha256) {
      throw new AwsError(
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
        400,
        {
          ClientComputedContentSHA256: sha256,
          S3ComputedContentSHA256: hex(written.checksums.get("SHA256")!),
        },
      );
    }
    const value = algorithm && base64(written.checksums.get(algorithm)!);
    if (sent) checkSent(sent, sent.value ?? trailers.get(checksumHeader(sent.algorithm)), value!);
    return {
      piece: written.piece,
      md5: hex(written.md5),
      checksum: algorithm && { Algorithm: algorithm, Value: value!, Type: "FULL_OBJECT" },
    };
  } catch (error) {
    s3.bodies.remove([written.piece]);
    throw error;
  }
}

/** Writes a source to a new file; a source that breaks off or is longer than `length` bytes leaves none. */
export async function write(
  s3: S3Context,
  source: AsyncIterable<Uint8Array>,
  algorithms: readonly ChecksumAlgorithm[],
  length: number,
): Promise<WrittenBody> {
  const writer = s3.bodies.create(algorithms);
  let size = 0;
  try {
    for await (const bytes of source) {
      size += bytes.length;
      if (size > length) throw incompleteBody();
      writer.write(bytes);
    }
  } catch (error) {
    writer.discard();
    throw error;
  }
  return writer.finish();
}

/** The header that carries a checksum of this algorithm. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** @throws AwsError InvalidRequest when the name is of no checksum algorithm. */
export function checksumAlgorithm(name: string): ChecksumAlgorithm {
  const found = CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
  if (found) return found;
  throw new AwsError(
    "InvalidRequest",
    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: " +
      "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
  );
}

/** A stream that the client breaks off is the client's error. */
async function* bodyOf(request: Request): AsyncGenerator<Uint8Array> {
  if (!request.body) return;
  try {
    for await (const bytes of request.body) yield bytes;
  } catch {
    throw incompleteBody();
  }
}

function expectedLength(headers: Headers): number {
  const text = headers.get("x-amz-decoded-content-length") ?? headers.get("content-length");
  if (text === null) {
    throw new AwsError("MissingContentLength", "You must provide the Content-Length HTTP header.", 411);
  }
  if (!/^\d{1,15}$/.test(text)) throw new AwsError("InvalidArgument", "Content-Length is not valid");
  if (Number(text) > MAX_BODY_BYTES) {
    throw new AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400, {
      ProposedSize: text,
      MaxSizeAllowed: MAX_BODY_BYTES,
    });
  }
  return Number(text);
}

function expectedMd5(headers: Headers): Uint8Array | undefined {
  const text = headers.get("content-md5");
  if (text === null) return undefined;
  const bytes = fromBase64(text);
  if (bytes?.length === 16) return bytes;
  throw new AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.", 400, {
    "Content-MD5": text,
  });
}

interface SentChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; absent when it follows as a trailer. */
  readonly value?: string;
}

function sentChecksum(headers: Headers): SentChecksum | undefined {
  const trailer = headers.get("x-amz-trailer")?.toLowerCase();
  const sent = CHECKSUM_ALGORITHMS.flatMap((algorithm): SentChecksum[] => {
    const value = headers.get(checksumHeader(algorithm));
    if (value !== null) return [{ algorithm, value }];
    return trailer === checksumHeader(algorithm) ? [{ algorithm }] : [];
  });
  if (sent.length > 1) {
    throw new AwsError(
      "InvalidRequest",
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  }
  const unknown = [...headers.keys(), trailer ?? ""].find((name) =>
    /^x-amz-checksum-(?!mode$|type$|algorithm$)/.test(name) &&
    !CHECKSUM_ALGORITHMS.some((algorithm) => checksumHeader(algorithm) === name)
  );
  if (unknown) throw unsupported(`the header ${unknown}`, "NotImplemented", 501);
  const announced = headers.get("x-amz-sdk-checksum-algorithm");
  if (announced !== null && checksumAlgorithm(announced) !== sent[0]?.algorithm) {
    throw new AwsError(
      "InvalidRequest",
      "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
    );
  }
  return sent[0];
}

function checkSent({ algorithm }: SentChecksum, value: string | undefined, computed: string): void {
  if (value !== undefined && fromBase64(value)?.length !== CHECKSUM_BYTES[algorithm]) {
    throw new AwsError("InvalidRequest", `Value for ${checksumHeader(algorithm)} header is invalid.`);
  }
  if (value === undefined) {
    throw new AwsError(
      "MalformedTrailerError",
      "The request contained trailing data that was not well-formed",
    );
  }
  if (value !== computed) {
    throw new AwsError("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
  }
}

function incompleteBody(): AwsError {
  return new AwsError(
    "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header",
  );
}

export function hex(bytes: Uint8Array): string {
  return bytes.toHex();
}

export function base64(bytes: Uint8Array): string {
  return bytes.toBase64();
}

/** Absent when the text is no base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return undefined;
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return hex(a) === hex(b);
}
