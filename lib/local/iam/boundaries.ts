/** Permissions boundaries of roles: the managed policy that says what a role may do at most. */
import { required, structure } from "../shapes.ts";
import {
  existingRole,
  type IamContext,
  noSuchEntity,
  onRole,
  operation,
  policyArn,
  roleName,
} from "./context.ts";

type Bounded = { readonly PermissionsBoundary?: string };

export const putRolePermissionsBoundary = operation({
  action: "iam:PutRolePermissionsBoundary",
  input: structure({ RoleName: required(roleName), PermissionsBoundary: required(policyArn) }),
  resource: onRole,
  conditions: boundaryConditions,
  run({ RoleName, PermissionsBoundary }, iam) {
    const role = existingRole(iam, RoleName);
    checkBoundary(iam, PermissionsBoundary);
    iam.entities.putRole({ ...role, Boundary: PermissionsBoundary });
  },
});

export const deleteRolePermissionsBoundary = operation({
  action: "iam:DeleteRolePermissionsBoundary",
  input: structure({ RoleName: required(roleName) }),
  resource: onRole,
  run({ RoleName }, iam) {
    const { Boundary, ...role } = existingRole(iam, RoleName);
    if (Boundary === undefined) {
      throw noSuchEntity(`The role with name ${RoleName} has no permissions boundary.`);
    }
    iam.entities.putRole(role);
  },
});

/** An operation's `conditions`: policies can ask for a boundary. */
export function boundaryConditions({ PermissionsBoundary: arn }: Bounded): Record<string, string> {
  return arn === undefined ? {} : { "iam:PermissionsBoundary": arn };
}

/** @throws AwsError NoSuchEntity */
export function checkBoundary({ entities }: IamContext, arn: string): void {
  if (entities.managedDocument(arn) !== undefined) return;
  throw noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`);
}

/** How many roles have the policy as their boundary. */
export function boundaryUses({ entities }: IamContext, arn: string): number {
  return entities.roles.list().filter(({ Boundary }) => Boundary === arn).length;
}
