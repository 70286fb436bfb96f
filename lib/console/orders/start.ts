/** Orders from the console: a picture that somebody drops on the page. */
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { Aws } from "../../aws/clients.ts";
import { asPng } from "../../dataset/as_png.ts";
import { stagedDataset } from "../../dataset/staging.ts";
import { S3_LAYOUT, timestamp } from "../../names.ts";
import { testCase } from "../../workflow/executions.ts";
import { stateMachineArn } from "../../workflow/state_machine.ts";
import { BadInputError } from "../input.ts";

/** The size of earlier versions' data sets, which do not say it. */
const OLD_SIDE = 32;

/**
 * Uploads a picture under `orders/`, in the form and size of those that the network was trained on.
 * @returns its key
 * @throws BadInputError if it is not a picture
 */
export async function uploadPicture(aws: Aws, fileName: string, bytes: Uint8Array): Promise<string> {
  const { width = OLD_SIDE, height = OLD_SIDE } = await stagedDataset(aws);
  const png = await asPng(bytes, { width, height }).catch((error: Error) => {
    throw new BadInputError("body", `${fileName} is not a picture that can be read (${error.message})`);
  });
  const stem = fileName.replace(/\.[^.]*$/, "").replaceAll(/[^A-Za-z0-9_-]+/g, "-").slice(0, 40);
  const key = `${S3_LAYOUT.orders}${uniqueName()}_${stem || "picture"}.png`;
  await aws.s3.send(
    new PutObjectCommand({ Bucket: aws.bucket, Key: key, Body: png, ContentType: "image/png" }),
  );
  return key;
}

/** Starts an execution for a picture in the bucket. @returns the execution's name */
export async function startOrder(aws: Aws, key: string): Promise<string> {
  return await startExecution(aws, JSON.stringify(testCase(aws, key)));
}

/** Starts an execution with an input. @returns its name */
export async function startExecution(aws: Aws, input: string): Promise<string> {
  const name = `order-${uniqueName()}`;
  await aws.sfn.send(new StartExecutionCommand({ stateMachineArn: stateMachineArn(aws), name, input }));
  return name;
}

function uniqueName(): string {
  return `${timestamp()}-${crypto.randomUUID().slice(0, 4)}`;
}
