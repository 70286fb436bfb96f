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

/** Smaller ones are read at once, which is faster. */
const SMALL_BYTES = 2 ** 18;
/** Seven of the largest packages of Lambda functions. */
const MAX_HELD_BYTES = 512 * 2 ** 20;

type Body = Pick<Request, "headers" | "body" | "bytes">;

/** One request's body. */
export interface HeldBody {
  /**
   * Reads it whole, and stops as soon as it exceeds `limit` bytes or takes too long.
   * @throws AwsError RequestEntityTooLargeException, RequestTimeout, ServiceUnavailable when too many bodies are in memory,
   *   or SerializationException when the client disconnects early
   */
  whole(request: Body, limit: number): Promise<Uint8Array<ArrayBuffer>>;
  /** It is no longer needed. */
  release(): void;
}

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

  /** Bytes of all bodies that are held. */
  #held = 0;

  /** @param maxHeld how many bytes of bodies may be in memory together */
  constructor(readonly times: BodyTimes = BODY_TIMES, readonly maxHeld = MAX_HELD_BYTES) {
    this.#timer = setInterval(() => this.#giveUp(), Math.min(times.idleMs, times.slowMs) / 4);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** A place for one request's body, until the request is answered. */
  hold(): HeldBody {
    let size = 0;
    const take = (bytes: number) => {
      size += bytes;
      this.#held += bytes;
      if (this.#held > this.maxHeld) throw busy();
    };
    return {
      whole: (request, limit) => this.#whole(request, limit, take),
      release: () => {
        this.#held -= size;
        size = 0;
      },
    };
  }

  async #whole(
    request: Body,
    limit: number,
    take: (bytes: number) => void,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const length = request.headers.get("content-length");
    if (Number(length ?? 0) > limit) throw tooLarge();
    if (!request.body) return new Uint8Array();
    try {
      if (length !== null && Number(length) <= SMALL_BYTES) {
        take(Number(length));
        return await this.#within(this.times.slowMs, request.bytes());
      }
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      let size = 0;
      for await (const chunk of this.stream(request.body)) {
        size += chunk.length;
        if (size > limit) throw tooLarge();
        take(chunk.length);
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

function busy(): AwsError {
  const message = "The bodies of other requests fill the memory for them. Please try again.";
  return new AwsError("ServiceUnavailable", message, 503, {}, { connection: "close" });
}
