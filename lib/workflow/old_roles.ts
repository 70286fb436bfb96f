/**
 * The roles of earlier versions, which had one name for all regions and stages of an account. Deploying replaces them by the
 * deployment's own roles; they are removed when nothing uses them any more.
 */
import type { Role } from "@aws-sdk/client-iam";
import { type Aws, awsCli } from "../aws/clients.ts";
import { byKey, isOldRole } from "../aws/ownership.ts";
import { OLD_ROLE_NAMES } from "../names.ts";
import { describeEndpoint, servedBy } from "../training/describe_endpoint.ts";
import { FUNCTION_KEYS, settled } from "./functions.ts";
import type { OnReport, ResourceReport } from "./report.ts";
import { getRole, removeRole } from "./roles.ts";
import { describe } from "./state_machine.ts";

/** A role that was used elsewhere within this time is taken to be in use. */
const IN_USE_DAYS = 30;

/** The roles of an earlier version that are still there. A deployment with a stage has no predecessor. */
export async function findOldRoles(aws: Aws): Promise<Role[]> {
  if (aws.stage !== undefined) return [];
  const roles = await Promise.all(Object.values(OLD_ROLE_NAMES).map((name) => getRole(aws, name)));
  return roles.filter((role) => role !== undefined).filter(({ Tags }) => isOldRole(byKey(Tags)));
}

/** What deploy and status say of them. */
export async function oldRoleReports(aws: Aws): Promise<ResourceReport[]> {
  return (await findOldRoles(aws)).map(({ RoleName = "" }) => ({
    kind: "old role",
    name: RoleName,
    state: "of an earlier version, shared by all regions; when each region has been deployed anew, " +
      '"deno task destroy --old-names" removes it',
  }));
}

/** Removes the roles of earlier versions, except those that are in use. Returns whether none is left. */
export async function removeOldRoles(aws: Aws, onReport: OnReport): Promise<boolean> {
  const roles = await findOldRoles(aws);
  const used = await rolesInUse(aws);
  let left = 0;
  for (const { RoleName = "", Arn = "", RoleLastUsed } of roles) {
    const user = used.get(Arn) ?? userElsewhere(aws, RoleLastUsed);
    if (user) left++;
    else await removeRole(aws, RoleName);
    onReport({ kind: "old role", name: RoleName, state: user ? `kept: ${user}` : "removed" });
  }
  return left === 0;
}

/** By role ARN: what of this region uses it, and what to do about it. */
async function rolesInUse(aws: Aws): Promise<Map<string, string>> {
  const used = new Map<string, string>();
  const deploy = 'run "deno task deploy" first';
  for (const key of FUNCTION_KEYS) {
    const found = await settled(aws, aws.names.functions[key]);
    if (found?.Role) used.set(found.Role, `the function ${found.FunctionName} uses it; ${deploy}`);
  }
  const machine = await describe(aws);
  if (machine) used.set(machine.roleArn!, `the state machine ${machine.name} uses it; ${deploy}`);
  const endpoint = await describeEndpoint(aws, aws.names.endpoint);
  for (const { ExecutionRoleArn } of (endpoint && await servedBy(aws, endpoint))?.models ?? []) {
    used.set(
      ExecutionRoleArn!,
      `the endpoint ${endpoint!.EndpointName} uses it; run notebook 2, or "deno task destroy", first`,
    );
  }
  return used;
}

/** IAM tells in which region a role was used last, some hours late. */
function userElsewhere(aws: Aws, used: Role["RoleLastUsed"]): string | undefined {
  const { LastUsedDate, Region } = used ?? {};
  if (!LastUsedDate || Region === aws.region) return undefined;
  if (Date.now() - LastUsedDate.getTime() > IN_USE_DAYS * 86_400_000) return undefined;
  return `it was used in ${Region} on ${
    LastUsedDate.toISOString().slice(0, 10)
  }; run "deno task deploy" there, or ` +
    `"${awsCli(aws)} iam delete-role" if that deployment is gone`;
}
