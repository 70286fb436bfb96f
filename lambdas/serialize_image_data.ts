/** First function: reads the picture from S3 and returns it as base64. */
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";

interface Input {
  s3_bucket: string;
  s3_key: string;
}

// Created once per execution environment, so that warm invocations reuse its connections.
const s3 = new S3Client({});

/** The part of Lambda's context that is needed. */
interface Context {
  invokedFunctionArn: string;
}

/** @returns the input's bucket and key, and the picture as base64 in `image_data` */
export async function handler({ s3_bucket, s3_key }: Input, context?: Context) {
  for (const [name, value] of Object.entries({ s3_bucket, s3_key })) {
    if (typeof value !== "string" || value === "") throw new TypeError(`"${name}" is missing from the input`);
  }
  // Only this function's own account: the name of a bucket can belong to anybody.
  const ExpectedBucketOwner = context?.invokedFunctionArn.split(":")[4];
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: s3_bucket, Key: s3_key, ExpectedBucketOwner }),
  );
  return { s3_bucket, s3_key, image_data: await Body!.transformToString("base64"), inferences: [] };
}
