/** An `Aws` whose clients are played, for what the local AWS cannot answer. */
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import type { Aws } from "../../lib/aws/clients.ts";
import { ownTags } from "../../lib/aws/ownership.ts";
import { namesOf } from "../../lib/names.ts";
import { readSettings } from "../../lib/settings.ts";

export const CALLER = "arn:aws:iam::123456789012:user/anna";

/** The real target by default; `parts` are the clients that a test needs. */
export function playedAws(
  parts: Record<string, unknown>,
  variables: Record<string, string> = { SCONES_TARGET: "aws" },
): Aws {
  const settings = readSettings(variables);
  const region = settings.region ?? "us-east-1";
  return {
    settings,
    target: settings.target,
    region,
    account: "123456789012",
    caller: CALLER,
    stage: settings.stage,
    names: namesOf({ region, stage: settings.stage }),
    bucket: "b",
    pollSeconds: 0.001,
    quotas: Object.assign(new ServiceQuotasClient({ region }), { send: () => Promise.resolve({}) }),
    ...parts,
  } as unknown as Aws;
}

/** The tags of what the played caller has made, as SageMaker and IAM list them. */
export function tagsOf({ stage, caller }: Pick<Aws, "stage" | "caller"> = { caller: CALLER }) {
  return Object.entries(ownTags({ stage, caller })).map(([Key, Value]) => ({ Key, Value }));
}
