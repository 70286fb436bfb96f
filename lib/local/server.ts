/** The local AWS: all services of one state directory behind one port of 127.0.0.1. */
import { AwsError } from "./errors.ts";
import { Dispatcher } from "./dispatcher.ts";
import { type AnyService, createGateway } from "./gateway.ts";
import { createIam } from "./iam/iam.ts";
import { createLambda, type LambdaOptions } from "./lambda/lambda.ts";
import { createLogs } from "./logs/logs.ts";
import { createS3 } from "./s3/s3.ts";
import { createSageMaker } from "./sagemaker/sagemaker.ts";
import { lambdaProtocol } from "./lambda/protocol.ts";
import { logsProtocol } from "./logs/protocol.ts";
import type { Protocol } from "./protocols/protocol.ts";
import { s3Protocol } from "./s3/protocol.ts";
import { sagemakerProtocol } from "./sagemaker/protocol.ts";
import type { Core, Iam, LegacyIam, LegacyService, Siblings } from "./services.ts";
import { snsProtocol } from "./sns/protocol.ts";
import { sqsProtocol } from "./sqs/protocol.ts";
import { statesProtocol } from "./states/protocol.ts";
import { createSns, snsForSiblings } from "./sns/sns.ts";
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
  /** Told of every request in one line. */
  onRequest?(line: string): void;
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
  const dispatcher = new Dispatcher(() => siblings.iam);
  const core: Core = {
    store,
    stateDir: options.stateDir,
    account: LOCAL_ACCOUNT,
    region,
    endpoint: () => endpoint,
    now: options.now ?? Date.now,
    call: (operation, input, caller) => dispatcher.call(operation, input, caller),
    siblings,
  };
  const iam = createIam(core, { propagationSeconds: options.rolePropagationSeconds ?? 0 });
  siblings.iam = { ...iam.access, ...legacyIam(iam.access) };
  const s3 = createS3(core);
  siblings.s3 = s3.sibling;
  const logs = createLogs(core);
  siblings.logs = logs.access;
  const lambda = siblings.lambda = createLambda(core, options.lambda);
  siblings.sns = snsForSiblings(core);
  // In the order in which they are asked whether an unsigned request is theirs: S3 takes what is left.
  const services: AnyService[] = [
    ...iam.services,
    lambda,
    createStates(core),
    ...createSageMaker(core, { quotas: options.quotas }),
    logs.service,
    createSqs(core),
    createSns(core),
    s3.service,
  ];
  for (const service of services) if (!("handle" in service)) dispatcher.register(service);
  const handle = createGateway({
    services,
    dispatcher,
    region,
    authenticate: iam.access.authenticate,
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
    busy: () => services.some((service) => "busy" in service && service.busy?.()),
    async stop() {
      const drained = server.shutdown();
      // A request may wait for a function that runs for minutes: it is answered when its service stops.
      let timer: ReturnType<typeof setTimeout>;
      await Promise.race([drained, new Promise((done) => timer = setTimeout(done, DRAIN_MS))]);
      clearTimeout(timer!);
      for (const service of services.toReversed()) await service.stop?.();
      await drained;
      store.close();
    },
  };
}

function legacy(
  name: string,
  protocol: Protocol,
  service: LegacyService,
  claims: (url: URL) => boolean = () => false,
): AnyService {
  return {
    name,
    protocol,
    operations: new Map(),
    claims,
    handle: (call) => service.handle(call),
    start: () => service.start?.(),
    stop: () => service.stop?.(),
  };
}

function legacyIam(iam: Iam): LegacyIam {
  const protocols: Record<string, Protocol> = {
    s3: s3Protocol,
    lambda: lambdaProtocol,
    sqs: sqsProtocol,
    sns: snsProtocol,
    logs: logsProtocol,
    sagemaker: sagemakerProtocol,
    states: statesProtocol,
  };
  const ask = (by: string, ...[principal, permission]: Parameters<Iam["decide"]>) => {
    const denial = iam.decide(principal, permission);
    if (denial) throw protocols[by]!.words.denied(denial);
  };
  return {
    authorize: (principal, action, resource, conditions, policy) =>
      ask(action.slice(0, action.indexOf(":")), principal, { action, resource, conditions, policy }),
    authorizePassRole(principal, resource, service) {
      const by = service.slice(0, service.indexOf("."));
      const account = /^arn:[^:]+:iam::(\d{12}):role\//.exec(resource)?.[1];
      if (account !== undefined && account !== iam.account) {
        const message = "Cross-account pass role is not allowed.";
        throw new AwsError("AccessDeniedException", message, by === "lambda" ? 403 : 400);
      }
      ask(by, principal, {
        action: "iam:PassRole",
        resource,
        conditions: { "iam:PassedToService": service },
      });
    },
  };
}
