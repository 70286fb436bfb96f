/** Creates, updates and removes the three roles, which have no more permissions than the workflow needs. */
import { isDeepStrictEqual } from "node:util";
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
  PutRolePolicyCommand,
  type Role,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import type { Aws } from "../aws/clients.ts";
import { retrieveImageUri } from "../aws/image_uris.ts";
import { byKey, checkOurs, ownTagList } from "../aws/ownership.ts";
import { partitionOf } from "../aws/partition.ts";
import { noteRoleChange } from "../aws/retries.ts";
import { type RoleKind, S3_LAYOUT } from "../names.ts";

export const ROLE_KINDS: readonly RoleKind[] = ["sagemaker", "lambda", "states"];

interface Statement {
  Effect: "Allow";
  Action: string[];
  Resource: string[];
}

/** The name of each role's only policy of its own. */
export const POLICY_NAME = "scones";

/** Which service may assume the role, and what the role may do. */
export function roleDefinition(
  aws: Pick<Aws, "region" | "account" | "bucket" | "names" | "settings">,
  kind: RoleKind,
) {
  const { region, account, bucket, names, settings } = aws;
  const partition = partitionOf(region);
  const arn = (service: string, resource: string) =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const bucketArn = `arn:${partition}:s3:::${bucket}`;
  const allow = (Action: string[], ...Resource: string[]): Statement => ({
    Effect: "Allow",
    Action,
    Resource,
  });
  const statements: Record<RoleKind, () => Statement[]> = {
    sagemaker: () => {
      const { train, test, trainList, testList, models, dataCapture } = S3_LAYOUT;
      const [registry] = retrieveImageUri("image-classification", region).split(".", 1);
      const readable = [`${train}*`, `${test}*`, trainList, testList, `${models}/*`];
      return [
        allow(["s3:ListBucket"], bucketArn),
        allow(["s3:GetObject"], ...readable.map((key) => `${bucketArn}/${key}`)),
        allow(["s3:PutObject"], `${bucketArn}/${models}/*`, `${bucketArn}/${dataCapture}/*`),
        allow(["cloudwatch:PutMetricData", "ecr:GetAuthorizationToken"], "*"),
        allow(
          ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
          arn("logs", "log-group:/aws/sagemaker/*"),
        ),
        allow(
          ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"],
          `arn:${partition}:ecr:${region}:${registry}:repository/image-classification`,
        ),
      ];
    },
    lambda: () => [
      allow(["s3:GetObject"], `${bucketArn}/${S3_LAYOUT.test}*`, `${bucketArn}/${S3_LAYOUT.orders}*`),
      // Without this permission S3 answers AccessDenied for a key that does not exist.
      allow(["s3:ListBucket"], bucketArn),
      allow(["sagemaker:InvokeEndpoint"], arn("sagemaker", `endpoint/${names.endpoint.toLowerCase()}`)),
      allow(["logs:CreateLogGroup"], arn("logs", "*")),
      allow(
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        ...Object.values(names.functions).map((name) => arn("logs", `log-group:/aws/lambda/${name}:*`)),
      ),
    ],
    states: () => [
      // What the distributed Map of the second machine does: lists the orders, starts their executions, writes the results.
      allow(["s3:ListBucket"], bucketArn),
      allow(["s3:PutObject"], `${bucketArn}/${S3_LAYOUT.routed}*`),
      allow(["states:StartExecution"], arn("states", `stateMachine:${names.batchMachine}`)),
      // The plain ARN does not cover versions, aliases and $LATEST.
      allow(
        ["lambda:InvokeFunction"],
        ...Object.values(names.functions).flatMap((
          name,
        ) => [arn("lambda", `function:${name}`), arn("lambda", `function:${name}:*`)]),
      ),
    ],
  };
  const { kmsKey } = settings;
  const keyed: Record<RoleKind, Statement[]> = {
    sagemaker: kmsKey ? [allow(["kms:Decrypt", "kms:GenerateDataKey"], kmsKey)] : [],
    lambda: kmsKey ? [allow(["kms:Decrypt"], kmsKey)] : [],
    states: [],
  };
  return {
    RoleName: names.roles[kind],
    trust: {
      Version: "2012-10-17",
      Statement: [{
        Effect: "Allow",
        Principal: { Service: `${kind}.amazonaws.com` },
        Action: "sts:AssumeRole",
      }],
    },
    policy: { Version: "2012-10-17", Statement: [...statements[kind](), ...keyed[kind]] },
  };
}

export interface EnsuredRole {
  arn: string;
  change: "created" | "updated" | "unchanged" | "given";
}

/**
 * Creates the role or updates it; a role that a SCONES_*_ROLE_ARN variable names is used as it is. A new role takes a while
 * to reach the services, so the calls that use it retry (see `whileRoleIsNew`).
 * @throws NotOursError if a role of this name belongs to somebody else
 */
export async function ensureRole(aws: Aws, kind: RoleKind): Promise<EnsuredRole> {
  const given = aws.settings.roles[kind];
  if (given) return { arn: given, change: "given" };
  const { RoleName, trust, policy } = roleDefinition(aws, kind);
  const AssumeRolePolicyDocument = JSON.stringify(trust);
  const putPolicy = () =>
    aws.iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: POLICY_NAME, PolicyDocument: JSON.stringify(policy) }),
    );
  const role = await getRole(aws, RoleName);
  if (!role) {
    const { Role } = await aws.iam.send(
      new CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument,
        PermissionsBoundary: aws.settings.permissionsBoundary,
        Tags: ownTagList(aws),
      }),
    );
    await putPolicy();
    noteRoleChange(Role!.Arn!);
    return { arn: Role!.Arn!, change: "created" };
  }
  const arn = role.Arn!;
  const changes = await roleChanges(aws, kind, role);
  if (changes.length === 0) return { arn, change: "unchanged" };
  if (changes.includes("trust")) {
    await aws.iam.send(
      new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: AssumeRolePolicyDocument }),
    );
  }
  if (changes.includes("permissions")) await putPolicy();
  noteRoleChange(arn);
  return { arn, change: "updated" };
}

/**
 * What of a role is to be changed.
 * @throws NotOursError if it belongs to somebody else
 */
export async function roleChanges(
  aws: Aws,
  kind: RoleKind,
  role: Role,
): Promise<("trust" | "permissions")[]> {
  checkRole(aws, role);
  const { RoleName, trust, policy } = roleDefinition(aws, kind);
  const current = await found(aws.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: POLICY_NAME })));
  const same = {
    trust: isDeepStrictEqual(parsePolicy(role.AssumeRolePolicyDocument), trust),
    permissions: isDeepStrictEqual(parsePolicy(current?.PolicyDocument), policy),
  };
  return (["trust", "permissions"] as const).filter((what) => !same[what]);
}

/** @throws NotOursError if the role belongs to somebody else */
export function checkRole(aws: Pick<Aws, "stage">, { RoleName, Tags }: Role): void {
  checkOurs(aws, `The role ${RoleName}`, byKey(Tags));
}

/** A role by its name; undefined if there is none. */
export async function getRole(aws: Pick<Aws, "iam">, RoleName: string): Promise<Role | undefined> {
  return (await found(aws.iam.send(new GetRoleCommand({ RoleName }))))?.Role;
}

/**
 * The ARN of the role that the state machine runs with.
 * @throws Error that says to deploy when there is none yet
 */
export async function statesRoleArn(aws: Pick<Aws, "iam" | "names" | "settings">): Promise<string> {
  const arn = aws.settings.roles.states ?? (await getRole(aws, aws.names.roles.states))?.Arn;
  if (arn) return arn;
  throw new Error(`There is no role ${aws.names.roles.states} yet. Run "deno task deploy" first.`);
}

/**
 * Removes the role that this project created; returns whether it existed.
 * @throws NotOursError if it belongs to somebody else
 */
export async function deleteRole(aws: Aws, kind: RoleKind): Promise<boolean> {
  const RoleName = aws.names.roles[kind];
  const role = await getRole(aws, RoleName);
  if (!role) return false;
  checkRole(aws, role);
  await removeRole(aws, RoleName);
  return true;
}

/** Removes a role, whoever made it, with its policies: its own ones, and those that somebody has attached to it. */
export async function removeRole({ iam }: Pick<Aws, "iam">, RoleName: string): Promise<void> {
  for await (const { PolicyNames = [] } of paginateListRolePolicies({ client: iam }, { RoleName })) {
    for (const PolicyName of PolicyNames) {
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    }
  }
  for await (const page of paginateListAttachedRolePolicies({ client: iam }, { RoleName })) {
    for (const { PolicyArn } of page.AttachedPolicies ?? []) {
      await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    }
  }
  await iam.send(new DeleteRoleCommand({ RoleName }));
}

/** IAM returns policy documents URL-encoded. */
function parsePolicy(document: string | undefined): unknown {
  return document && JSON.parse(decodeURIComponent(document));
}

async function found<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if ((error as Error).name === "NoSuchEntityException" || (error as Error).name === "NoSuchEntity") {
      return undefined;
    }
    throw error;
  }
}
