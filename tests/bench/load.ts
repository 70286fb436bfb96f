/**
 * The whole workflow under load: executions of the three real functions with 32 at a time against the real endpoint,
 * the memory of server and processes, one execution alone, and listing a bucket of many objects. Run on its own:
 * `deno run -A tests/bench/load.ts [executions] [objects]`.
 */
import { DescribeExecutionCommand, ListExecutionsCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { Aws } from "../../lib/aws/clients.ts";
import { mapBounded } from "../../lib/concurrent.ts";
import {
  cpuSecondsOf,
  descendants,
  megabytesOf,
  type Program,
  startProgram,
} from "../local/testing/program.ts";
import { BUCKET } from "../local/sagemaker/testing.ts";
import { connectTo, deployEndpoint, deployFunctions } from "../workflow/testing.ts";

const AT_A_TIME = 32;
const ALONE = 50;
const TARGETS = { perSecond: 60, p50: 40 };

interface Figures {
  perSecond: number;
  /** Milliseconds of one execution alone. */
  p50: number;
  /** Of the server, at the start, in the middle and at the end. */
  megabytes: number[];
  listedPerSecond: number;
}

/** Prints and returns the figures; fails when an execution or an object is lost. */
export async function bench({ executions = 10_000, objects = 100_000 } = {}): Promise<Figures> {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-load-" });
  const program = await startProgram(stateDir);
  try {
    const aws = await connectTo(program.endpoint);
    const machine = await deployFunctions(aws);
    await deployEndpoint(aws);
    await mapBounded(Array.from({ length: AT_A_TIME }), AT_A_TIME, () => execute(aws, machine));
    const p50 = await alone(aws, machine);
    const { perSecond, megabytes } = await together(program, aws, machine, executions);
    const listedPerSecond = await listing(aws, objects);
    aws.close();
    const load = Deno.loadavg()[0]!.toFixed(1);
    console.log(`on ${navigator.hardwareConcurrency} processors, load ${load}`);
    for (
      const [name, value, target, ratio] of [
        ["executions/s", perSecond, `≥ ${TARGETS.perSecond}`, perSecond / TARGETS.perSecond],
        ["ms for one alone, p50", p50, `≤ ${TARGETS.p50}`, TARGETS.p50 / p50],
      ] as const
    ) {
      console.log(`${name.padEnd(24)} ${value.toFixed(1).padStart(8)}  ${target}, ratio ${ratio.toFixed(2)}`);
    }
    return { perSecond, p50, megabytes, listedPerSecond };
  } finally {
    await program.stop();
    await Deno.remove(stateDir, { recursive: true });
  }
}

/** Runs one execution to its end; looks no more often than needed to see it. */
async function execute(aws: Aws, machine: string): Promise<void> {
  const input = { s3_bucket: BUCKET, s3_key: "test/0.png", image_data: "", inferences: [] };
  const { executionArn } = await aws.sfn.send(
    new StartExecutionCommand({ stateMachineArn: machine, input: JSON.stringify(input) }),
  );
  for (let pause = 50;; pause = Math.min(pause * 2, 400)) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const { status, error } = await aws.sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status === "SUCCEEDED") return;
    if (status !== "RUNNING") throw new Error(`${executionArn} is ${status}: ${error}`);
  }
}

/** The median of executions one after the other, by the service's own times. */
async function alone(aws: Aws, machine: string): Promise<number> {
  for (let i = 0; i < ALONE; i++) await execute(aws, machine);
  const { executions } = await aws.sfn.send(
    new ListExecutionsCommand({ stateMachineArn: machine, maxResults: ALONE }),
  );
  const times = executions!.map(({ startDate, stopDate }) => Number(stopDate) - Number(startDate));
  return times.sort((a, b) => a - b)[ALONE / 2]!;
}

async function together(program: Program, aws: Aws, machine: string, count: number) {
  const megabytes: number[] = [];
  const look = (what: string) => {
    const others = descendants(program.pid).map(megabytesOf);
    megabytes.push(megabytesOf(program.pid));
    console.log(
      `${what}: server ${megabytes.at(-1)!.toFixed(0)} MB, ${others.length} processes below it ` +
        `${others.reduce((sum, one) => sum + one, 0).toFixed(0)} MB`,
    );
  };
  // By process, so that those that end meanwhile do not count backwards.
  const cpu = () =>
    [program.pid, ...descendants(program.pid), Deno.pid].map((pid) => [pid, cpuSecondsOf(pid)] as const);
  look("start");
  let done = 0;
  const before = new Map(cpu());
  const start = performance.now();
  await mapBounded(Array.from({ length: count }), AT_A_TIME, async () => {
    await execute(aws, machine);
    if (++done === Math.floor(count / 2)) look("middle");
  });
  const perSecond = count / ((performance.now() - start) / 1000);
  look("end");
  const spent = cpu().map(([pid, seconds]) => [pid, seconds - (before.get(pid) ?? 0)] as const);
  const ms = (pids: (pid: number) => boolean) =>
    (1000 / count * spent.reduce((sum, [pid, seconds]) => sum + (pids(pid) ? seconds : 0), 0)).toFixed(1);
  console.log(
    `processor time of an execution: server ${ms((pid) => pid === program.pid)} ms, this client ` +
      `${ms((pid) => pid === Deno.pid)} ms, functions and endpoint ` +
      `${ms((pid) => pid !== program.pid && pid !== Deno.pid)} ms`,
  );
  console.log(`${count} executions, ${AT_A_TIME} at a time: none lost, ${perSecond.toFixed(1)} a second`);
  return { perSecond, megabytes };
}

/** Puts objects, then lists them page by page and by folder. @throws Error for a key that is missing or twice */
async function listing(aws: Aws, count: number): Promise<number> {
  const url = (key: string) => `${aws.settings.endpointUrl}/${BUCKET}/${key}`;
  const keys = Array.from({ length: count }, (_, i) => `many/${i % 100}/${String(i).padStart(6, "0")}`);
  let start = performance.now();
  await mapBounded(keys, AT_A_TIME, async (key) => {
    const answer = await fetch(url(key), { method: "PUT", body: key });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`${key}: ${answer.status}`);
  });
  const putsPerSecond = count / ((performance.now() - start) / 1000);
  start = performance.now();
  const found: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await aws.s3.send(
      new ListObjectsV2Command({ Bucket: BUCKET, Prefix: "many/", ContinuationToken }),
    );
    found.push(...(page.Contents ?? []).map(({ Key }) => Key!));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  const listedPerSecond = count / ((performance.now() - start) / 1000);
  const sorted = keys.toSorted((a, b) => a < b ? -1 : 1);
  if (found.length !== count || found.some((key, i) => key !== sorted[i])) {
    throw new Error(`Listing ${count} objects gave ${found.length}, or in another order.`);
  }
  start = performance.now();
  const folders = await aws.s3.send(
    new ListObjectsV2Command({ Bucket: BUCKET, Prefix: "many/", Delimiter: "/" }),
  );
  const folderMs = performance.now() - start;
  if (folders.CommonPrefixes?.length !== Math.min(count, 100)) throw new Error("Folders are missing.");
  console.log(
    `${count} objects: ${putsPerSecond.toFixed(0)} puts/s, ${listedPerSecond.toFixed(0)} keys listed/s, ` +
      `100 folders in ${folderMs.toFixed(0)} ms`,
  );
  return listedPerSecond;
}

if (import.meta.main) {
  const [executions, objects] = Deno.args.map(Number);
  await bench({ executions, objects });
}
