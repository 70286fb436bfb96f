/**
 * Map Runs: the batch machine with the three real functions and the real endpoint, and many keys over a Pass state, with
 * the memory of the server meanwhile. Run on its own: `deno run -A tests/bench/batch.ts [pictures] [keys]`.
 */
import { PutObjectCommand } from "@aws-sdk/client-s3";
import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  ListMapRunsCommand,
  StartExecutionCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import type { Aws } from "../../lib/aws/clients.ts";
import { getObject } from "../../lib/aws/s3.ts";
import { mapBounded } from "../../lib/concurrent.ts";
import { ensureRole } from "../../lib/workflow/roles.ts";
import { stateMachineArn } from "../../lib/workflow/state_machine.ts";
import { BUCKET } from "../local/sagemaker/testing.ts";
import { megabytesOf, type Program, startProgram } from "../local/testing/program.ts";
import { connectTo, deployEndpoint, deployFunctions } from "../workflow/testing.ts";

const TARGETS = { picturesPerSecond: 150, megabytes: 400 };

/** Prints the figures; fails when a picture or a key is lost. */
export async function bench({ pictures = 10_000, keys = 100_000 } = {}): Promise<void> {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-batch-" });
  const program = await startProgram(stateDir);
  try {
    const aws = await connectTo(program.endpoint);
    await deployFunctions(aws);
    await deployEndpoint(aws);
    const picture = await getObject(aws.s3, BUCKET, "test/0.png");
    await putMany(aws, "orders/", pictures, picture);
    const input = { bucket: BUCKET, prefix: "orders/", maxConcurrency: 16, toleratedFailurePercentage: 0 };
    const rate = await measured(
      program,
      aws,
      stateMachineArn(aws, "batchMachine"),
      input,
      pictures,
      "pictures",
    );
    console.log(
      `target ≥ ${TARGETS.picturesPerSecond} pictures/s, ratio ${
        (rate / TARGETS.picturesPerSecond).toFixed(2)
      }`,
    );
    await putMany(aws, "orders/keys/", keys, new Uint8Array());
    const pass = await passMachine(aws);
    await measured(
      program,
      aws,
      pass,
      { bucket: BUCKET, prefix: "orders/keys/" },
      keys,
      "keys over a Pass state",
    );
    aws.close();
    console.log(`on ${navigator.hardwareConcurrency} processors, load ${Deno.loadavg()[0]!.toFixed(1)}`);
  } finally {
    await program.stop();
    await Deno.remove(stateDir, { recursive: true });
  }
}

async function putMany(aws: Aws, prefix: string, count: number, Body: Uint8Array): Promise<void> {
  await mapBounded(Array.from({ length: count }, (_, index) => index), 32, async (index) => {
    const Key = `${prefix}${String(index).padStart(7, "0")}.png`;
    await aws.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
  });
}

/** Changes the batch machine so that its children only pass their input on. */
async function passMachine(aws: Aws): Promise<string> {
  const { arn: roleArn } = await ensureRole(aws, "states");
  const definition = {
    StartAt: "Each",
    States: {
      Each: {
        Type: "Map",
        Label: "Keys",
        ItemReader: {
          Resource: "arn:aws:states:::s3:listObjectsV2",
          Parameters: { "Bucket.$": "$.bucket", "Prefix.$": "$.prefix" },
        },
        ItemProcessor: {
          ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" },
          StartAt: "Pass",
          States: { Pass: { Type: "Pass", End: true } },
        },
        ResultWriter: {
          Resource: "arn:aws:states:::s3:putObject",
          Parameters: { "Bucket.$": "$.bucket", Prefix: "routed" },
          WriterConfig: { OutputType: "JSONL", Transformation: "COMPACT" },
        },
        End: true,
      },
    },
  };
  // The role may start executions of the batch machine only.
  const arn = stateMachineArn(aws, "batchMachine");
  await aws.sfn.send(
    new UpdateStateMachineCommand({ stateMachineArn: arn, definition: JSON.stringify(definition), roleArn }),
  );
  return arn;
}

/** Runs the machine once; returns the items a second. */
async function measured(
  program: Program,
  aws: Aws,
  machine: string,
  input: object,
  count: number,
  what: string,
): Promise<number> {
  const megabytes = [megabytesOf(program.pid)];
  const start = performance.now();
  const { executionArn } = await aws.sfn.send(
    new StartExecutionCommand({ stateMachineArn: machine, input: JSON.stringify(input) }),
  );
  for (let middle = false;;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { status, error, cause } = await aws.sfn.send(new DescribeExecutionCommand({ executionArn }));
    const { mapRuns } = await aws.sfn.send(new ListMapRunsCommand({ executionArn }));
    const mapRunArn = mapRuns?.[0]?.mapRunArn;
    const { itemCounts } = await aws.sfn.send(new DescribeMapRunCommand({ mapRunArn }));
    if (!middle && itemCounts!.succeeded! >= count / 2) {
      middle = true;
      megabytes.push(megabytesOf(program.pid));
    }
    if (status === "RUNNING") continue;
    if (status !== "SUCCEEDED" || itemCounts!.succeeded !== count) {
      throw new Error(`${status} with ${itemCounts!.succeeded} of ${count} ${what}: ${error} ${cause}`);
    }
    break;
  }
  const seconds = (performance.now() - start) / 1000;
  megabytes.push(megabytesOf(program.pid));
  const rate = count / seconds;
  console.log(
    `${count} ${what}: ${rate.toFixed(0)} a second, ${seconds.toFixed(1)} s; server at start, middle, end ` +
      `${megabytes.map((one) => one.toFixed(0)).join(", ")} MB`,
  );
  return rate;
}

if (import.meta.main) {
  const [pictures, keys] = Deno.args.map(Number);
  await bench({ pictures, keys });
}
