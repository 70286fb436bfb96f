/** IAM and STS: roles and their policies, who a request is from, and what it may do. */
import type { Core, Iam } from "../services.ts";
import { Authentication } from "./authentication.ts";
import { Authorization, userId } from "./authorization.ts";
import type { IamContext } from "./context.ts";
import { Entities } from "./entities.ts";
import { managedPolicyOperations } from "./managed_policies.ts";
import { query } from "./query.ts";
import { rolePolicyOperations } from "./role_policies.ts";
import { roleOperations } from "./roles.ts";
import { sessionArn, Sessions } from "./sessions.ts";
import { stsOperations } from "./sts.ts";

/** @param options.propagationSeconds how long new and changed roles and policies take to be effective */
export function createIam(core: Core, options: { propagationSeconds: number }): Iam {
  const entities = new Entities(core.store);
  const iam: IamContext = {
    core,
    entities,
    effectiveFrom: () => core.now() + options.propagationSeconds * 1000,
  };
  const sessions = new Sessions(core, entities);
  const authorization = new Authorization(core, entities);
  const authentication = new Authentication(core, entities, sessions);
  const services = [
    {
      xmlns: "https://iam.amazonaws.com/doc/2010-05-08/",
      operations: { ...roleOperations(iam), ...rolePolicyOperations(iam), ...managedPolicyOperations(iam) },
    },
    {
      xmlns: "https://sts.amazonaws.com/doc/2011-06-15/",
      operations: stsOperations(iam, authorization, sessions),
    },
  ];

  return {
    handle: (call) => query(services, call),
    start: () => sessions.expire(),
    authenticate: (request) => authentication.authenticate(request),
    authorize: (principal, action, resource, context, resourcePolicy) =>
      authorization.authorize(principal, action, resource, context, { resourcePolicy }),
    allowsService: (service, action, resource, resourcePolicy, context) =>
      authorization.allowsService(service, action, resource, resourcePolicy, context),
    userId: ({ roleName, arn }) =>
      userId({ arn }, roleName === undefined ? undefined : entities.role(roleName), core.account),
    authorizePassRole: (principal, roleArn, service) =>
      authorization.authorizePassRole(principal, roleArn, service),
    isAssumable: (roleArn, by) => authorization.isAssumable(roleArn, by),
    assumeRole(roleArn, by, sessionName) {
      const role = entities.roleByArn(roleArn);
      if (!role || !authorization.isAssumable(roleArn, by)) {
        throw new Error(`${by.service} cannot assume the role ${roleArn}`);
      }
      return {
        principal: { arn: sessionArn(core, role, sessionName), roleName: role.RoleName },
        // Made when asked for: most services act by the principal alone, and keys are kept in the store.
        get credentials() {
          return sessions.forService(role, sessionName);
        },
      };
    },
  };
}
