/** Second function: sends the picture to the endpoint and passes on the probabilities of its classes. */
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";

interface Input {
  s3_bucket: string;
  s3_key: string;
  image_data: string;
}

const runtime = new SageMakerRuntimeClient({});

/** @returns bucket, key and `inferences`; the picture is dropped, since nobody needs it any more */
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
      // Joins the captured record with its picture. An id has at most 64 characters; the end of a key tells more.
      InferenceId: s3_key.slice(-64),
    }),
  );
  const inferences: number[] = JSON.parse(Body.transformToString());
  return { s3_bucket, s3_key, inferences };
}
