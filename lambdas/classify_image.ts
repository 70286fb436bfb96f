/** Second function: sends the picture to the endpoint and returns the probabilities of the classes. */
import { createHash } from "node:crypto";
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";

interface Input {
  s3_bucket: string;
  s3_key: string;
  image_data: string;
}

const runtime = new SageMakerRuntimeClient({});

/**
 * Joins the captured record with its picture: the key where it is a valid id (1 to 64 printable ASCII characters), else
 * the key's SHA-256. The evaluation makes the same ids.
 */
function inferenceIdOf(key: string): string {
  return /^[!-~]([ -~]{0,62}[!-~])?$/.test(key) ? key : createHash("sha256").update(key).digest("hex");
}

/** @returns bucket, key and `inferences`; the picture is dropped, as it is no longer needed */
export async function handler({ s3_bucket, s3_key, image_data }: Input) {
  const EndpointName = process.env.ENDPOINT_NAME;
  if (!EndpointName) throw new Error("The environment variable ENDPOINT_NAME is not set");
  if (typeof image_data !== "string" || image_data === "") {
    throw new TypeError('"image_data" is missing from the input');
  }
  const { Body } = await runtime.send(
    new InvokeEndpointCommand({
      EndpointName,
      ContentType: "image/png",
      Accept: "application/json",
      Body: Buffer.from(image_data, "base64"),
      InferenceId: inferenceIdOf(s3_key),
    }),
  );
  const inferences: number[] = JSON.parse(Body.transformToString());
  return { s3_bucket, s3_key, inferences };
}
