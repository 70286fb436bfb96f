/**
 * The rules in EventBridge by which Step Functions learns that jobs of `.sync` tasks have ended. The machine's role creates
 * them, so AWS refuses a machine whose role may not. There are no rules here: only the permission is checked.
 * Source: https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html
 */
import type { Core } from "../core.ts";
import { AwsError } from "../errors.ts";
import { resourceOf } from "./integrations/resource.ts";
import type { Machine } from "./language/asl.ts";
import { assumer } from "./machines.ts";

const ACTIONS = ["events:PutTargets", "events:PutRule", "events:DescribeRule"];

/** @param roleArn of a role that Step Functions can assume @throws AwsError AccessDeniedException */
export function requireManagedRules(
  core: Core,
  definition: string,
  roleArn: string,
  machineArn: string,
): void {
  const rules = new Set(rulesOf(JSON.parse(definition)));
  if (rules.size === 0) return;
  const { principal } = core.iam.assumeRole(roleArn, assumer(machineArn), "managed-rule");
  for (const rule of rules) {
    const resource = `arn:aws:events:${core.region}:${core.account}:rule/${rule}`;
    const isDenied = ACTIONS.some((action) =>
      core.iam.decide(principal, { action, resource }, core.region) !== undefined
    );
    if (isDenied) {
      throw new AwsError("AccessDeniedException", `'${roleArn}' is not authorized to create managed-rule.`);
    }
  }
}

/** The rules for the tasks of a valid machine, and of the machines within. */
function rulesOf({ States }: Machine): string[] {
  return Object.values(States).flatMap((state) => {
    if (state.Type === "Parallel") return state.Branches.flatMap(rulesOf);
    if (state.Type === "Map") return rulesOf((state.ItemProcessor ?? state.Iterator)!);
    const resource = state.Type === "Task" ? resourceOf(state.Resource) : undefined;
    if (resource?.kind !== "service" || !resource.pattern.startsWith(".sync")) return [];
    return resource.integration.managedRule ?? [];
  });
}
