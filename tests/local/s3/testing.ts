import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { LocalAwsOptions } from "../../../lib/local/server.ts";
import { type TestAws, withLocalAws } from "../testing.ts";

/** A local AWS with one empty bucket. */
export function withBucket(
  body: (s3: S3Client, bucket: string, aws: TestAws) => Promise<void>,
  options: Partial<LocalAwsOptions> = {},
): Promise<void> {
  return withLocalAws(async (aws) => {
    const s3 = new S3Client(aws.client);
    try {
      await s3.send(new CreateBucketCommand({ Bucket: "scones-test" }));
      await body(s3, "scones-test", aws);
    } finally {
      s3.destroy();
    }
  }, options);
}

/** The name and status of the error of `promise`; undefined when it succeeds. */
export async function refusal(promise: Promise<unknown>): Promise<[string, number | undefined] | undefined> {
  try {
    await promise;
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    return [name, $metadata?.httpStatusCode];
  }
}

/** The names of the files in a directory and its folders; none when it does not exist. */
export function files(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].flatMap(({ name, isDirectory }) =>
      isDirectory ? files(join(directory, name)) : [name]
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
