/** A local AWS for one test, on a free port and with a temporary state directory. */
import type { Service } from "../../lib/local/dispatcher.ts";
import { type LocalAws, type LocalAwsOptions, startLocalAws } from "../../lib/local/server.ts";
import { createServices } from "../../lib/local/services.ts";
import { Store } from "../../lib/local/store.ts";

export interface TestAws extends LocalAws {
  /** The configuration of an SDK client: `new S3Client(aws.client)`. */
  readonly client: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
    maxAttempts: number;
  };
  readonly stateDir: string;
}

/** Starts a local AWS, runs `body`, stops it and deletes its state. Unexpected errors (500) fail the test. */
export async function withLocalAws(
  body: (aws: TestAws) => Promise<void>,
  options: Partial<LocalAwsOptions> = {},
): Promise<void> {
  const stateDir = options.stateDir ?? await Deno.makeTempDir({ prefix: "scones-test-" });
  const faults: string[] = [];
  try {
    const aws = await startLocalAws({
      port: 0,
      onFault: (error, what) => faults.push(`${what}: ${error instanceof Error ? error.stack : error}`),
      ...options,
      stateDir,
    });
    try {
      await body({
        ...aws,
        stateDir,
        client: {
          endpoint: aws.endpoint,
          region: "us-east-1",
          credentials: { accessKeyId: "test", secretAccessKey: "test" },
          maxAttempts: 1,
        },
      });
    } finally {
      await aws.stop();
    }
  } finally {
    if (!options.stateDir) await Deno.remove(stateDir, { recursive: true });
  }
  if (faults.length > 0) throw new Error(`The local AWS answered 500:\n${faults.join("\n")}`);
}

/** The two regions of `withBoth`. */
export const [HERE, THERE] = ["us-east-1", "eu-west-1"] as const;

/** A local AWS with a client for each of two regions. */
export async function withBoth<C extends { destroy(): void }>(
  Client: new (configuration: TestAws["client"]) => C,
  body: (here: C, there: C, aws: TestAws) => Promise<void>,
  options: Partial<LocalAwsOptions> = {},
): Promise<void> {
  await withLocalAws(async (aws) => {
    const [here, there] = [new Client(aws.client), new Client({ ...aws.client, region: THERE })];
    try {
      await body(here, there, aws);
    } finally {
      here.destroy();
      there.destroy();
    }
  }, options);
}

/** The services with their tables of operations, none of them started. */
export async function withServices(
  body: (services: readonly Service[]) => void | Promise<void>,
): Promise<void> {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  const store = new Store(stateDir);
  try {
    const { services } = createServices({
      store,
      stateDir,
      account: "000000000000",
      region: "us-east-1",
      endpoint: () => "",
      functionEndpoint: () => "",
      fault(error) {
        throw error;
      },
      now: Date.now,
    });
    await body(services);
  } finally {
    store.close();
    await Deno.remove(stateDir, { recursive: true });
  }
}
