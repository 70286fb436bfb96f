/** The local AWS as an object: all services on one port of 127.0.0.1, with their state in one directory. */
import { createGateway } from "./gateway.ts";
import { createServices, type ServicesOptions } from "./services.ts";
import { Store } from "./store.ts";

export type Handler = (request: Request) => Response | Promise<Response>;

export interface LocalAwsOptions extends ServicesOptions {
  stateDir: string;
  /** 0 picks a free port. */
  port: number;
  region?: string;
  now?(): number;
  onFault?(error: unknown, what: string): void;
  /** Called with one line for each request. */
  onRequest?(line: string): void;
  /** Wraps the handling of every request: an idle timer, a recorder. */
  around?(handle: Handler): Handler;
}

export interface LocalAws {
  readonly endpoint: string;
  readonly port: number;
  /** Whether work is running in the background, such as a training job. */
  busy(): boolean;
  /** Ends processes, containers and timers; the state stays on disk. */
  stop(): Promise<void>;
}

/** How long a stop waits for requests under way, then for those that its services' stop answered, then for clients. */
const DRAIN_MS = 1000;

/** The account number that local AWS emulators commonly use. */
export const LOCAL_ACCOUNT = "000000000000";

/**
 * Starts the local AWS.
 * @throws Deno.errors.AddrInUse when the port is taken, Error when the state directory is in use or of a newer version
 */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { region = "us-east-1", onFault = (error, what) => console.error(`${what}:`, error) } = options;
  const store = new Store(options.stateDir);
  let endpoint = "";
  const { services, dispatcher, iam } = createServices({
    store,
    stateDir: options.stateDir,
    account: LOCAL_ACCOUNT,
    region,
    endpoint: () => endpoint,
    now: options.now ?? Date.now,
  }, options);
  const handle = createGateway({
    services,
    dispatcher,
    region,
    authenticate: iam.authenticate,
    health: () => ({ service: "scones-local-aws", stateDir: options.stateDir, pid: Deno.pid }),
    onFault,
    onRequest: options.onRequest,
  });
  const answer = options.around?.(handle) ?? handle;
  const handled = new UnderWay();
  const delivered = new UnderWay();
  let stopping = false;
  // server.shutdown() waits until every client has read its answer, and cannot be hurried once it has begun.
  const closing = new AbortController();
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve(
      { hostname: "127.0.0.1", port: options.port, signal: closing.signal, onListen() {} },
      (request, { completed }) => {
        if (stopping) return new Response(null, { status: 503, headers: { connection: "close" } });
        delivered.add(completed);
        return handled.add(Promise.resolve(answer(request)));
      },
    );
  } catch (error) {
    store.close();
    throw error;
  }
  const { port } = server.addr;
  endpoint = `http://127.0.0.1:${port}`;
  for (const service of services) await service.start?.();
  // After the caller has made the endpoint known: whatever is stored, the server can be found and stopped.
  const resuming = setTimeout(() => services.forEach((service) => service.resume?.()));
  return {
    endpoint,
    port,
    busy: () => services.some((service) => service.busy?.()),
    async stop() {
      stopping = true;
      clearTimeout(resuming);
      await within(DRAIN_MS, delivered.ended());
      // A request may be waiting for a function that runs for minutes: stopping its service answers it.
      for (const service of services.toReversed()) await service.stop?.();
      await within(DRAIN_MS, delivered.ended());
      if (delivered.size === 0) await within(DRAIN_MS, server.shutdown());
      else {
        // Clients that do not read a large answer, or do not send their request to the end.
        closing.abort();
        await server.finished;
      }
      await handled.ended();
      store.close();
    },
  };
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
