/** A role's policies: inline ones (put, get, list, delete) and managed ones (attach, detach, list). */
import { AwsError } from "../errors.ts";
import { required, string, structure } from "../shapes.ts";
import {
  conflict,
  existingRole,
  type IamContext,
  noSuchEntity,
  onRole,
  operation,
  paged,
  paging,
  policyArn,
  policyDocument,
  policyName,
  policySize,
  roleName,
} from "./context.ts";
import { changed, type History, latest, type Role } from "./entities.ts";
import { parsePolicy } from "./policy_document.ts";

const MAX_INLINE_CHARACTERS = 10_240;
const MAX_ATTACHED = 10;

const inline = { RoleName: required(roleName), PolicyName: required(policyName) };
const attachment = structure({ RoleName: required(roleName), PolicyArn: required(policyArn) });

export const putRolePolicy = operation({
  action: "iam:PutRolePolicy",
  input: structure({ ...inline, PolicyDocument: required(policyDocument) }),
  resource: onRole,
  run({ RoleName, PolicyName, PolicyDocument }, iam) {
    const role = existingRole(iam, RoleName);
    parsePolicy(PolicyDocument, "identity");
    const others = inlinePolicies(role).filter(([name]) => name !== PolicyName);
    const size = others.reduce((sum, [, text]) => sum + policySize(text), policySize(PolicyDocument));
    if (size > MAX_INLINE_CHARACTERS) {
      throw conflict(
        "LimitExceeded",
        `Maximum policy size of ${MAX_INLINE_CHARACTERS} bytes exceeded for role ${RoleName}`,
      );
    }
    putInline(iam, role, PolicyName, PolicyDocument);
  },
});

export const getRolePolicy = operation({
  action: "iam:GetRolePolicy",
  input: structure(inline),
  resource: onRole,
  run({ RoleName, PolicyName }, iam) {
    const document = existingInline(existingRole(iam, RoleName), PolicyName);
    return { RoleName, PolicyName, PolicyDocument: encodeURIComponent(document) };
  },
});

export const listRolePolicies = operation({
  action: "iam:ListRolePolicies",
  input: structure({ RoleName: required(roleName), ...paging }),
  resource: onRole,
  run(input, iam) {
    const names = inlinePolicies(existingRole(iam, input.RoleName)).map(([name]) => name);
    const { page, answer } = paged(names, (name) => name, input);
    return { ...answer, PolicyNames: page };
  },
});

export const deleteRolePolicy = operation({
  action: "iam:DeleteRolePolicy",
  input: structure(inline),
  resource: onRole,
  run({ RoleName, PolicyName }, iam) {
    const role = existingRole(iam, RoleName);
    existingInline(role, PolicyName);
    putInline(iam, role, PolicyName, null);
  },
});

export const attachRolePolicy = operation({
  action: "iam:AttachRolePolicy",
  input: attachment,
  resource: onRole,
  run({ RoleName, PolicyArn }, iam) {
    const role = existingRole(iam, RoleName);
    checkArn(PolicyArn);
    if (iam.entities.managedDocument(PolicyArn) === undefined) {
      throw noSuchEntity(`Policy ${PolicyArn} does not exist or is not attachable.`);
    }
    const attached = attachedPolicies(role);
    if (attached.includes(PolicyArn)) return;
    if (attached.length >= MAX_ATTACHED) {
      throw conflict("LimitExceeded", `Cannot exceed quota for PoliciesPerRole: ${MAX_ATTACHED}`);
    }
    putAttached(iam, role, PolicyArn, true);
  },
});

export const detachRolePolicy = operation({
  action: "iam:DetachRolePolicy",
  input: attachment,
  resource: onRole,
  run({ RoleName, PolicyArn }, iam) {
    const role = existingRole(iam, RoleName);
    checkArn(PolicyArn);
    if (!attachedPolicies(role).includes(PolicyArn)) {
      throw noSuchEntity(`Policy ${PolicyArn} was not found.`);
    }
    putAttached(iam, role, PolicyArn, false);
  },
});

export const listAttachedRolePolicies = operation({
  action: "iam:ListAttachedRolePolicies",
  input: structure({ RoleName: required(roleName), PathPrefix: string({ min: 1, max: 512 }), ...paging }),
  resource: onRole,
  run(input, iam) {
    const prefix = input.PathPrefix ?? "/";
    const arns = attachedPolicies(existingRole(iam, input.RoleName))
      .filter((arn) => arn.slice(arn.indexOf("/")).startsWith(prefix));
    const { page, answer } = paged(arns, (arn) => arn, input);
    const AttachedPolicies = page.map((PolicyArn) => ({
      PolicyArn,
      PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf("/") + 1),
    }));
    return { ...answer, AttachedPolicies };
  },
});

/** Names and documents, sorted by name. */
function inlinePolicies({ Inline }: Role): [string, string][] {
  return Object.entries(Inline)
    .map(([name, history]): [string, string | null] => [name, latest(history) ?? null])
    .filter((entry): entry is [string, string] => entry[1] !== null)
    .sort(([a], [b]) => a < b ? -1 : 1);
}

/** ARNs, sorted. */
export function attachedPolicies({ Attached }: Role): string[] {
  return Object.keys(Attached).filter((arn) => latest(Attached[arn])).sort();
}

function putInline(iam: IamContext, role: Role, name: string, document: string | null): void {
  const Inline = { ...role.Inline, [name]: next(iam, role.Inline[name], document) };
  iam.entities.putRole({ ...role, Inline });
}

function putAttached(iam: IamContext, role: Role, arn: string, attached: boolean): void {
  const Attached = { ...role.Attached, [arn]: next(iam, role.Attached[arn], attached) };
  iam.entities.putRole({ ...role, Attached });
}

function next<T>(iam: IamContext, history: History<T> | undefined, value: T): History<T> {
  return changed(history, value, iam.core.now(), iam.effectiveFrom());
}

function existingInline(role: Role, name: string): string {
  const found = inlinePolicies(role).find(([inline]) => inline === name);
  if (found) return found[1];
  throw noSuchEntity(`The role policy with name ${name} cannot be found.`);
}

function checkArn(arn: string): void {
  if (/^arn:[\w-]+:iam::(\d{12}|aws):policy\/.+$/.test(arn)) return;
  throw new AwsError("InvalidInput", `ARN ${arn} is not valid.`);
}
