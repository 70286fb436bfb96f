/** The optimised integrations, by what follows `arn:aws:states:::` in their resource; `aws_sdk.ts` has all others. */
import type { Integration } from "./integration.ts";
import { lambdaInvoke } from "./lambda.ts";
import { SAGEMAKER } from "./sagemaker.ts";
import { snsPublish } from "./sns.ts";
import { sqsSendMessage } from "./sqs.ts";
import { startExecutionTask } from "./start_execution.ts";

export const INTEGRATIONS: ReadonlyMap<string, Integration> = new Map(
  [lambdaInvoke, snsPublish, sqsSendMessage, startExecutionTask, ...SAGEMAKER].map((integration) => {
    const { resourceType, resource } = integration.service;
    return [`${resourceType}:${resource}`, integration];
  }),
);
