/** Names, ARNs, S3 URIs and timestamps in SageMaker's requests and answers. */
import { AwsError } from "../errors.ts";
import type { Core } from "../core.ts";
import { list, required, string, structure } from "../shapes.ts";

/** Names of jobs, models, endpoint configurations, endpoints and variants. */
export const entityName = string({ min: 1, max: 63, pattern: /[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}/ });
export const roleArn = string({
  min: 20,
  max: 2048,
  pattern: /arn:aws[a-z\-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_\/]+/,
});
export const s3Uri = string({ max: 1024, pattern: /(https|s3):\/\/([^\/]+)\/?(.*)/ });
export const tagKey = string({ min: 1, max: 128, pattern: /([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)/u });
const tagValue = string({ max: 256, pattern: /([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)/u });
export const tagList = list(structure({ Key: required(tagKey), Value: required(tagValue) }), { max: 50 });

const networkId = string({ max: 32, pattern: /[-0-9a-zA-Z]+/ });
/** Accepted and described: containers have no network here. */
export const vpcConfig = structure({
  SecurityGroupIds: required(list(networkId, { min: 1, max: 5 })),
  Subnets: required(list(networkId, { min: 1, max: 16 })),
});

/** `arn:aws:sagemaker:…`; SageMaker converts the name to lower case. */
export function arnOf(core: Core, kind: string, name: string): string {
  return `arn:aws:sagemaker:${core.region}:${core.account}:${kind}/${name.toLowerCase()}`;
}

/** The current time in seconds since the epoch, as the JSON protocol writes timestamps. */
export function seconds(core: Core): number {
  return core.now() / 1000;
}

/** Bucket and key (or prefix) of an `s3://` URI. @throws AwsError ValidationException for any other text */
export function parseS3Uri(uri: string): { bucket: string; key: string } {
  const match = uri.match(/^s3:\/\/([^/]+)\/?(.*)$/s);
  if (!match) {
    throw new AwsError("ValidationException", `The S3 URI "${uri}" must begin with s3:// and name a bucket.`);
  }
  return { bucket: match[1]!, key: match[2]! };
}

/** `base/part`, with a single slash between them. */
export function joinUri(base: string, part: string): string {
  return `${base.replace(/\/+$/, "")}/${part}`;
}
