/** One order: an execution, and what is known of its picture and answer. */
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  type SFNClient,
} from "@aws-sdk/client-sfn";
import { type Outcome, outcomeOf } from "../../graph/outcome.ts";
import { THRESHOLD_ERROR } from "../../names.ts";
import type { bucketsFor } from "./token_bucket.ts";

export interface Order {
  arn: string;
  name: string;
  status: string;
  /** Milliseconds since 1970. */
  start: number;
  stop?: number;
  /** What only DescribeExecution tells; absent until it was asked. */
  detail?: Detail;
}

export interface Detail {
  /** Of the state in which it was asked: what was asked of a running execution is asked again when it has ended. */
  status: string;
  bucket?: string;
  key?: string;
  /** Probabilities of the classes. */
  inferences?: number[];
  error?: string;
  /** Of a failure that was not intended. */
  cause?: string;
}

const LONGEST_CAUSE = 1000;

/** Whether everything is known of an order. */
export function isRead({ status, detail }: Order): boolean {
  return detail?.status === status;
}

/** The outcome as far as it is known: whether a failed order was held back, only DescribeExecution tells. */
export function outcomeIfKnown(order: Order): Outcome | undefined {
  if (order.status === "FAILED" && !isRead(order)) return undefined;
  return outcomeOf({ status: order.status, error: order.detail?.error });
}

/** Everything on one execution. For one that was held back its history is asked too, as its answer is nowhere else. */
export async function readDetail(
  sfn: SFNClient,
  executionArn: string,
  buckets: ReturnType<typeof bucketsFor>,
  keep: number,
  signal?: AbortSignal,
): Promise<Detail & { status: string; stop?: number }> {
  await buckets.describe.take(keep, signal);
  const found = await sfn.send(new DescribeExecutionCommand({ executionArn }));
  const detail = detailOf(found);
  if (detail.error === THRESHOLD_ERROR) {
    await buckets.history.take(keep, signal);
    // The state that refused the answer was entered with it; its events are the last ones.
    const { events = [] } = await sfn.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 10 }),
    );
    const entered = events.find(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.input);
    detail.inferences = inferencesIn(entered?.stateEnteredEventDetails?.input);
  }
  return { ...detail, stop: found.stopDate?.getTime() };
}

function detailOf({ status, input, output, error, cause }: DescribeExecutionCommandOutput): Detail {
  return {
    status: status!,
    ...pictureIn(input),
    inferences: inferencesIn(output),
    ...error ? { error } : {},
    ...cause && error !== THRESHOLD_ERROR ? { cause: cause.slice(0, LONGEST_CAUSE) } : {},
  };
}

/** The picture that an input names. */
export function pictureIn(input: string | undefined): Pick<Detail, "bucket" | "key"> {
  const { s3_bucket, s3_key } = objectIn(input);
  return {
    ...typeof s3_bucket === "string" ? { bucket: s3_bucket } : {},
    ...typeof s3_key === "string" ? { key: s3_key } : {},
  };
}

/** The probabilities in an input or output of JSON, if it has an answer. */
export function inferencesIn(text: string | undefined): number[] | undefined {
  const { inferences } = objectIn(text);
  const isAnswer = Array.isArray(inferences) && inferences.length > 0 &&
    inferences.every((one) => typeof one === "number");
  return isAnswer ? inferences : undefined;
}

/** The members of an object of JSON; none of other values, since anybody may start an execution with any input. */
function objectIn(text = "{}"): Record<string, unknown> {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
