/** Bodies of limited size, which come in limited time. */
import { AwsError } from "../errors.ts";

type Stream = ReadableStream<Uint8Array<ArrayBuffer>>;

/** How fast a body has to come. */
export interface BodyTimes {
  /** How long a stream may be silent. */
  readonly idleMs: number;
  /** After this time, `bytesPerSecond` on the average must have come. */
  readonly slowMs: number;
  readonly bytesPerSecond: number;
}

/** S3 closes connections that are silent for 20 seconds. */
const BODY_TIMES: BodyTimes = { idleMs: 20_000, slowMs: 60_000, bytesPerSecond: 1000 };

/** Something that is waited for. */
interface Wait {
  /** As `performance.now()` counts. */
  readonly until: number;
  reject(error: AwsError): void;
}

/** Reads bodies and gives up those that come too slowly. One timer watches all: one each would slow every request down. */
export class BodyReader {
  readonly #waits = new Set<Wait>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(readonly times: BodyTimes = BODY_TIMES) {
    this.#timer = setInterval(() => this.#giveUp(), Math.min(times.idleMs, times.slowMs) / 4);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * Reads a body, and stops as soon as it exceeds `limit` bytes or takes too long.
   * @throws AwsError RequestEntityTooLargeException, RequestTimeout, or SerializationException when the client
   *   disconnects early
   */
  async whole(
    request: Pick<Request, "headers" | "body" | "bytes">,
    limit: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const length = request.headers.get("content-length");
    if (Number(length ?? 0) > limit) throw tooLarge();
    if (!request.body) return new Uint8Array();
    const { slowMs, bytesPerSecond } = this.times;
    try {
      if (length !== null) {
        return await this.#within(slowMs + Number(length) / bytesPerSecond * 1000, request.bytes());
      }
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      let size = 0;
      for await (const chunk of this.stream(request.body)) {
        size += chunk.length;
        if (size > limit) throw tooLarge();
        chunks.push(chunk);
      }
      return await new Blob(chunks).bytes();
    } catch (error) {
      if (error instanceof AwsError) throw error;
      throw new AwsError("SerializationException", "The request body ended early.");
    }
  }

  /** The stream, which fails with RequestTimeout when it comes too slowly. */
  stream(body: Stream): Stream {
    const { idleMs, slowMs, bytesPerSecond } = this.times;
    // Only when it is read: a body that nobody reads is cancelled as it is.
    let reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
    const began = performance.now();
    let size = 0;
    return new ReadableStream({
      pull: async (controller) => {
        reader ??= body.getReader();
        try {
          const { done, value } = await this.#within(idleMs, reader.read());
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

  #within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const wait = { until: performance.now() + milliseconds, reject };
      this.#waits.add(wait);
      promise.then(resolve, reject).finally(() => this.#waits.delete(wait));
    });
  }

  #giveUp(): void {
    const now = performance.now();
    for (const { until, reject } of this.#waits) if (until < now) reject(tooSlow());
  }
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
