/** Managed policies: create, get, list, delete. Policies have a single version. */
import { boolean, required, string, structure } from "../shapes.ts";
import { AWS_MANAGED_POLICIES } from "./aws_managed_policies.ts";
import {
  checkTags,
  conflict,
  description,
  type IamContext,
  isoTime,
  noSuchEntity,
  operation,
  paged,
  paging,
  path,
  policyArn,
  policyDocument,
  policyName,
  policySize,
  tags,
} from "./context.ts";
import { boundaryUses } from "./boundaries.ts";
import { type ManagedPolicy, uniqueId } from "./entities.ts";
import { parsePolicy } from "./policy_document.ts";
import { attachedPolicies } from "./role_policies.ts";

const MAX_POLICY_CHARACTERS = 6144;
const VERSION = "v1";
const byArn = structure({ PolicyArn: required(policyArn) });
const onPolicy = ({ PolicyArn }: { PolicyArn: string }) => PolicyArn;

export const createPolicy = operation({
  action: "iam:CreatePolicy",
  tagging: "iam:TagPolicy",
  input: structure({
    PolicyName: required(policyName),
    PolicyDocument: required(policyDocument),
    Path: path,
    Description: description,
    Tags: tags,
  }),
  resource: newPolicyArn,
  run(input, iam) {
    const { PolicyName, PolicyDocument, Path = "/", Description, Tags = [] } = input;
    const { core, entities } = iam;
    checkTags(Tags);
    const same = entities.policies.list().some((policy) =>
      policy.PolicyName.toLowerCase() === PolicyName.toLowerCase()
    );
    if (same) {
      throw conflict(
        "EntityAlreadyExists",
        `A policy called ${PolicyName} already exists. Duplicate names are not allowed.`,
      );
    }
    parsePolicy(PolicyDocument, "identity");
    if (policySize(PolicyDocument) > MAX_POLICY_CHARACTERS) {
      throw conflict("LimitExceeded", `Cannot exceed quota for PolicySize: ${MAX_POLICY_CHARACTERS}`);
    }
    const policy: ManagedPolicy = {
      PolicyName,
      PolicyId: uniqueId("ANPA", 21),
      Path,
      Arn: newPolicyArn(input, iam),
      CreateDate: core.now(),
      Description,
      Tags,
      Document: PolicyDocument,
    };
    entities.policies.put(policy.Arn, policy);
    return { Policy: { ...describe(iam, policy), Tags: Tags.length > 0 ? Tags : undefined } };
  },
});

export const getPolicy = operation({
  action: "iam:GetPolicy",
  input: byArn,
  resource: onPolicy,
  run({ PolicyArn }, iam) {
    const policy = existing(iam, PolicyArn);
    const { Description, Tags } = policy;
    return { Policy: { ...describe(iam, policy), Description, Tags } };
  },
});

export const getPolicyVersion = operation({
  action: "iam:GetPolicyVersion",
  input: structure({
    PolicyArn: required(policyArn),
    VersionId: required(string({ pattern: /v[1-9]\d*(\..*)?/ })),
  }),
  resource: onPolicy,
  run({ PolicyArn, VersionId }, iam) {
    const policy = existing(iam, PolicyArn);
    if (VersionId !== VERSION) {
      throw noSuchEntity(`Policy ${PolicyArn} version ${VersionId} does not exist or is not attachable.`);
    }
    return { PolicyVersion: { Document: encodeURIComponent(policy.Document), ...versionOf(policy) } };
  },
});

export const listPolicyVersions = operation({
  action: "iam:ListPolicyVersions",
  input: structure({ PolicyArn: required(policyArn), ...paging }),
  resource: onPolicy,
  run(input, iam) {
    const versions = [versionOf(existing(iam, input.PolicyArn))];
    const { page, answer } = paged(versions, ({ VersionId }) => VersionId, input);
    return { ...answer, Versions: page };
  },
});

export const listPolicies = operation({
  action: "iam:ListPolicies",
  input: structure({
    Scope: string({ values: ["All", "AWS", "Local"] }),
    OnlyAttached: boolean(),
    PathPrefix: string({ min: 1, max: 512 }),
    PolicyUsageFilter: string({ values: ["PermissionsPolicy"] }),
    ...paging,
  }),
  resource: (_input, { core }) => `arn:aws:iam::${core.account}:policy/`,
  run(input, iam) {
    const { Scope = "All", PathPrefix = "/", OnlyAttached = false } = input;
    const policies = [
      ...Scope === "AWS" ? [] : iam.entities.policies.list(),
      ...Scope === "Local" ? [] : [...AWS_MANAGED_POLICIES.keys()].map((arn) => awsManaged(arn)!),
    ].filter(({ Path, Arn }) => Path.startsWith(PathPrefix) && (!OnlyAttached || attachments(iam, Arn) > 0));
    const { page, answer } = paged(policies, ({ Arn }) => Arn, input);
    return { ...answer, Policies: page.map((policy) => describe(iam, policy)) };
  },
});

export const deletePolicy = operation({
  action: "iam:DeletePolicy",
  input: byArn,
  resource: onPolicy,
  run({ PolicyArn }, iam) {
    if (!iam.entities.policies.has(PolicyArn)) throw notFound(PolicyArn);
    if (attachments(iam, PolicyArn) + boundaryUses(iam, PolicyArn) > 0) {
      throw conflict("DeleteConflict", "Cannot delete a policy attached to entities.");
    }
    iam.entities.policies.delete(PolicyArn);
  },
});

function newPolicyArn(
  { PolicyName, Path = "/" }: { PolicyName: string; Path?: string },
  { core }: IamContext,
) {
  return `arn:aws:iam::${core.account}:policy${Path}${PolicyName}`;
}

function existing({ entities }: IamContext, arn: string): ManagedPolicy {
  const found = entities.policies.get(arn) ?? awsManaged(arn);
  if (found) return found;
  throw notFound(arn);
}

function notFound(arn: string) {
  return noSuchEntity(`Policy ${arn} was not found.`);
}

function attachments({ entities }: IamContext, arn: string): number {
  return entities.roles.list().filter((role) => attachedPolicies(role).includes(arn)).length;
}

function versionOf({ CreateDate }: ManagedPolicy) {
  return { VersionId: VERSION, IsDefaultVersion: true, CreateDate: isoTime(CreateDate) };
}

/** For all answers but GetPolicy's, which alone has the description (AWS, the data type Policy). */
function describe(iam: IamContext, policy: ManagedPolicy) {
  return {
    PolicyName: policy.PolicyName,
    PolicyId: policy.PolicyId,
    Arn: policy.Arn,
    Path: policy.Path,
    DefaultVersionId: VERSION,
    AttachmentCount: attachments(iam, policy.Arn),
    PermissionsBoundaryUsageCount: boundaryUses(iam, policy.Arn),
    IsAttachable: true,
    CreateDate: isoTime(policy.CreateDate),
    UpdateDate: isoTime(policy.CreateDate),
  };
}

function awsManaged(Arn: string): ManagedPolicy | undefined {
  const Document = AWS_MANAGED_POLICIES.get(Arn);
  if (Document === undefined) return undefined;
  const name = Arn.slice(Arn.indexOf("/"));
  return {
    PolicyName: name.slice(name.lastIndexOf("/") + 1),
    // Not AWS's real id: made from the name, so that it is always the same.
    PolicyId: `ANPA${name.toUpperCase().replace(/[^A-Z]/g, "").padEnd(17, "A").slice(-17)}`,
    Path: name.slice(0, name.lastIndexOf("/") + 1),
    Arn,
    CreateDate: Date.UTC(2015, 1, 6, 18, 40, 16),
    Tags: [],
    Document,
  };
}
