/** Roles: create, get, list, update, delete, tag. */
import { isDeepStrictEqual } from "node:util";
import { AwsError } from "../errors.ts";
import { integer, list, required, structure } from "../shapes.ts";
import { boundaryConditions, checkBoundary } from "./boundaries.ts";
import {
  checkTags,
  conflict,
  description,
  existingRole,
  type IamContext,
  isoTime,
  onRole,
  operation,
  paged,
  paging,
  path,
  pathPrefix,
  policyArn,
  policyDocument,
  policySize,
  roleName,
  tagKey,
  tags,
} from "./context.ts";
import { changed, latest, type Role, uniqueId } from "./entities.ts";
import { parsePolicy } from "./policy_document.ts";
import { renaming } from "./renaming.ts";

const MAX_TRUST_CHARACTERS = 2048;
/** In seconds. */
const sessionDuration = integer({ min: 3600, max: 43_200 });
const named = structure({ RoleName: required(roleName) });

export const createRole = operation({
  action: "iam:CreateRole",
  tagging: "iam:TagRole",
  input: structure({
    RoleName: required(roleName),
    AssumeRolePolicyDocument: required(policyDocument),
    Path: path,
    Description: description,
    MaxSessionDuration: sessionDuration,
    PermissionsBoundary: policyArn,
    Tags: tags,
  }),
  resource: newRoleArn,
  conditions: boundaryConditions,
  run(input, iam) {
    const { RoleName, Path = "/", Description, MaxSessionDuration = 3600, Tags = [], PermissionsBoundary } =
      input;
    const { core, entities } = iam;
    if (entities.role(RoleName)) {
      throw conflict("EntityAlreadyExists", `Role with name ${RoleName} already exists.`);
    }
    checkTags(Tags);
    checkTrust(iam, input.AssumeRolePolicyDocument);
    if (PermissionsBoundary) checkBoundary(iam, PermissionsBoundary);
    const role: Role = {
      RoleName,
      RoleId: uniqueId("AROA", 21),
      Path,
      Arn: newRoleArn(input, iam),
      CreateDate: core.now(),
      Description,
      MaxSessionDuration,
      Tags,
      Trust: [{ from: iam.effectiveFrom(), value: input.AssumeRolePolicyDocument }],
      Inline: {},
      Attached: {},
      Boundary: PermissionsBoundary,
    };
    entities.putRole(role);
    const { MaxSessionDuration: _, ...created } = describeRole(role);
    return { Role: created };
  },
});

export const getRole = operation({
  action: "iam:GetRole",
  input: named,
  resource: onRole,
  run: ({ RoleName }, iam) => ({ Role: { ...describeRole(existingRole(iam, RoleName)), RoleLastUsed: {} } }),
});

export const listRoles = operation({
  action: "iam:ListRoles",
  input: structure({ PathPrefix: pathPrefix, ...paging }),
  resource: (_input, { core }) => `arn:aws:iam::${core.account}:role/`,
  run(input, { entities }) {
    const matching = entities.roles.list().filter(({ Path }) => Path.startsWith(input.PathPrefix ?? "/"));
    const { page, answer } = paged(matching, ({ RoleName }) => RoleName.toLowerCase(), input);
    return {
      ...answer,
      Roles: page.map((role) => ({ ...describeRole(role), Tags: undefined, PermissionsBoundary: undefined })),
    };
  },
});

export const updateRole = operation({
  action: "iam:UpdateRole",
  input: structure({
    RoleName: required(roleName),
    Description: description,
    MaxSessionDuration: sessionDuration,
  }),
  resource: onRole,
  run({ RoleName, Description, MaxSessionDuration }, iam) {
    const role = existingRole(iam, RoleName);
    iam.entities.putRole({
      ...role,
      Description: Description ?? role.Description,
      MaxSessionDuration: MaxSessionDuration ?? role.MaxSessionDuration,
    });
    return {};
  },
});

export const updateAssumeRolePolicy = operation({
  action: "iam:UpdateAssumeRolePolicy",
  input: structure({ RoleName: required(roleName), PolicyDocument: required(policyDocument) }),
  resource: onRole,
  run({ RoleName, PolicyDocument }, iam) {
    const role = existingRole(iam, RoleName);
    checkTrust(iam, PolicyDocument);
    const Trust = changed(role.Trust, PolicyDocument, iam.core.now(), iam.effectiveFrom());
    iam.entities.putRole({ ...role, Trust });
  },
});

export const deleteRole = operation({
  action: "iam:DeleteRole",
  input: named,
  resource: onRole,
  run({ RoleName }, iam) {
    const role = existingRole(iam, RoleName);
    if (Object.values(role.Attached).some(latest)) {
      throw conflict("DeleteConflict", "Cannot delete entity, must detach all policies first.");
    }
    if (Object.values(role.Inline).some((history) => latest(history) !== null)) {
      throw conflict("DeleteConflict", "Cannot delete entity, must delete policies first.");
    }
    const rename = renaming(role.Arn, role.RoleId);
    iam.roleDeleted(rename);
    iam.core.store.transaction(() => {
      for (const other of iam.entities.roles.list()) {
        const Trust = other.Trust.map(({ from, value }) => ({ from, value: rename(value) }));
        if (!isDeepStrictEqual(Trust, other.Trust)) iam.entities.putRole({ ...other, Trust });
      }
      iam.entities.roles.delete(RoleName.toLowerCase());
    });
  },
});

export const tagRole = operation({
  action: "iam:TagRole",
  input: structure({ RoleName: required(roleName), Tags: required(tags) }),
  resource: onRole,
  run({ RoleName, Tags }, iam) {
    const role = existingRole(iam, RoleName);
    checkTags(Tags);
    const kept = role.Tags.filter(({ Key }) => !Tags.some((tag) => tag.Key === Key));
    if (kept.length + Tags.length > 50) {
      throw conflict("LimitExceeded", "The number of tags has reached the maximum limit.");
    }
    iam.entities.putRole({ ...role, Tags: [...kept, ...Tags] });
  },
});

export const untagRole = operation({
  action: "iam:UntagRole",
  input: structure({ RoleName: required(roleName), TagKeys: required(list(tagKey, { max: 50 })) }),
  resource: onRole,
  run({ RoleName, TagKeys }, iam) {
    const role = existingRole(iam, RoleName);
    iam.entities.putRole({ ...role, Tags: role.Tags.filter(({ Key }) => !TagKeys.includes(Key)) });
  },
});

export const listRoleTags = operation({
  action: "iam:ListRoleTags",
  input: structure({ RoleName: required(roleName), ...paging }),
  resource: onRole,
  run(input, iam) {
    const { page, answer } = paged(existingRole(iam, input.RoleName).Tags, ({ Key }) => Key, input);
    return { ...answer, Tags: page };
  },
});

function newRoleArn({ RoleName, Path = "/" }: { RoleName: string; Path?: string }, { core }: IamContext) {
  return `arn:aws:iam::${core.account}:role${Path}${RoleName}`;
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
      : /^A(IDA|ROA)/.test(name)
      ? !entities.roles.list().some(({ RoleId }) => RoleId === name)
      : name.startsWith(`${ours}user/`);
    if (missing) {
      throw new AwsError("MalformedPolicyDocument", `Invalid principal in policy: "AWS":"${name}"`);
    }
  }
}

function describeRole(role: Role) {
  const { Path, RoleName, RoleId, Arn, CreateDate, Description, MaxSessionDuration, Tags, Boundary } = role;
  return {
    Path,
    RoleName,
    RoleId,
    Arn,
    CreateDate: isoTime(CreateDate),
    AssumeRolePolicyDocument: encodeURIComponent(latest(role.Trust)!),
    Description,
    MaxSessionDuration,
    PermissionsBoundary: Boundary === undefined
      ? undefined
      : { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: Boundary },
    Tags: Tags.length > 0 ? Tags : undefined,
  };
}
