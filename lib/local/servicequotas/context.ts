/** What the operations of Service Quotas share. */
import type { Core } from "../core.ts";
import { operationsOn } from "../operation.ts";
import { type Quota, QUOTAS, type QuotaValue } from "../quotas.ts";
import { string } from "../shapes.ts";
import type { Collection } from "../store.ts";
import { noSuchResource } from "./errors.ts";

export interface QuotaRequest {
  readonly Id: string;
  readonly QuotaCode: string;
  readonly DesiredValue: number;
  /** The ARN of whoever asked. */
  readonly Requester: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

export interface ServiceQuotasContext {
  readonly core: Core;
  readonly value: QuotaValue;
  /** By id. All are pending: nobody grants them. */
  readonly requests: Collection<QuotaRequest>;
}

export const operation = operationsOn<ServiceQuotasContext>();

export const serviceCode = string({ min: 1, max: 63, pattern: /[a-zA-Z][a-zA-Z0-9-]{1,128}/ });
export const quotaCode = string({ min: 1, max: 128, pattern: /[a-zA-Z][a-zA-Z0-9-]{1,128}/ });

export const SERVICE_NAMES: Readonly<Record<Quota["ServiceCode"], string>> = {
  lambda: "AWS Lambda",
  sagemaker: "Amazon SageMaker",
};

type Named = { readonly ServiceCode: string; readonly QuotaCode: string };

/** An operation's `resource`. */
export function onQuota({ ServiceCode, QuotaCode }: Named, { core }: ServiceQuotasContext): string {
  return `arn:aws:servicequotas:${core.region}:${core.account}:${ServiceCode}/${QuotaCode}`;
}

/** @throws AwsError NoSuchResourceException, which says what the local AWS has */
export function existingQuota({ ServiceCode, QuotaCode }: Named): Quota {
  const found = QUOTAS.find((one) => one.ServiceCode === ServiceCode && one.QuotaCode === QuotaCode);
  if (found) return found;
  const here = quotasOf(ServiceCode).map((one) => `${one.QuotaCode} (${one.QuotaName})`).join(", ");
  throw noSuchResource(`The request failed because the specified quota does not exist. Here are: ${here}`);
}

/** @throws AwsError NoSuchResourceException */
export function quotasOf(ServiceCode: string): readonly Quota[] {
  const found = QUOTAS.filter((one) => one.ServiceCode === ServiceCode);
  if (found.length > 0) return found;
  throw noSuchResource(
    `The request failed because the specified service does not exist. Here are: ${
      Object.keys(SERVICE_NAMES).join(", ")
    }`,
  );
}
