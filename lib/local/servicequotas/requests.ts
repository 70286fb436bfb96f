/** Requests for higher quotas. They stay pending: `deno task local --quota NAME=VALUE` is how a quota is raised here. */
import { AwsError } from "../errors.ts";
import { QUOTAS } from "../quotas.ts";
import { boolean, notSupported, number, required, string, structure } from "../shapes.ts";
import {
  existingQuota,
  onQuota,
  operation,
  quotaCode,
  type QuotaRequest,
  SERVICE_NAMES,
  serviceCode,
  type ServiceQuotasContext,
} from "./context.ts";
import { illegalArgument, noSuchResource } from "./errors.ts";

export const requestServiceQuotaIncrease = operation({
  action: "servicequotas:RequestServiceQuotaIncrease",
  input: structure({
    ServiceCode: required(serviceCode),
    QuotaCode: required(quotaCode),
    DesiredValue: required(number({ min: 0, max: 10_000_000_000 })),
    ContextId: notSupported(),
    SupportCaseAllowed: boolean(),
  }),
  resource: onQuota,
  run(input, context, { principal }) {
    const { QuotaCode, QuotaName } = existingQuota(input);
    const { DesiredValue } = input;
    if (DesiredValue <= context.value(QuotaName)!) {
      throw illegalArgument(
        "You must provide a quota value greater than the current quota value.",
      );
    }
    if (context.requests.list().some((one) => one.QuotaCode === QuotaCode)) {
      throw new AwsError(
        "ResourceAlreadyExistsException",
        "Only one open service quota increase request is allowed per quota.",
      );
    }
    const request: QuotaRequest = {
      Id: crypto.randomUUID().replaceAll("-", ""),
      QuotaCode,
      DesiredValue,
      Requester: principal.arn,
      created: context.core.now(),
    };
    context.requests.put(request.Id, request);
    return { RequestedQuota: shown(context, request) };
  },
});

export const getRequestedServiceQuotaChange = operation({
  action: "servicequotas:GetRequestedServiceQuotaChange",
  input: structure({
    RequestId: required(string({ min: 1, max: 128, pattern: /[0-9a-zA-Z][a-zA-Z0-9-]{1,128}/ })),
  }),
  run({ RequestId }, context) {
    const request = context.requests.get(RequestId);
    if (!request) throw noSuchResource("The specified request does not exist.");
    return { RequestedQuota: shown(context, request) };
  },
});

function shown(
  context: ServiceQuotasContext,
  { Id, QuotaCode, DesiredValue, Requester, created }: QuotaRequest,
) {
  const { ServiceCode, QuotaName } = QUOTAS.find((one) => one.QuotaCode === QuotaCode)!;
  return {
    Id,
    ServiceCode,
    ServiceName: SERVICE_NAMES[ServiceCode],
    QuotaCode,
    QuotaName,
    QuotaArn: onQuota({ ServiceCode, QuotaCode }, context),
    DesiredValue,
    Status: "PENDING",
    Created: new Date(created),
    LastUpdated: new Date(created),
    Requester,
    GlobalQuota: false,
    Unit: "None",
    QuotaRequestedAtLevel: "ACCOUNT",
  };
}
