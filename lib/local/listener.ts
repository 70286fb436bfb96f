/** The users' port of 127.0.0.1, and what the listeners share: an end in time, whatever clients leave undone. */

export type Handler = (request: Request) => Response | Promise<Response>;

export interface Listener {
  readonly port: number;
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  /** Takes no new requests, and waits for a while until those under way are answered and the answers read. */
  drain(): Promise<void>;
  /** Closes the port and what connections are left, and waits until nothing is being handled any more. */
  close(): Promise<void>;
}

/** How long a stop waits for answers to be delivered. */
const DRAIN_MS = 1000;

/** How long to wait before listening again, when there were too many connections. */
const RETRY_MS = 100;

/** By Deno.serve, the fastest; it closes no connection on which nothing is sent (see guarded_listener.ts). */
export class UserListener implements Listener {
  readonly port: number;
  readonly endpoint: string;
  #server!: Deno.HttpServer<Deno.NetAddr>;
  // server.shutdown() waits until every client has read its answer, and cannot be hurried once it has begun.
  readonly #closing = new AbortController();
  readonly #requests = new RequestsUnderWay();

  /** @param port 0 picks a free one @throws Deno.errors.AddrInUse */
  constructor(port: number, readonly handle: Handler) {
    this.#listen(port);
    this.port = this.#server.addr.port;
    this.endpoint = `http://127.0.0.1:${this.port}`;
  }

  async drain(): Promise<void> {
    await this.#requests.drain();
  }

  async close(): Promise<void> {
    if (this.#requests.areDelivered) await within(DRAIN_MS, this.#server.shutdown());
    else {
      // Clients that do not read a large answer, or do not send their request to the end.
      this.#closing.abort();
      await this.#server.finished;
    }
    await this.#requests.areHandled();
  }

  #listen(port: number): void {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port, signal: this.#closing.signal, onListen() {} },
      (request, { completed }) => {
        if (this.#requests.areRefused) {
          return new Response(null, { status: 503, headers: { connection: "close" } });
        }
        return this.#requests.add(Promise.resolve(this.handle(request)), completed);
      },
    );
    // It gives up when the process has no file left to open for a further connection. Such a time passes.
    this.#server.finished.catch((error) => {
      console.error(`No more connections on port ${this.port}:`, error);
      this.#listenAgain();
    });
  }

  #listenAgain(): void {
    setTimeout(() => {
      if (this.#requests.areRefused) return;
      try {
        this.#listen(this.port);
      } catch {
        this.#listenAgain();
      }
    }, RETRY_MS);
  }
}

/** The requests of a listener that are being handled, and the answers that clients have not read. */
export class RequestsUnderWay {
  readonly #handled = new UnderWay();
  readonly #delivered = new UnderWay();
  #refused = false;

  /** Whether new requests are to be refused. */
  get areRefused(): boolean {
    return this.#refused;
  }

  get areDelivered(): boolean {
    return this.#delivered.size === 0;
  }

  /** @param delivered settles when the client has read the answer or is gone */
  add(answer: Promise<Response>, delivered: Promise<unknown>): Promise<Response> {
    this.#delivered.add(delivered);
    return this.#handled.add(answer);
  }

  /** Refuses new ones, and waits for a while until the answers to the others are read. */
  async drain(): Promise<void> {
    this.#refused = true;
    await within(DRAIN_MS, this.#delivered.ended());
  }

  async areHandled(): Promise<void> {
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
async function within(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout>;
  await Promise.race([promise, new Promise((done) => timer = setTimeout(done, milliseconds))]);
  clearTimeout(timer!);
}
