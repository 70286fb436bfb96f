/** Step Functions for one test, over HTTP, with fakes of Lambda and IAM. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { Dispatcher } from "../../../lib/local/dispatcher.ts";
import { AwsError } from "../../../lib/local/errors.ts";
import { createGateway } from "../../../lib/local/gateway.ts";
import { BodyReader } from "../../../lib/local/protocols/body.ts";
import type { Access, Core } from "../../../lib/local/core.ts";
import { invoke, type InvokeOutput } from "../../../lib/local/lambda/invoke.ts";
import type { Principal } from "../../../lib/local/operation.ts";
import type { Infer } from "../../../lib/local/shapes.ts";
import { createStates } from "../../../lib/local/states/states.ts";
import { Store } from "../../../lib/local/store.ts";

export const ROLE = "arn:aws:iam::000000000000:role/states";
export const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:echo";

export type InvokeInput = Infer<typeof invoke.input>;

/** A fake function; what it throws becomes a function error as of Node.js. */
export type Handler = (event: unknown, input: InvokeInput, principal: Principal) => unknown;

export interface StatesOptions {
  handler?: Handler;
  stateDir?: string;
  now?(): number;
  isAssumable?(roleArn: string): boolean;
  /** Called with every permission; returns whether it is granted. */
  allows?(principal: Principal, action: string, resource: string): boolean;
}

export class TestStates {
  readonly sfn: SFNClient;
  /** All calls of Lambda. */
  readonly invocations: InvokeInput[] = [];

  constructor(readonly endpoint: string, readonly stateDir: string) {
    this.sfn = new SFNClient({
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
      // StartSyncExecution would go to the host `sync-127.0.0.1`.
      disableHostPrefix: true,
    });
  }

  /** Creates a machine and returns its ARN. */
  async create(
    definition: object,
    name = "machine",
    type: "STANDARD" | "EXPRESS" = "STANDARD",
  ): Promise<string> {
    const { stateMachineArn } = await this.sfn.send(
      new CreateStateMachineCommand({ name, definition: JSON.stringify(definition), roleArn: ROLE, type }),
    );
    return stateMachineArn!;
  }

  async start(stateMachineArn: string, input: unknown = {}, name?: string): Promise<string> {
    const { executionArn } = await this.sfn.send(
      new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input), name }),
    );
    return executionArn!;
  }

  /** Waits until an execution has ended. */
  async ended(executionArn: string): Promise<DescribeExecutionCommandOutput> {
    for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
      const described = await this.sfn.send(new DescribeExecutionCommand({ executionArn }));
      if (described.status !== "RUNNING") return described;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`${executionArn} still runs after 20 s.`);
  }

  async history(executionArn: string): Promise<HistoryEvent[]> {
    const { events } = await this.sfn.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
    );
    return events!;
  }

  /** Runs a definition once, under a new name. */
  async run(
    definition: object,
    input: unknown = {},
  ): Promise<DescribeExecutionCommandOutput & { events: HistoryEvent[] }> {
    const machine = await this.create(definition, `machine-${crypto.randomUUID()}`);
    const described = await this.ended(await this.start(machine, input));
    return { ...described, events: await this.history(described.executionArn!) };
  }
}

/** Starts Step Functions, runs `body`, stops it; deletes the state directory unless the options name one. */
export async function withStates(
  body: (states: TestStates) => Promise<void>,
  options: StatesOptions = {},
): Promise<void> {
  const stateDir = options.stateDir ?? await Deno.makeTempDir({ prefix: "scones-test-" });
  const faults: unknown[] = [];
  const store = new Store(stateDir);
  try {
    const invocations: InvokeInput[] = [];
    const iam = playedAccess(options);
    const dispatcher = new Dispatcher(() => iam);
    const core: Core = {
      store,
      stateDir,
      account: "000000000000",
      region: "us-east-1",
      endpoint: () => "",
      functionEndpoint: () => "",
      fault(error) {
        throw error;
      },
      now: options.now ?? Date.now,
      call(operation, input, caller) {
        if (operation as unknown !== invoke) {
          return dispatcher.call(operation, input, { ...caller, region: "us-east-1" });
        }
        const given = input as unknown as InvokeInput;
        invocations.push(given);
        return playedInvoke(options, given, caller.principal) as never;
      },
      operation: (service, name) => dispatcher.operation(service, name),
      iam,
      logs: { exists: () => true, mayWrite: () => true, write() {} },
      metrics: { publish() {} },
    };
    const service = createStates(core);
    dispatcher.register(service);
    const bodies = new BodyReader();
    const handle = createGateway({
      bodies,
      services: [service],
      dispatcher,
      region: "us-east-1",
      hasRegion: () => true,
      authenticate: () => ({ arn: "arn:aws:iam::000000000000:root" }),
      onFault: (error) => faults.push(error),
      health: () => ({}),
    });
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handle);
    await service.start?.();
    service.resume?.();
    const states = new TestStates(`http://127.0.0.1:${server.addr.port}`, stateDir);
    Object.assign(states, { invocations });
    try {
      await body(states);
    } finally {
      states.sfn.destroy();
      bodies.stop();
      await service.stop?.();
      await server.shutdown();
    }
  } finally {
    store.close();
    if (!options.stateDir) await Deno.remove(stateDir, { recursive: true });
  }
  if (faults.length > 0) throw faults[0];
}

function playedAccess(options: StatesOptions): Access {
  const access: Partial<Access> = {
    account: "000000000000",
    decide: (principal, { action, resource }) =>
      options.allows?.(principal, action, resource) ?? true ? undefined : { principal, action, resource },
    isAssumable: options.isAssumable ?? (() => true),
    assumeRole: (roleArn, _by, session) => ({
      principal: { arn: `${roleArn.replace(":role/", ":assumed-role/")}/${session}`, roleName: "states" },
      credentials: { AccessKeyId: "", SecretAccessKey: "", SessionToken: "", Expiration: 0 },
    }),
  };
  return access as Access;
}

async function playedInvoke(
  { handler }: StatesOptions,
  input: InvokeInput,
  principal: Principal,
): Promise<InvokeOutput> {
  const output = { StatusCode: 200, ExecutedVersion: input.Qualifier ?? "$LATEST" };
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  try {
    const event = JSON.parse(Buffer.from(input.Payload ?? []).toString());
    return { ...output, Payload: bytes(await handler!(event, input, principal) ?? null) };
  } catch (error) {
    if (error instanceof AwsError) throw error;
    const { name, message } = error as Error;
    const payload = { errorType: name, errorMessage: message, trace: [] };
    return { ...output, FunctionError: "Unhandled", Payload: bytes(payload) };
  }
}

/** Creates a machine with this role, runs it once to its end; with all services. */
export async function runOnce(
  sfn: SFNClient,
  roleArn: string,
  definition: object,
  input: unknown = {},
): Promise<DescribeExecutionCommandOutput & { events: HistoryEvent[] }> {
  const create = { name: crypto.randomUUID(), definition: JSON.stringify(definition), roleArn };
  const { stateMachineArn } = await sfn.send(new CreateStateMachineCommand(create));
  const start = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
  const { executionArn } = await sfn.send(start);
  for (;;) {
    const ended = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (ended.status !== "RUNNING") {
      const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
      return { ...ended, events: events! };
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A history in short: id, previous id and type of each event. */
export function chain(events: HistoryEvent[]): string[] {
  return events.map(({ id, previousEventId, type }) => `${id}<${previousEventId} ${type}`);
}

/** An ended execution's history has every event once, in order, and one end. */
export function assertWhole(events: HistoryEvent[]): void {
  assert.deepEqual(events.map(({ id }) => id), events.map((_, index) => index + 1));
  const types = events.map(({ type }) => type!);
  const count = (pattern: RegExp) => types.filter((type) => pattern.test(type)).length;
  assert.equal(count(/^Execution(Succeeded|Failed|Aborted|TimedOut)$/), 1);
  assert.match(types.at(-1)!, /^Execution/);
  assert.equal(count(/StateEntered$/), count(/StateExited$/));
  assert.equal(count(/^TaskScheduled$/), count(/^TaskSucceeded$/));
}

/** An Error with a name, as functions throw it. */
export function named(name: string, message = "it failed"): Error {
  return Object.assign(new Error(message), { name });
}

/** A Task state that invokes the fake function by `lambda:invoke`. */
export function task(rest: object): object {
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Parameters: { FunctionName: FUNCTION, "Payload.$": "$" },
    ...rest,
  };
}
