/** Service Quotas: the account's quotas, and requests for more, which nobody here grants. */
import type { Core } from "../core.ts";
import type { Service } from "../dispatcher.ts";
import { operationsOf } from "../operation.ts";
import { awsJson } from "../protocols/aws_json.ts";
import type { QuotaValue } from "../quotas.ts";
import type { ServiceQuotasContext } from "./context.ts";
import * as quotas from "./quotas.ts";
import * as requests from "./requests.ts";

const protocol = awsJson({ version: "1.1", target: "ServiceQuotasV20190624" });

export function createServiceQuotas(core: Core, value: QuotaValue): Service<ServiceQuotasContext> {
  return {
    name: "servicequotas",
    protocol,
    operations: operationsOf(quotas, requests),
    context: { core, value, requests: core.store.collection("servicequotas.requests") },
  };
}
