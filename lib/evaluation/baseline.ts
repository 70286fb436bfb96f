/** The baseline for later traffic: the new endpoint's answers for the test pictures. */
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { Aws } from "../aws/clients.ts";
import { getObject, listObjects } from "../aws/s3.ts";
import { mapBounded } from "../concurrent.ts";
import { S3_LAYOUT } from "../names.ts";
import type { Predictor } from "../training/predictor.ts";
import type { Answer } from "./drift.ts";

const KEY = "baseline.json";

/** An answer of the new endpoint, with the picture's S3 key. */
export interface BaselineAnswer extends Answer {
  key: string;
}

/** How many pictures are sent at once. */
const CONCURRENCY = 8;

/**
 * Sends every test picture to the endpoint and stores the answers in the bucket as `baseline.json`. No inference ids are
 * sent, so that the evaluation does not mistake these requests for the workflow's.
 */
export async function saveBaseline(
  aws: Aws,
  predictor: Predictor,
  options: {
    classes: readonly string[];
    onProgress?(done: number, total: number): void;
    signal?: AbortSignal;
  },
): Promise<BaselineAnswer[]> {
  const { classes, onProgress, signal } = options;
  const pictures = await listObjects(aws.s3, aws.bucket, S3_LAYOUT.test);
  let done = 0;
  const answers = await mapBounded(pictures, CONCURRENCY, async ({ Key }) => {
    const probabilities = await predictor.predict(await getObject(aws.s3, aws.bucket, Key), { signal });
    const confidence = Math.max(...probabilities);
    onProgress?.(++done, pictures.length);
    return { key: Key, predicted: classes[probabilities.indexOf(confidence)]!, confidence };
  }, signal);
  const Body = JSON.stringify(answers);
  await aws.s3.send(
    new PutObjectCommand({ Bucket: aws.bucket, Key: KEY, Body, ContentType: "application/json" }),
  );
  return answers;
}

/** The saved baseline. @throws Error that says to run the second notebook if there is none */
export async function loadBaseline({ s3, bucket }: Pick<Aws, "s3" | "bucket">): Promise<BaselineAnswer[]> {
  try {
    return JSON.parse(new TextDecoder().decode(await getObject(s3, bucket, KEY)));
  } catch (error) {
    if ((error as Error).name !== "NoSuchKey") throw error;
    throw new Error(
      `There is no baseline in s3://${bucket} yet. Run notebook 2, training and deployment, first.`,
      { cause: error },
    );
  }
}
