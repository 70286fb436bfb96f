/**
 * The local AWS as an object: all services on a port of 127.0.0.1, and for functions on another one, with their state in
 * one directory.
 */
import { chmodSync, mkdirSync, statSync } from "node:fs";
import { createGateway, type GatewayOptions } from "./gateway.ts";
import type { Door } from "./core.ts";
import { GuardedListener } from "./guarded_listener.ts";
import { type Handler, type Listener, UserListener } from "./listener.ts";
import { BodyReader, type BodyTimes } from "./protocols/body.ts";
import type { Service } from "./dispatcher.ts";
import { RequestRates } from "./request_rates.ts";
import { createServices, type ServicesOptions } from "./services.ts";
import { startPage } from "./start_page.ts";
import { Store } from "./store.ts";
import { strictProfile } from "./strict.ts";

export type { Handler };

export interface LocalAwsOptions extends ServicesOptions {
  stateDir: string;
  /** 0 picks a free port. */
  port: number;
  /** Of unsigned requests; signed ones name theirs. */
  region?: string;
  /** Unsigned requests are anonymous, as on AWS, and the administrator signs with the key pair local/local. */
  requireSignatures?: boolean;
  /** How fast the bodies of requests have to come. */
  bodyTimes?: BodyTimes;
  now?(): number;
  onFault?(error: unknown, what: string): void;
  /** Called with one line for each request. */
  onRequest?(line: string): void;
  /** Wraps the handling of every request: an idle timer, a recorder. */
  around?(handle: Handler): Handler;
}

export interface LocalAws {
  readonly endpoint: string;
  /** What `/_scones/health` answers, so that a starter who knows it can tell this server from another program. */
  readonly id: string;
  /** Where functions connect. */
  readonly functionEndpoint: string;
  readonly port: number;
  /** Whether work is running in the background, such as a training job. */
  busy(): boolean;
  /** Ends processes, containers and timers; the state stays on disk. */
  stop(): Promise<void>;
}

/** The account number that local AWS emulators commonly use. */
export const LOCAL_ACCOUNT = "000000000000";

/**
 * Starts the local AWS.
 * @throws Deno.errors.AddrInUse when the port is taken, Error when the state directory is in use or of a newer version
 */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { region = "us-east-1", onFault = (error, what) => console.error(`${what}:`, error) } = options;
  keepPrivate(options.stateDir);
  const store = new Store(options.stateDir);
  const ports: { users?: Listener; functions?: Listener } = {};
  const { services, regions, dispatcher, iam } = createServices({
    store,
    stateDir: options.stateDir,
    account: LOCAL_ACCOUNT,
    region,
    endpoint: () => ports.users!.endpoint,
    functionEndpoint: () => ports.functions!.endpoint,
    now: options.now ?? Date.now,
    fault: onFault,
  }, options);
  const running = () => new Set([...services, ...regions.all()]);
  const id = crypto.randomUUID();
  // Two, so that functions cannot take the users' place.
  const bodies = { users: new BodyReader(options.bodyTimes), functions: new BodyReader(options.bodyTimes) };
  const stopBodies = () => Object.values(bodies).forEach((reader) => reader.stop());
  const rates = options.strict ? new RequestRates(strictProfile) : undefined;
  const handler = (door: Door, forPeople: Pick<GatewayOptions, "health" | "startPage"> = {}) => {
    const handle = createGateway({
      services,
      dispatcher,
      region,
      hasRegion: (region) => regions.has(region),
      authenticate: (request, rules, words) => iam.authenticate(request, rules, words, door),
      ...forPeople,
      bodies: door === "functions" ? bodies.functions : bodies.users,
      onFault,
      rates,
      onRequest: options.onRequest,
    });
    return options.around?.(handle) ?? handle;
  };
  const forUsers = handler(options.requireSignatures ? "signed" : "open", {
    health: () => ({ service: "scones-local-aws", id }),
    startPage: (principal) =>
      startPage({ endpoint: ports.users!.endpoint, account: LOCAL_ACCOUNT, region }, dispatcher, principal),
  });
  try {
    ports.functions = await GuardedListener.open(handler("functions"));
    ports.users = new UserListener(options.port, forUsers);
  } catch (error) {
    await ports.functions?.close();
    stopBodies();
    regions.close();
    store.close();
    throw error;
  }
  // Whatever is stored, the server starts.
  const guarded = async ({ name }: Service, work: () => void | Promise<void>) => {
    try {
      await work();
    } catch (error) {
      onFault(error, `The start of ${name}`);
    }
  };
  regions.begin();
  const first = running();
  for (const service of first) await guarded(service, () => service.start?.());
  // After the caller has made the endpoint known, so that the server can be found and stopped.
  const resuming = setTimeout(() => first.forEach((one) => guarded(one, () => one.resume?.())));
  const listeners = [ports.users, ports.functions];
  return {
    endpoint: ports.users.endpoint,
    functionEndpoint: ports.functions.endpoint,
    id,
    port: ports.users.port,
    busy: () => [...running()].some((service) => service.busy?.()),
    async stop() {
      clearTimeout(resuming);
      await Promise.all(listeners.map((listener) => listener.drain()));
      // A request may be waiting for a function that runs for minutes: stopping its service answers it.
      for (const service of [...running()].toReversed()) await service.stop?.();
      await Promise.all(listeners.map((listener) => listener.drain()));
      await Promise.all(listeners.map((listener) => listener.close()));
      stopBodies();
      regions.close();
      store.close();
    },
  };
}

/** The state directory holds credentials: nobody but its owner may look into it, unless all users share it, like /tmp. */
function keepPrivate(stateDir: string): void {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const { mode, uid } = statSync(stateDir);
  const isShared = (mode & 0o1000) !== 0 || uid !== Deno.uid();
  if (!isShared && (mode & 0o077) !== 0) chmodSync(stateDir, 0o700);
}
