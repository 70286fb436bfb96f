/** The local AWS: all services of one state directory behind one port of 127.0.0.1. */
import { createGateway } from "./gateway.ts";
import { createIam } from "./iam/iam.ts";
import { createLambda, type LambdaOptions } from "./lambda/lambda.ts";
import { createLogs } from "./logs/logs.ts";
import { createS3 } from "./s3/s3.ts";
import { createSageMaker } from "./sagemaker/sagemaker.ts";
import type { Core, Service, Siblings } from "./services.ts";
import { createSns } from "./sns/sns.ts";
import { createSqs } from "./sqs/sqs.ts";
import { createStates } from "./states/states.ts";
import { Store } from "./store.ts";

export type Handler = (request: Request) => Response | Promise<Response>;

export interface LocalAwsOptions {
  stateDir: string;
  /** 0 picks a free one. */
  port: number;
  region?: string;
  /** Seconds before a new or changed role can be assumed: AWS needs some, tests choose. */
  rolePropagationSeconds?: number;
  now?(): number;
  onFault?(error: unknown, what: string): void;
  lambda?: LambdaOptions;
  /** Instances by `<type> for <training-job or endpoint> usage`; absent means enough. */
  quotas?: Readonly<Record<string, number>>;
  /** Wraps the handling of every request: an idle timer, a recorder. */
  around?(handle: Handler): Handler;
}

export interface LocalAws {
  readonly endpoint: string;
  readonly port: number;
  /** Whether work goes on that nobody may be asking about: a training job. */
  busy(): boolean;
  /** Ends workers, containers and timers; state stays on disk. */
  stop(): Promise<void>;
}

/** How long requests under way may take when the server stops. */
const DRAIN_MS = 1000;

/** The account number that local AWS look-alikes agree on. */
export const LOCAL_ACCOUNT = "000000000000";

/**
 * Starts the local AWS.
 * @throws Deno.errors.AddrInUse when the port is taken, Error when the state directory is of a newer version.
 */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { region = "us-east-1", onFault = (error, what) => console.error(`${what}:`, error) } = options;
  const store = new Store(options.stateDir);
  let endpoint = "";
  const siblings = {} as { -readonly [K in keyof Siblings]: Siblings[K] };
  const core: Core = {
    store,
    stateDir: options.stateDir,
    account: LOCAL_ACCOUNT,
    region,
    endpoint: () => endpoint,
    now: options.now ?? Date.now,
    siblings,
  };
  const iam = siblings.iam = createIam(core, { propagationSeconds: options.rolePropagationSeconds ?? 0 });
  const s3 = siblings.s3 = createS3(core);
  const logs = siblings.logs = createLogs(core);
  const lambda = siblings.lambda = createLambda(core, options.lambda);
  const sqs = siblings.sqs = createSqs(core);
  const sns = siblings.sns = createSns(core);
  const sagemaker = createSageMaker(core, { quotas: options.quotas });
  const services = {
    iam,
    sts: iam,
    s3,
    logs,
    lambda,
    sqs,
    sns,
    states: createStates(core),
    sagemaker,
  };
  const handle = createGateway({
    services,
    region,
    health: () => ({ service: "scones-local-aws", stateDir: options.stateDir, pid: Deno.pid }),
    onFault,
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
  const all: Service[] = [...new Set<Service>(Object.values(services))];
  for (const service of all) await service.start?.();
  return {
    endpoint,
    port,
    busy: () => sagemaker.busy,
    async stop() {
      const drained = server.shutdown();
      // A request may wait for a function that runs for minutes: it is answered when its service stops.
      let timer: ReturnType<typeof setTimeout>;
      await Promise.race([drained, new Promise((done) => timer = setTimeout(done, DRAIN_MS))]);
      clearTimeout(timer!);
      for (const service of all.toReversed()) await service.stop?.();
      await drained;
      store.close();
    },
  };
}
