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

/** How long stopping waits for requests in progress, in milliseconds. */
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
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve(
      { hostname: "127.0.0.1", port: options.port, onListen() {} },
      options.around?.(handle) ?? handle,
    );
  } catch (error) {
    store.close();
    throw error;
  }
  const { port } = server.addr;
  endpoint = `http://127.0.0.1:${port}`;
  for (const service of services) await service.start?.();
  return {
    endpoint,
    port,
    busy: () => services.some((service) => service.busy?.()),
    async stop() {
      const drained = server.shutdown();
      // A request may be waiting for a function that runs for minutes: stopping its service answers it.
      let timer: ReturnType<typeof setTimeout>;
      await Promise.race([drained, new Promise((done) => timer = setTimeout(done, DRAIN_MS))]);
      clearTimeout(timer!);
      for (const service of services.toReversed()) await service.stop?.();
      await drained;
      store.close();
    },
  };
}
