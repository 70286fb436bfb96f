/** What a role may do: inline policies put, read, deleted; managed policies attached and detached. */
import { AwsError } from "../errors.ts";
import { operation } from "../protocols.ts";
import type { Call } from "../services.ts";
import { required, string, structure } from "../shapes.ts";
import {
  authorize,
  conflict,
  existingRole,
  type IamContext,
  managedDocument,
  noSuchEntity,
  paged,
  paging,
  policyArn,
  policyDocument,
  policyName,
  policySize,
  roleArn,
  roleName,
} from "./context.ts";
import { changed, type History, latest, type Role } from "./entities.ts";
import { parsePolicy } from "./policy_document.ts";

const MAX_INLINE_CHARACTERS = 10_240;
const MAX_ATTACHED = 10;

const inline = { RoleName: required(roleName), PolicyName: required(policyName) };
const attachment = structure({ RoleName: required(roleName), PolicyArn: required(policyArn) });

export function rolePolicyOperations(iam: IamContext) {
  const { core, entities } = iam;
  const authorizedRole = (call: Call, action: string, name: string) => {
    authorize(iam, call, `iam:${action}`, roleArn(iam, name));
    return existingRole(iam, name);
  };
  const next = <T>(history: History<T> | undefined, value: T) =>
    changed(history, value, core.now(), iam.effectiveFrom());
  const putInline = (role: Role, name: string, document: string | null) =>
    entities.putRole({ ...role, Inline: { ...role.Inline, [name]: next(role.Inline[name], document) } });
  const putAttached = (role: Role, arn: string, attached: boolean) =>
    entities.putRole({ ...role, Attached: { ...role.Attached, [arn]: next(role.Attached[arn], attached) } });

  return {
    PutRolePolicy: operation(
      structure({ ...inline, PolicyDocument: required(policyDocument) }),
      ({ RoleName, PolicyName, PolicyDocument }, call) => {
        const role = authorizedRole(call, "PutRolePolicy", RoleName);
        parsePolicy(PolicyDocument, "identity");
        const others = inlinePolicies(role).filter(([name]) => name !== PolicyName);
        const size = others.reduce((sum, [, text]) => sum + policySize(text), policySize(PolicyDocument));
        if (size > MAX_INLINE_CHARACTERS) {
          throw conflict(
            "LimitExceeded",
            `Maximum policy size of ${MAX_INLINE_CHARACTERS} bytes exceeded for role ${RoleName}`,
          );
        }
        putInline(role, PolicyName, PolicyDocument);
      },
    ),

    GetRolePolicy: operation(structure(inline), ({ RoleName, PolicyName }, call) => {
      const role = authorizedRole(call, "GetRolePolicy", RoleName);
      const PolicyDocument = encodeURIComponent(existingInline(role, PolicyName));
      return { RoleName, PolicyName, PolicyDocument };
    }),

    ListRolePolicies: operation(structure({ RoleName: required(roleName), ...paging }), (input, call) => {
      const role = authorizedRole(call, "ListRolePolicies", input.RoleName);
      const { page, answer } = paged(inlinePolicies(role), input);
      return { ...answer, PolicyNames: { member: page.map(([name]) => name) } };
    }),

    DeleteRolePolicy: operation(structure(inline), ({ RoleName, PolicyName }, call) => {
      const role = authorizedRole(call, "DeleteRolePolicy", RoleName);
      existingInline(role, PolicyName);
      putInline(role, PolicyName, null);
    }),

    AttachRolePolicy: operation(attachment, ({ RoleName, PolicyArn }, call) => {
      const role = authorizedRole(call, "AttachRolePolicy", RoleName);
      checkArn(PolicyArn);
      if (managedDocument(iam, PolicyArn) === undefined) {
        throw noSuchEntity(`Policy ${PolicyArn} does not exist or is not attachable.`);
      }
      const attached = attachedPolicies(role);
      if (attached.includes(PolicyArn)) return;
      if (attached.length >= MAX_ATTACHED) {
        throw conflict("LimitExceeded", `Cannot exceed quota for PoliciesPerRole: ${MAX_ATTACHED}`);
      }
      putAttached(role, PolicyArn, true);
    }),

    DetachRolePolicy: operation(attachment, ({ RoleName, PolicyArn }, call) => {
      const role = authorizedRole(call, "DetachRolePolicy", RoleName);
      checkArn(PolicyArn);
      if (!attachedPolicies(role).includes(PolicyArn)) {
        throw noSuchEntity(`Policy ${PolicyArn} was not found.`);
      }
      putAttached(role, PolicyArn, false);
    }),

    ListAttachedRolePolicies: operation(
      structure({ RoleName: required(roleName), PathPrefix: string({ min: 1, max: 512 }), ...paging }),
      (input, call) => {
        const role = authorizedRole(call, "ListAttachedRolePolicies", input.RoleName);
        const prefix = input.PathPrefix ?? "/";
        const arns = attachedPolicies(role).filter((arn) => arn.slice(arn.indexOf("/")).startsWith(prefix));
        const { page, answer } = paged(arns, input);
        const member = page.map((PolicyArn) => ({
          PolicyArn,
          PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf("/") + 1),
        }));
        return { ...answer, AttachedPolicies: { member } };
      },
    ),
  };
}

/** Names and documents, in order of name. */
function inlinePolicies({ Inline }: Role): [string, string][] {
  return Object.entries(Inline)
    .map(([name, history]): [string, string | null] => [name, latest(history) ?? null])
    .filter((entry): entry is [string, string] => entry[1] !== null)
    .sort(([a], [b]) => a < b ? -1 : 1);
}

/** ARNs, in order. */
export function attachedPolicies({ Attached }: Role): string[] {
  return Object.keys(Attached).filter((arn) => latest(Attached[arn])).sort();
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
