/** Roles: create, read, update, list, delete, tag. */
import { operation } from "../protocols.ts";
import { list, notSupported, required, string, structure } from "../shapes.ts";
import { AwsError } from "../errors.ts";
import {
  authorize,
  boundedNumber,
  conflict,
  description,
  existingRole,
  type IamContext,
  isoTime,
  paged,
  paging,
  path,
  policyDocument,
  policySize,
  roleArn,
  roleName,
  tagKey,
  tags,
} from "./context.ts";
import { changed, latest, type Role, uniqueId } from "./entities.ts";
import { parsePolicy } from "./policy_document.ts";

const MAX_TRUST_CHARACTERS = 2048;
const sessionDuration = string({ pattern: /\d{1,9}/ });
const named = structure({ RoleName: required(roleName) });

export function roleOperations(iam: IamContext) {
  const { core, entities } = iam;
  /** Authorises, finds the role, stores what `change` makes of it. */
  const update = (
    call: Parameters<typeof authorize>[1],
    action: string,
    name: string,
    change: (role: Role) => Role,
  ) => {
    authorize(iam, call, `iam:${action}`, roleArn(iam, name));
    const role = change(existingRole(iam, name));
    entities.putRole(role);
    return role;
  };

  return {
    CreateRole: operation(
      structure({
        RoleName: required(roleName),
        AssumeRolePolicyDocument: required(policyDocument),
        Path: path,
        Description: description,
        MaxSessionDuration: sessionDuration,
        PermissionsBoundary: notSupported(),
        Tags: tags,
      }),
      (input, call) => {
        const { RoleName, Path = "/", Description, Tags = [] } = input;
        const MaxSessionDuration = duration(input.MaxSessionDuration);
        const Arn = `arn:aws:iam::${core.account}:role${Path}${RoleName}`;
        authorize(iam, call, "iam:CreateRole", Arn);
        if (entities.role(RoleName)) {
          throw conflict("EntityAlreadyExists", `Role with name ${RoleName} already exists.`);
        }
        checkTrust(iam, input.AssumeRolePolicyDocument);
        const role: Role = {
          RoleName,
          RoleId: uniqueId("AROA", 21),
          Path,
          Arn,
          CreateDate: core.now(),
          Description,
          MaxSessionDuration,
          Tags,
          Trust: [{ from: iam.effectiveFrom(), value: input.AssumeRolePolicyDocument }],
          Inline: {},
          Attached: {},
        };
        entities.putRole(role);
        const { MaxSessionDuration: _, ...created } = describeRole(role);
        return { Role: created };
      },
    ),

    GetRole: operation(named, ({ RoleName }, call) => {
      authorize(iam, call, "iam:GetRole", roleArn(iam, RoleName));
      return { Role: { ...describeRole(existingRole(iam, RoleName)), RoleLastUsed: {} } };
    }),

    ListRoles: operation(
      structure({ PathPrefix: string({ min: 1, max: 512, pattern: /\/[\u0021-\u007F]*/ }), ...paging }),
      (input, call) => {
        authorize(iam, call, "iam:ListRoles", `arn:aws:iam::${core.account}:role/`);
        const matching = entities.roles.list().filter(({ Path }) => Path.startsWith(input.PathPrefix ?? "/"));
        const { page, answer } = paged(matching, input);
        return {
          ...answer,
          Roles: { member: page.map((role) => ({ ...describeRole(role), Tags: undefined })) },
        };
      },
    ),

    UpdateRole: operation(
      structure({
        RoleName: required(roleName),
        Description: description,
        MaxSessionDuration: sessionDuration,
      }),
      ({ RoleName, Description, ...input }, call) => {
        const { MaxSessionDuration: asked } = input;
        const MaxSessionDuration = asked === undefined ? undefined : duration(asked);
        update(call, "UpdateRole", RoleName, (role) => ({
          ...role,
          Description: Description ?? role.Description,
          MaxSessionDuration: MaxSessionDuration ?? role.MaxSessionDuration,
        }));
      },
    ),

    UpdateAssumeRolePolicy: operation(
      structure({ RoleName: required(roleName), PolicyDocument: required(policyDocument) }),
      ({ RoleName, PolicyDocument }, call) => {
        update(call, "UpdateAssumeRolePolicy", RoleName, (role) => {
          checkTrust(iam, PolicyDocument);
          return { ...role, Trust: changed(role.Trust, PolicyDocument, core.now(), iam.effectiveFrom()) };
        });
      },
    ),

    DeleteRole: operation(named, ({ RoleName }, call) => {
      authorize(iam, call, "iam:DeleteRole", roleArn(iam, RoleName));
      const role = existingRole(iam, RoleName);
      if (Object.values(role.Attached).some(latest)) {
        throw conflict("DeleteConflict", "Cannot delete entity, must detach all policies first.");
      }
      if (Object.values(role.Inline).some((history) => latest(history) !== null)) {
        throw conflict("DeleteConflict", "Cannot delete entity, must delete policies first.");
      }
      entities.roles.delete(RoleName.toLowerCase());
    }),

    TagRole: operation(
      structure({ RoleName: required(roleName), Tags: required(tags) }),
      ({ RoleName, Tags }, call) => {
        update(call, "TagRole", RoleName, (role) => {
          const kept = role.Tags.filter(({ Key }) => !Tags.some((tag) => tag.Key === Key));
          if (kept.length + Tags.length > 50) {
            throw conflict("LimitExceeded", "The number of tags has reached the maximum limit.");
          }
          return { ...role, Tags: [...kept, ...Tags] };
        });
      },
    ),

    UntagRole: operation(
      structure({
        RoleName: required(roleName),
        TagKeys: required(list(tagKey, { max: 50 })),
      }),
      ({ RoleName, TagKeys }, call) => {
        update(call, "UntagRole", RoleName, (role) => ({
          ...role,
          Tags: role.Tags.filter(({ Key }) => !TagKeys.includes(Key)),
        }));
      },
    ),

    ListRoleTags: operation(structure({ RoleName: required(roleName), ...paging }), (input, call) => {
      authorize(iam, call, "iam:ListRoleTags", roleArn(iam, input.RoleName));
      const { page, answer } = paged(existingRole(iam, input.RoleName).Tags, input);
      return { ...answer, Tags: { member: page } };
    }),
  };
}

function checkTrust({ core, entities }: IamContext, document: string): void {
  const { Statement } = parsePolicy(document, "trust");
  if (policySize(document) > MAX_TRUST_CHARACTERS) {
    throw conflict("LimitExceeded", `Cannot exceed quota for ACLSizePerRole: ${MAX_TRUST_CHARACTERS}`);
  }
  const ours = `arn:aws:iam::${core.account}:`;
  for (const name of Statement.flatMap(({ Principal }) => Principal?.AWS ?? [])) {
    const missing = name.startsWith(`${ours}role/`)
      ? !entities.roleByArn(name)
      : name.startsWith(`${ours}user/`);
    if (missing) {
      throw new AwsError("MalformedPolicyDocument", `Invalid principal in policy: "AWS":"${name}"`);
    }
  }
}

/** Seconds. */
function duration(text = "3600"): number {
  return boundedNumber(text, "maxSessionDuration", 3600, 43_200);
}

function describeRole(role: Role) {
  const { Path, RoleName, RoleId, Arn, CreateDate, Description, MaxSessionDuration, Tags } = role;
  return {
    Path,
    RoleName,
    RoleId,
    Arn,
    CreateDate: isoTime(CreateDate),
    AssumeRolePolicyDocument: encodeURIComponent(latest(role.Trust)!),
    Description,
    MaxSessionDuration,
    Tags: Tags.length > 0 ? { member: Tags } : undefined,
  };
}
