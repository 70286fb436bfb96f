/** Receives a request's body: removes the framing and verifies lengths, hashes and checksums that the client sent. */
import { AwsError, unsupported } from "../errors.ts";
import { blob, header, notSupported, payload, string, type Structure } from "../shapes.ts";
import type { Piece, WrittenBody } from "./bodies.ts";
import { CHECKSUM_ALGORITHMS, CHECKSUM_BYTES, type ChecksumAlgorithm } from "./checksums.ts";
import { decodeChunked } from "./chunked.ts";
import { count, type S3Context } from "./context.ts";
import { CHECKSUM_HEADERS, checksumInput, inHeaders } from "./headers.ts";
import type { Checksum } from "./index.ts";

/** For one PutObject or UploadPart. */
const MAX_BODY_BYTES = 5 * 1024 ** 3;

type Body = Uint8Array | ReadableStream<Uint8Array>;

/** Members for a body, its hashes and checksums, and its framing (which is not in AWS's model). */
export const bodyInput = {
  Body: payload(blob<Body>()),
  /** Needed for streams only. */
  ContentLength: header("content-length", count),
  ...checksumInput,
  ...inHeaders(string(), {
    ChecksumAlgorithm: "x-amz-sdk-checksum-algorithm",
    ContentEncoding: "content-encoding",
    ContentMD5: "content-md5",
    ContentSHA256: "x-amz-content-sha256",
    Trailer: "x-amz-trailer",
  }),
  ...inHeaders(notSupported(), {
    ChecksumMD5: "x-amz-checksum-md5",
    ChecksumSHA512: "x-amz-checksum-sha512",
    ChecksumXXHASH128: "x-amz-checksum-xxhash128",
    ChecksumXXHASH3: "x-amz-checksum-xxhash3",
    ChecksumXXHASH64: "x-amz-checksum-xxhash64",
  }),
  DecodedContentLength: header("x-amz-decoded-content-length", count),
};

type BodyInput = Structure<typeof bodyInput>;

export interface Received {
  readonly piece: Piece;
  /** Hexadecimal. */
  readonly md5: string;
  readonly checksum?: Checksum;
}

/**
 * Stores a request's body; on an error nothing is kept.
 * @param wanted the checksum to compute when the client sends none
 * @throws AwsError BadDigest, IncompleteBody, XAmzContentSHA256Mismatch and others
 */
export async function receive(
  s3: S3Context,
  input: BodyInput,
  wanted?: ChecksumAlgorithm,
): Promise<Received> {
  const { ContentSHA256 = "", ContentEncoding = "" } = input;
  const length = expectedLength(input);
  const md5 = expectedMd5(input.ContentMD5);
  const sha256 = /^[0-9a-f]{64}$/.exec(ContentSHA256)?.[0];
  const sent = sentChecksum(input);
  const algorithm = sent?.algorithm ?? wanted;
  const trailers = new Map<string, string>();
  const body = piecesOf(input.Body);
  const framed = ContentSHA256.startsWith("STREAMING-") ||
    ContentEncoding.split(",")[0]!.trim() === "aws-chunked";

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
    const body = received(written, algorithm);
    if (sent) checkSent(sent, sent.value ?? trailers.get(headerOf(sent.algorithm)), body.checksum!.Value);
    return body;
  } catch (error) {
    s3.bodies.remove([written.piece]);
    throw error;
  }
}

/** @param algorithm of the checksum to return; the writer must have computed it */
export function received(
  { piece, md5, checksums }: WrittenBody,
  algorithm: ChecksumAlgorithm | undefined,
): Received {
  const checksum: Checksum | undefined = algorithm && {
    Algorithm: algorithm,
    Value: base64(checksums.get(algorithm)!),
    Type: "FULL_OBJECT",
  };
  return { piece, md5: hex(md5), checksum };
}

/** Writes a source to a new body. @throws AwsError IncompleteBody when it is longer than `length` bytes */
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

function headerOf(algorithm: ChecksumAlgorithm): string {
  return CHECKSUM_HEADERS[`Checksum${algorithm}`];
}

/** @throws AwsError InvalidRequest for an unknown name */
export function checksumAlgorithm(name: string): ChecksumAlgorithm {
  const found = CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
  if (found) return found;
  throw new AwsError(
    "InvalidRequest",
    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: " +
      "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
  );
}

/** The chunks of a body. A stream that the client breaks off is the client's error, IncompleteBody. */
async function* piecesOf(body: Body = new Uint8Array()): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) return yield body;
  try {
    for await (const bytes of body) yield bytes;
  } catch (error) {
    throw error instanceof AwsError ? error : incompleteBody();
  }
}

function expectedLength({ Body, ContentLength, DecodedContentLength }: BodyInput): number {
  const length = DecodedContentLength ?? ContentLength ??
    (Body instanceof Uint8Array ? Body.length : undefined);
  if (length === undefined) {
    throw new AwsError("MissingContentLength", "You must provide the Content-Length HTTP header.", 411);
  }
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new AwsError("InvalidArgument", "Content-Length is not valid");
  }
  if (length <= MAX_BODY_BYTES) return length;
  throw new AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400, {
    ProposedSize: length,
    MaxSizeAllowed: MAX_BODY_BYTES,
  });
}

function expectedMd5(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
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

function sentChecksum(input: BodyInput): SentChecksum | undefined {
  const trailer = input.Trailer?.toLowerCase();
  const sent = CHECKSUM_ALGORITHMS.flatMap((algorithm): SentChecksum[] => {
    const value = input[`Checksum${algorithm}`];
    if (value !== undefined) return [{ algorithm, value }];
    return trailer === headerOf(algorithm) ? [{ algorithm }] : [];
  });
  if (sent.length > 1) {
    throw new AwsError(
      "InvalidRequest",
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  }
  if (trailer?.startsWith("x-amz-checksum-") && sent.length === 0) {
    throw unsupported(`the trailer ${trailer}`, "NotImplemented", 501);
  }
  const announced = input.ChecksumAlgorithm;
  if (announced !== undefined && checksumAlgorithm(announced) !== sent[0]?.algorithm) {
    throw new AwsError(
      "InvalidRequest",
      "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
    );
  }
  return sent[0];
}

function checkSent({ algorithm }: SentChecksum, value: string | undefined, computed: string): void {
  if (value !== undefined && fromBase64(value)?.length !== CHECKSUM_BYTES[algorithm]) {
    throw new AwsError("InvalidRequest", `Value for ${headerOf(algorithm)} header is invalid.`);
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

/** Undefined when the text is not base64. */
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
