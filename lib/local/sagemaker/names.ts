/** Shapes, ARNs and timestamps that SageMaker's operations share. */
import { AwsError } from "../errors.ts";
import type { Assumer, Core } from "../services.ts";
import { string } from "../legacy_shapes.ts";

/** Names of jobs, models, endpoint configs, endpoints and variants. */
export const entityName = string({ min: 1, max: 63, pattern: /[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}/ });
export const roleArn = string({
  min: 20,
  max: 2048,
  pattern: /arn:aws[a-z\-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_\/]+/,
});
export const s3Uri = string({ max: 1024, pattern: /(https|s3):\/\/([^\/]+)\/?(.*)/ });

/** `arn:aws:sagemaker:…`; SageMaker writes the name in lower case whatever was typed. */
export function arnOf(core: Core, kind: string, name: string): string {
  return `arn:aws:sagemaker:${core.region}:${core.account}:${kind}/${name.toLowerCase()}`;
}

/** SageMaker when it assumes a role for a training job, by the job's ARN. */
export function trainingAssumer(sourceArn: string): Assumer {
  return { service: "sagemaker.amazonaws.com", sourceArn };
}

/**
 * SageMaker when it assumes a role for models and endpoints. It names none of them: the asterisk is part of the ARN
 * (AWS, "Cross-service confused deputy prevention", SageMaker AI Inference).
 */
export function hostingAssumer({ region, account }: Core): Assumer {
  return { service: "sagemaker.amazonaws.com", sourceArn: `arn:aws:sagemaker:${region}:${account}:*` };
}

/** AWS's answer for a model, endpoint or endpoint configuration that does not exist. */
export function couldNotFind(what: string, arn: string): AwsError {
  return new AwsError("ValidationException", `Could not find ${what} "${arn}".`);
}

export function alreadyExists(what: string, arn: string): AwsError {
  return new AwsError("ValidationException", `Cannot create already existing ${what} "${arn}".`);
}

/** Seconds since the epoch, as the JSON protocol writes timestamps. */
export function seconds(core: Core): number {
  return core.now() / 1000;
}

/** Bucket and key (or prefix) of an `s3://` URI. @throws AwsError when it is none. */
export function parseS3Uri(uri: string): { bucket: string; key: string } {
  const match = uri.match(/^s3:\/\/([^/]+)\/?(.*)$/s);
  if (!match) {
    throw new AwsError("ValidationException", `The S3 URI "${uri}" must begin with s3:// and name a bucket.`);
  }
  return { bucket: match[1]!, key: match[2]! };
}

/** `base/part` with exactly one slash between. */
export function joinUri(base: string, part: string): string {
  return `${base.replace(/\/+$/, "")}/${part}`;
}
