/** IAM and STS: roles and their policies, authentication and authorization. */
import type { Service } from "../dispatcher.ts";
import { operationsOf } from "../operation.ts";
import type { Access, Core } from "../core.ts";
import { Authentication } from "./authentication.ts";
import { Authorization } from "./authorization.ts";
import * as boundaries from "./boundaries.ts";
import type { IamContext } from "./context.ts";
import { Entities } from "./entities.ts";
import * as managedPolicies from "./managed_policies.ts";
import { iamProtocol, stsProtocol } from "./protocol.ts";
import type { Renaming } from "./renaming.ts";
import * as rolePolicies from "./role_policies.ts";
import * as roles from "./roles.ts";
import { sessionArn, Sessions } from "./sessions.ts";
import * as simulation from "./simulation.ts";
import * as sts from "./sts.ts";

/**
 * @param options.propagationSeconds seconds until new and changed roles and policies take effect
 * @param options.roleDeleted tells the other services that a role is being deleted
 */
export function createIam(
  core: Core,
  options: { propagationSeconds: number; roleDeleted?(rename: Renaming): void },
): { access: Access; services: Service<IamContext>[] } {
  const entities = new Entities(core.store);
  const sessions = new Sessions(core, entities);
  const authorization = new Authorization(core, entities);
  const authentication = new Authentication(core, entities, sessions);
  const context: IamContext = {
    core,
    entities,
    authorization,
    sessions,
    roleDeleted: (rename) => options.roleDeleted?.(rename),
    effectiveFrom: () => core.now() + options.propagationSeconds * 1000,
  };
  return {
    access: {
      account: core.account,
      authenticate: (request, rules, words, door) => authentication.authenticate(request, rules, words, door),
      decide: (principal, permission, region) => authorization.decide(principal, permission, region),
      userId: (principal) => authorization.userId(principal),
      roleId: (roleArn) => entities.roleByArn(roleArn)?.RoleId,
      isAssumable: (roleArn, by) => authorization.isAssumable(roleArn, by),
      assumeRole(roleArn, by, sessionName) {
        const role = entities.roleByArn(roleArn);
        if (!role || !authorization.isAssumable(roleArn, by)) {
          throw new Error(`${by.service} cannot assume the role ${roleArn}`);
        }
        return {
          principal: {
            arn: sessionArn(core, role, sessionName),
            roleName: role.RoleName,
            since: core.now(),
          },
          // Only on demand: most services need the principal alone, and each session is written to the store.
          get credentials() {
            return sessions.forService(role, sessionName);
          },
        };
      },
    },
    services: [
      {
        name: "iam",
        region: "us-east-1",
        protocol: iamProtocol,
        operations: operationsOf(roles, rolePolicies, boundaries, managedPolicies, simulation),
        context,
        start: () => sessions.expire(),
      },
      { name: "sts", protocol: stsProtocol, operations: operationsOf(sts), context },
    ],
  };
}
