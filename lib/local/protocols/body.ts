/** Bodies of limited size, which come in limited time. */
import { AwsError } from "../errors.ts";

/** How fast a body has to come. */
export interface BodyTimes {
  /** How long a stream may be silent. */
  readonly idleMs: number;
  /** After this time, `bytesPerSecond` on the average must have come. */
  readonly slowMs: number;
  readonly bytesPerSecond: number;
}

/** S3 closes connections that are silent for 20 seconds. */
export const BODY_TIMES: BodyTimes = { idleMs: 20_000, slowMs: 60_000, bytesPerSecond: 1000 };

/**
 * Reads a body, and stops as soon as it exceeds `limit` bytes or takes too long.
 * @throws AwsError RequestEntityTooLargeException, RequestTimeout, or SerializationException when the client disconnects
 *   early
 */
export async function readBody(
  request: Pick<Request, "headers" | "body" | "bytes">,
  limit: number,
  times = BODY_TIMES,
): Promise<Uint8Array<ArrayBuffer>> {
  const length = request.headers.get("content-length");
  if (Number(length ?? 0) > limit) throw tooLarge();
  if (!request.body) return new Uint8Array();
  try {
    if (length !== null) {
      return await within(times.slowMs + Number(length) / times.bytesPerSecond * 1000, request.bytes());
    }
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of timed(request.body, times)) {
      size += chunk.length;
      if (size > limit) throw tooLarge();
      chunks.push(chunk);
    }
    return await new Blob(chunks as Uint8Array<ArrayBuffer>[]).bytes();
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw new AwsError("SerializationException", "The request body ended early.");
  }
}

/** The stream, which fails with RequestTimeout when it comes too slowly. */
export function timed(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { idleMs, slowMs, bytesPerSecond }: BodyTimes = BODY_TIMES,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  // Only when it is read: a body that nobody reads is cancelled as it is.
  let reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  const began = performance.now();
  let size = 0;
  return new ReadableStream({
    async pull(controller) {
      reader ??= body.getReader();
      try {
        const { done, value } = await within(idleMs, reader.read());
        if (done) return controller.close();
        size += value.length;
        const milliseconds = performance.now() - began;
        if (milliseconds > slowMs && size / milliseconds * 1000 < bytesPerSecond) throw tooSlow();
        controller.enqueue(value);
      } catch (error) {
        await reader.cancel().catch(() => {});
        throw error;
      }
    },
    cancel: (reason) => (reader ?? body).cancel(reason),
  }, { highWaterMark: 0 });
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => timer = setTimeout(() => reject(tooSlow()), milliseconds));
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** In S3's words; the connection is closed, because the rest of the body may still come. */
function tooSlow(): AwsError {
  return new AwsError(
    "RequestTimeout",
    "Your socket connection to the server was not read from or written to within the timeout period. Idle connections " +
      "will be closed.",
    400,
    {},
    { connection: "close" },
  );
}

function tooLarge(): AwsError {
  const message = "The request body is larger than AWS accepts.";
  return new AwsError("RequestEntityTooLargeException", message, 413);
}
