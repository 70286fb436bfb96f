/** A port of 127.0.0.1 on which a handler answers, and its end: in time, whatever clients leave undone. */

export type Handler = (request: Request) => Response | Promise<Response>;

/** How long a stop waits for answers to be delivered. */
const DRAIN_MS = 1000;

export class Listener {
  readonly port: number;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  // server.shutdown() waits until every client has read its answer, and cannot be hurried once it has begun.
  readonly #closing = new AbortController();
  readonly #handled = new UnderWay();
  readonly #delivered = new UnderWay();
  #stopping = false;

  /** @param port 0 picks a free one @throws Deno.errors.AddrInUse */
  constructor(port: number, handle: Handler) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port, signal: this.#closing.signal, onListen() {} },
      (request, { completed }) => {
        if (this.#stopping) return new Response(null, { status: 503, headers: { connection: "close" } });
        this.#delivered.add(completed);
        return this.#handled.add(Promise.resolve(handle(request)));
      },
    );
    this.port = this.#server.addr.port;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Takes no new requests, and waits for a while until those under way are answered and the answers read. */
  async drain(): Promise<void> {
    this.#stopping = true;
    await within(DRAIN_MS, this.#delivered.ended());
  }

  /** Closes the port and what connections are left, and waits until nothing is being handled any more. */
  async close(): Promise<void> {
    if (this.#delivered.size === 0) await within(DRAIN_MS, this.#server.shutdown());
    else {
      // Clients that do not read a large answer, or do not send their request to the end.
      this.#closing.abort();
      await this.#server.finished;
    }
    await this.#handled.ended();
  }
}

/** Promises that have not settled yet. */
class UnderWay {
  readonly #promises = new Set<Promise<unknown>>();

  add<T>(promise: Promise<T>): Promise<T> {
    const settled = promise.catch(() => {}).finally(() => this.#promises.delete(settled));
    this.#promises.add(settled);
    return promise;
  }

  get size(): number {
    return this.#promises.size;
  }

  async ended(): Promise<void> {
    await Promise.all(this.#promises);
  }
}

/** Waits for a promise, but not longer than `milliseconds`. */
async function within(milliseconds: number, promise: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout>;
  await Promise.race([promise, new Promise((done) => timer = setTimeout(done, milliseconds))]);
  clearTimeout(timer!);
}
