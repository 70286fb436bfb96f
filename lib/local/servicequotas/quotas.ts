/** GetServiceQuota, ListServiceQuotas, and AWS's defaults. */
import { page } from "../pages.ts";
import type { Quota } from "../quotas.ts";
import { integer, notSupported, required, string, structure } from "../shapes.ts";
import {
  existingQuota,
  onQuota,
  operation,
  quotaCode,
  quotasOf,
  SERVICE_NAMES,
  serviceCode,
  type ServiceQuotasContext,
} from "./context.ts";
import { illegalArgument } from "./errors.ts";

const oneQuota = { ServiceCode: required(serviceCode), QuotaCode: required(quotaCode) };
const list = structure({
  ServiceCode: required(serviceCode),
  NextToken: string({ max: 2048 }),
  MaxResults: integer({ min: 1, max: 100 }),
  QuotaCode: quotaCode,
  QuotaAppliedAtLevel: string({ values: ["ACCOUNT", "RESOURCE", "ALL"] }),
});

export const getServiceQuota = operation({
  action: "servicequotas:GetServiceQuota",
  input: structure({ ...oneQuota, ContextId: notSupported() }),
  resource: onQuota,
  run(input, context) {
    const quota = existingQuota(input);
    return { Quota: shown(context, quota, context.value(quota.QuotaName)!) };
  },
});

export const getAWSDefaultServiceQuota = operation({
  action: "servicequotas:GetAWSDefaultServiceQuota",
  input: structure(oneQuota),
  resource: onQuota,
  run(input, context) {
    const quota = existingQuota(input);
    return { Quota: shown(context, quota, quota.awsDefault) };
  },
});

export const listServiceQuotas = operation({
  action: "servicequotas:ListServiceQuotas",
  input: list,
  run: (input, context) => listed(context, input, ({ QuotaName }) => context.value(QuotaName)!),
});

export const listAWSDefaultServiceQuotas = operation({
  action: "servicequotas:ListAWSDefaultServiceQuotas",
  input: list,
  run: (input, context) => listed(context, input, ({ awsDefault }) => awsDefault),
});

function listed(
  context: ServiceQuotasContext,
  input: { ServiceCode: string; QuotaCode?: string; NextToken?: string; MaxResults?: number },
  valueOf: (quota: Quota) => number,
) {
  const found = quotasOf(input.ServiceCode)
    .filter(({ QuotaCode }) => (input.QuotaCode ?? QuotaCode) === QuotaCode);
  const { items, next } = page(found, {
    key: ({ QuotaCode }) => [QuotaCode],
    limit: input.MaxResults ?? 100,
    token: input.NextToken,
    list: input.ServiceCode,
    invalidToken: () => illegalArgument("The NextToken is not valid."),
  });
  return { Quotas: items.map((quota) => shown(context, quota, valueOf(quota))), NextToken: next };
}

function shown(context: ServiceQuotasContext, { ServiceCode, QuotaCode, QuotaName }: Quota, Value: number) {
  return {
    ServiceCode,
    ServiceName: SERVICE_NAMES[ServiceCode],
    QuotaArn: onQuota({ ServiceCode, QuotaCode }, context),
    QuotaCode,
    QuotaName,
    Value,
    Unit: "None",
    Adjustable: true,
    GlobalQuota: false,
    QuotaAppliedAtLevel: "ACCOUNT",
  };
}
