/** Runs the second state machine, which routes every picture under a prefix with one execution. */
import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  type DescribeMapRunCommandOutput,
  ListMapRunsCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { Aws } from "../aws/clients.ts";
import { getObject } from "../aws/s3.ts";
import { waitFor } from "../aws/waiting.ts";
import { timestamp } from "../names.ts";
import { stateMachineArn } from "./state_machine.ts";

/** The input of the batch machine. */
export interface BatchInput {
  /** Where the pictures are, for example `test/`. */
  prefix: string;
  /** How many pictures are classified at a time; 8 without it. */
  maxConcurrency?: number;
  /** The percentage of pictures that may fail, or end below the threshold; 50 without it. */
  toleratedFailurePercentage?: number;
}

/** What became of one picture. */
export interface RoutedOrder {
  s3Key: string;
  status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
  /** The name of the error if it failed: THRESHOLD_CONFIDENCE_NOT_MET is intended. */
  error?: string;
  inferences?: number[];
}

/** A run of the batch machine that has ended. */
export interface BatchResult {
  executionArn: string;
  mapRun: DescribeMapRunCommandOutput;
  orders: RoutedOrder[];
  startDate: Date;
  stopDate: Date;
}

/**
 * Routes all pictures under a prefix.
 * @param options.onProgress called with the numbers of pictures that have ended, and that are known so far
 * @param options.signal stops the execution, and with it those of the pictures
 * @throws Error with the execution's error and cause when it fails, for example with too many failures
 */
export async function runBatch(
  aws: Aws,
  input: BatchInput,
  options: { onProgress?(done: number, total: number): void; signal?: AbortSignal } = {},
): Promise<BatchResult> {
  const { sfn, bucket } = aws;
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn: stateMachineArn(aws, "batchMachine"),
      name: timestamp(),
      input: JSON.stringify({ bucket, ...input }),
    }),
  );
  const describe = new DescribeExecutionCommand({ executionArn });
  let mapRun: DescribeMapRunCommandOutput | undefined;
  try {
    const everySeconds = aws.target === "local" ? 0.1 : 2;
    const timing = { everySeconds, timeoutSeconds: 3600, signal: options.signal };
    const execution = await waitFor(`Execution ${executionArn}`, timing, async () => {
      const now = await sfn.send(describe);
      const { mapRuns: [first] = [] } = await sfn.send(new ListMapRunsCommand({ executionArn }));
      if (first) {
        mapRun = await sfn.send(new DescribeMapRunCommand({ mapRunArn: first.mapRunArn }));
        const { total = 0, running = 0, pending = 0 } = mapRun.itemCounts!;
        options.onProgress?.(total - running - pending, total);
      }
      return now.status === "RUNNING" ? undefined : now;
    });
    if (execution.status !== "SUCCEEDED") {
      throw new Error(`The batch ended ${execution.status}: ${execution.error}. ${execution.cause ?? ""}`);
    }
    const { ResultWriterDetails } = JSON.parse(execution.output!);
    return {
      executionArn: executionArn!,
      mapRun: mapRun!,
      orders: await routedOrders(aws, ResultWriterDetails),
      startDate: execution.startDate!,
      stopDate: execution.stopDate!,
    };
  } catch (error) {
    if (options.signal?.aborted) await sfn.send(new StopExecutionCommand({ executionArn })).catch(() => {});
    throw error;
  }
}

/** Reads the files that the Map Run wrote: the routed orders, and the others apart. */
async function routedOrders(
  { s3 }: Aws,
  { Bucket, Key }: { Bucket: string; Key: string },
): Promise<RoutedOrder[]> {
  const text = async (key: string) => new TextDecoder().decode(await getObject(s3, Bucket, key));
  const { ResultFiles } = JSON.parse(await text(Key)) as {
    ResultFiles: Record<"SUCCEEDED" | "FAILED", { Key: string }[]>;
  };
  const lines = async (files: { Key: string }[]) =>
    (await Promise.all(files.map((file) => text(file.Key)))).join("").split("\n").filter(Boolean).map((
      line,
    ) => JSON.parse(line));
  const routed = (await lines(ResultFiles.SUCCEEDED)).map(({ s3_key, inferences }): RoutedOrder => ({
    s3Key: s3_key,
    status: "SUCCEEDED",
    inferences,
  }));
  const others = (await lines(ResultFiles.FAILED)).map(({ Input, Status, Error }): RoutedOrder => ({
    s3Key: JSON.parse(Input).s3_key,
    status: Status,
    error: Error,
  }));
  return [...routed, ...others];
}
