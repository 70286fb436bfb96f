/** How SageMaker assumes roles. */
import { AwsError } from "../errors.ts";
import type { Principal } from "../operation.ts";
import type { Assumer, Core } from "../core.ts";

/** SageMaker, as it assumes a role for a training job. @param sourceArn the job's ARN */
export function trainingAssumer(sourceArn: string): Assumer {
  return { service: "sagemaker.amazonaws.com", sourceArn };
}

/**
 * SageMaker, as it assumes a role for models and endpoints. The source ARN names none of them but ends in an asterisk
 * (AWS, "Cross-service confused deputy prevention", SageMaker AI Inference).
 */
export function hostingAssumer({ region, account }: Core): Assumer {
  return { service: "sagemaker.amazonaws.com", sourceArn: `arn:aws:sagemaker:${region}:${account}:*` };
}

/** The principal after assuming a role. @throws AwsError ValidationException when SageMaker cannot assume it */
export function assume({ iam }: Core, role: string, by: Assumer): Principal {
  if (iam.isAssumable(role, by)) return iam.assumeRole(role, by, "SageMaker").principal;
  throw new AwsError(
    "ValidationException",
    `Could not assume role ${role}. Please ensure that the role exists and allows principal ` +
      `'sagemaker.amazonaws.com' to assume the role.`,
  );
}
