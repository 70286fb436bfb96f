/** Test cases, and their executions. */
import {
  DescribeExecutionCommand,
  type HistoryEvent,
  paginateGetExecutionHistory,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { Aws } from "../aws/clients.ts";
import { listObjects } from "../aws/s3.ts";
import { sleep, waitFor } from "../aws/waiting.ts";
import { mapBounded } from "../concurrent.ts";
import { S3_LAYOUT, THRESHOLD_ERROR, timestamp } from "../names.ts";

/** The input of an execution: the data object that travels through the state machine. */
export interface TestCase {
  s3_bucket: string;
  s3_key: string;
  image_data: string;
  inferences: number[];
}

/** An execution that has ended. */
export interface ExecutionResult {
  name: string;
  arn: string;
  s3Key: string;
  status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
  /** The name of the error if it failed: THRESHOLD_CONFIDENCE_NOT_MET is intended, others are faults. */
  error?: string;
  cause?: string;
  output?: { s3_key: string; inferences: number[] };
  startDate: Date;
  stopDate: Date;
}

/** How many executions run at once; AWS's request limits refill at 15 to 300 a second. */
const CONCURRENCY = { local: 8, aws: 4 };

/** How long a look at an execution is put off when the account's request limit is reached. */
const THROTTLED_SECONDS = 1;

/**
 * Test cases from the pictures under `test/`, in an order that depends on the seed.
 * @throws Error if nothing is staged
 */
export async function generateTestCases(
  aws: Aws,
  options: { count?: number; seed?: number } = {},
): Promise<TestCase[]> {
  const objects = await listObjects(aws.s3, aws.bucket, S3_LAYOUT.test);
  const keys = objects.map(({ Key }) => Key).filter((key) => key.endsWith(".png"));
  if (keys.length === 0) {
    throw new Error(
      `There are no pictures in s3://${aws.bucket}/${S3_LAYOUT.test}. Run notebook 1, data staging, first.`,
    );
  }
  return shuffle(keys, options.seed ?? 1).slice(0, options.count)
    .map((key) => testCase(aws, key));
}

/** The test case of one picture. */
export function testCase({ bucket }: Pick<Aws, "bucket">, key: string): TestCase {
  return { s3_bucket: bucket, s3_key: key, image_data: "", inferences: [] };
}

/**
 * Starts one execution per test case and waits until all have ended.
 * @param options.signal stops the running executions
 */
export async function runExecutions(
  aws: Aws,
  stateMachineArn: string,
  testCases: readonly TestCase[],
  options: {
    onProgress?(done: number, latest: ExecutionResult): void;
    signal?: AbortSignal;
  } = {},
): Promise<ExecutionResult[]> {
  const batch = timestamp();
  let done = 0;
  return await mapBounded(testCases, CONCURRENCY[aws.target], async (testCase, index) => {
    const name = `${batch}-${String(index + 1).padStart(4, "0")}`;
    const { executionArn } = await aws.sfn.send(
      new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(testCase) }),
    );
    try {
      const result = await ended(aws, executionArn!, options.signal);
      options.onProgress?.(++done, result);
      return result;
    } catch (error) {
      if (options.signal?.aborted) {
        await aws.sfn.send(new StopExecutionCommand({ executionArn })).catch(() => {});
      }
      throw error;
    }
  }, options.signal);
}

/** All events of an execution, oldest first. */
export async function executionHistory(aws: Aws, executionArn: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for await (
    const page of paginateGetExecutionHistory({ client: aws.sfn }, { executionArn, maxResults: 1000 })
  ) {
    events.push(...page.events ?? []);
  }
  return events;
}

/** How many executions ended in which way. */
export function countExecutions(results: readonly ExecutionResult[]) {
  const succeeded = results.filter(({ status }) => status === "SUCCEEDED").length;
  const belowThreshold = results.filter(({ error }) => error === THRESHOLD_ERROR).length;
  return {
    total: results.length,
    succeeded,
    belowThreshold,
    otherwiseFailed: results.length - succeeded - belowThreshold,
  };
}

async function ended(aws: Aws, executionArn: string, signal?: AbortSignal): Promise<ExecutionResult> {
  const everySeconds = aws.target === "local" ? 0.02 : 1;
  const execution = await waitFor(
    `Execution ${executionArn}`,
    { everySeconds, timeoutSeconds: 900, signal },
    async () => {
      try {
        const now = await aws.sfn.send(new DescribeExecutionCommand({ executionArn }));
        return now.status === "RUNNING" ? undefined : now;
      } catch (error) {
        // All of an account share the request limit, so others may have used it up. The execution goes on meanwhile.
        if ((error as Error).name !== "ThrottlingException") throw error;
        await sleep(THROTTLED_SECONDS, signal);
        return undefined;
      }
    },
  );
  return {
    name: execution.name!,
    arn: executionArn,
    s3Key: JSON.parse(execution.input!).s3_key,
    status: execution.status as ExecutionResult["status"],
    error: execution.error,
    cause: execution.cause,
    output: execution.output ? JSON.parse(execution.output) : undefined,
    startDate: execution.startDate!,
    stopDate: execution.stopDate!,
  };
}

/** A Fisher–Yates shuffle with a small seeded generator (mulberry32): the same order for the same seed. */
function shuffle<T>(items: readonly T[], seed: number): T[] {
  const shuffled = [...items];
  let state = seed;
  const random = () => {
    state = (state + 0x6D2B79F5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
  }
  return shuffled;
}
