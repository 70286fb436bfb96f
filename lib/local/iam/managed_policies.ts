/** Managed policies: create, read, list, delete. A policy has one version here. */
import { operation } from "../protocols.ts";
import { required, string, structure } from "../shapes.ts";
import { AWS_MANAGED_POLICIES } from "./aws_managed_policies.ts";
import {
  authorize,
  conflict,
  description,
  type IamContext,
  isoTime,
  managedDocument,
  noSuchEntity,
  paged,
  paging,
  path,
  policyArn,
  policyDocument,
  policyName,
  policySize,
  tags,
} from "./context.ts";
import { type ManagedPolicy, uniqueId } from "./entities.ts";
import { parsePolicy } from "./policy_document.ts";
import { attachedPolicies } from "./role_policies.ts";

const MAX_POLICY_CHARACTERS = 6144;
const VERSION = "v1";
const byArn = structure({ PolicyArn: required(policyArn) });

export function managedPolicyOperations(iam: IamContext) {
  const { core, entities } = iam;
  const attachments = (arn: string) =>
    entities.roles.list().filter((role) => attachedPolicies(role).includes(arn)).length;
  const describe = (policy: ManagedPolicy) => ({
    PolicyName: policy.PolicyName,
    PolicyId: policy.PolicyId,
    Arn: policy.Arn,
    Path: policy.Path,
    DefaultVersionId: VERSION,
    AttachmentCount: attachments(policy.Arn),
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    Description: policy.Description,
    CreateDate: isoTime(policy.CreateDate),
    UpdateDate: isoTime(policy.CreateDate),
  });
  const existing = (arn: string): ManagedPolicy => {
    const found = entities.policies.get(arn) ?? awsManaged(arn);
    if (found) return found;
    throw noSuchEntity(`Policy ${arn} was not found.`);
  };

  return {
    CreatePolicy: operation(
      structure({
        PolicyName: required(policyName),
        PolicyDocument: required(policyDocument),
        Path: path,
        Description: description,
        Tags: tags,
      }),
      ({ PolicyName, PolicyDocument, Path = "/", Description, Tags = [] }, call) => {
        const Arn = `arn:aws:iam::${core.account}:policy${Path}${PolicyName}`;
        authorize(iam, call, "iam:CreatePolicy", Arn);
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
          Arn,
          CreateDate: core.now(),
          Description,
          Tags,
          Document: PolicyDocument,
        };
        entities.policies.put(Arn, policy);
        return { Policy: { ...describe(policy), Tags: Tags.length > 0 ? { member: Tags } : undefined } };
      },
    ),

    GetPolicy: operation(byArn, ({ PolicyArn }, call) => {
      authorize(iam, call, "iam:GetPolicy", PolicyArn);
      const policy = existing(PolicyArn);
      return { Policy: { ...describe(policy), Tags: { member: policy.Tags } } };
    }),

    GetPolicyVersion: operation(
      structure({
        PolicyArn: required(policyArn),
        VersionId: required(string({ pattern: /v[1-9]\d*(\..*)?/ })),
      }),
      ({ PolicyArn, VersionId }, call) => {
        authorize(iam, call, "iam:GetPolicyVersion", PolicyArn);
        const policy = existing(PolicyArn);
        if (VersionId !== VERSION) {
          throw noSuchEntity(
            `Policy ${PolicyArn} version ${VersionId} does not exist or is not attachable.`,
          );
        }
        return {
          PolicyVersion: {
            Document: encodeURIComponent(policy.Document),
            VersionId,
            IsDefaultVersion: true,
            CreateDate: isoTime(policy.CreateDate),
          },
        };
      },
    ),

    ListPolicyVersions: operation(structure({ PolicyArn: required(policyArn), ...paging }), (input, call) => {
      authorize(iam, call, "iam:ListPolicyVersions", input.PolicyArn);
      const { CreateDate } = existing(input.PolicyArn);
      const version = { VersionId: VERSION, IsDefaultVersion: true, CreateDate: isoTime(CreateDate) };
      const { page, answer } = paged([version], input);
      return { ...answer, Versions: { member: page } };
    }),

    ListPolicies: operation(
      structure({
        Scope: string({ values: ["All", "AWS", "Local"] }),
        OnlyAttached: string({ values: ["true", "false"] }),
        PathPrefix: string({ min: 1, max: 512 }),
        PolicyUsageFilter: string({ values: ["PermissionsPolicy"] }),
        ...paging,
      }),
      (input, call) => {
        authorize(iam, call, "iam:ListPolicies", `arn:aws:iam::${core.account}:policy/`);
        const { Scope = "All", PathPrefix = "/" } = input;
        const policies = [
          ...Scope === "AWS" ? [] : entities.policies.list(),
          ...Scope === "Local" ? [] : [...AWS_MANAGED_POLICIES.keys()].map((arn) => awsManaged(arn)!),
        ].filter(({ Path, Arn }) =>
          Path.startsWith(PathPrefix) && (input.OnlyAttached !== "true" || attachments(Arn) > 0)
        );
        const { page, answer } = paged(policies, input);
        return { ...answer, Policies: { member: page.map(describe) } };
      },
    ),

    DeletePolicy: operation(byArn, ({ PolicyArn }, call) => {
      authorize(iam, call, "iam:DeletePolicy", PolicyArn);
      if (managedDocument(iam, PolicyArn) === undefined || !entities.policies.has(PolicyArn)) {
        throw noSuchEntity(`Policy ${PolicyArn} was not found.`);
      }
      if (attachments(PolicyArn) > 0) {
        throw conflict("DeleteConflict", "Cannot delete a policy attached to entities.");
      }
      entities.policies.delete(PolicyArn);
    }),
  };
}

function awsManaged(Arn: string): ManagedPolicy | undefined {
  const Document = AWS_MANAGED_POLICIES.get(Arn);
  if (Document === undefined) return undefined;
  const name = Arn.slice(Arn.indexOf("/"));
  return {
    PolicyName: name.slice(name.lastIndexOf("/") + 1),
    // AWS's own is the same in every account; this one is only its name in the form of one.
    PolicyId: `ANPA${name.toUpperCase().replace(/[^A-Z]/g, "").padEnd(17, "A").slice(-17)}`,
    Path: name.slice(0, name.lastIndexOf("/") + 1),
    Arn,
    CreateDate: Date.UTC(2015, 1, 6, 18, 40, 16),
    Tags: [],
    Document,
  };
}
