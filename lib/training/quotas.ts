/** The account's quotas of instances, asked for before a training is paid whose model could not be deployed. */
import { paginateListServiceQuotas, type ServiceQuota } from "@aws-sdk/client-service-quotas";
import { type Aws, awsCli } from "../aws/clients.ts";

/** Instances that will be needed. */
export interface Need {
  instanceType: string;
  instanceCount: number;
  use: "training job" | "endpoint";
}

/** A quota of the account is lower than what is needed. */
export class QuotaError extends Error {
  override name = "QuotaError";
}

/**
 * Checks that the account's quotas allow these instances. New accounts have a quota of 0 for most types; those of training
 * jobs and of endpoints are apart.
 * @returns why the quotas could not be read, if so: then the calls themselves show whether they suffice
 * @throws QuotaError that names every quota that is too low, with the command that requests more
 */
export async function checkQuotas(aws: Aws, needs: readonly Need[]): Promise<string | undefined> {
  let quotas: ServiceQuota[];
  try {
    quotas = await sagemakerQuotas(aws);
  } catch (error) {
    return `The quotas could not be read: ${error instanceof Error ? error.message : error}`;
  }
  const low = needs.flatMap(({ instanceType, instanceCount, use }) => {
    const name = `${instanceType} for ${use} usage`;
    const quota = quotas.find(({ QuotaName }) => QuotaName === name);
    if (quota?.Value === undefined || quota.Value >= instanceCount) return [];
    const command = `${awsCli(aws)} service-quotas request-service-quota-increase --service-code sagemaker ` +
      `--quota-code ${quota.QuotaCode} --desired-value ${instanceCount}`;
    return [`"${name}" is ${quota.Value}, and ${instanceCount} is needed: ${command}`];
  });
  if (low.length === 0) return undefined;
  throw new QuotaError(
    `The account's quotas are too low, so nothing was started. Request more, which can take a day:\n${
      low.join("\n")
    }\nOr set SCONES_TRAINING_INSTANCE and SCONES_ENDPOINT_INSTANCE to types for which you have a quota.`,
  );
}

async function sagemakerQuotas({ quotas: client }: Aws): Promise<ServiceQuota[]> {
  const found: ServiceQuota[] = [];
  for await (const page of paginateListServiceQuotas({ client }, { ServiceCode: "sagemaker" })) {
    found.push(...page.Quotas ?? []);
  }
  return found;
}
