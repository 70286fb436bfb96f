/** Creates, updates and removes the three roles, which have no more permissions than the workflow needs. */
import { isDeepStrictEqual } from "node:util";
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import type { Aws } from "../aws/clients.ts";
import { retrieveImageUri } from "../aws/image_uris.ts";
import { partitionOf } from "../aws/partition.ts";
import { ENDPOINT_NAME, FUNCTION_NAMES, ROLE_NAMES, S3_LAYOUT } from "../names.ts";

export type RoleKind = keyof typeof ROLE_NAMES;
export const ROLE_KINDS = Object.keys(ROLE_NAMES) as RoleKind[];

interface Statement {
  Effect: "Allow";
  Action: string[];
  Resource: string[];
}

const POLICY_NAME = "scones";

/** Which service may assume the role, and what the role may do. */
export function roleDefinition(aws: Pick<Aws, "region" | "account" | "bucket">, kind: RoleKind) {
  const { region, account, bucket } = aws;
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
      allow(["s3:GetObject"], `${bucketArn}/${S3_LAYOUT.test}*`),
      // Without this permission S3 answers AccessDenied for a key that does not exist.
      allow(["s3:ListBucket"], bucketArn),
      allow(["sagemaker:InvokeEndpoint"], arn("sagemaker", `endpoint/${ENDPOINT_NAME.toLowerCase()}`)),
      allow(["logs:CreateLogGroup"], arn("logs", "*")),
      allow(
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        ...Object.values(FUNCTION_NAMES).map((name) => arn("logs", `log-group:/aws/lambda/${name}:*`)),
      ),
    ],
    states: () => [
      // The plain ARN does not cover versions, aliases and $LATEST.
      allow(
        ["lambda:InvokeFunction"],
        ...Object.values(FUNCTION_NAMES).flatMap((
          name,
        ) => [arn("lambda", `function:${name}`), arn("lambda", `function:${name}:*`)]),
      ),
    ],
  };
  return {
    RoleName: ROLE_NAMES[kind],
    trust: {
      Version: "2012-10-17",
      Statement: [{
        Effect: "Allow",
        Principal: { Service: `${kind}.amazonaws.com` },
        Action: "sts:AssumeRole",
      }],
    },
    policy: { Version: "2012-10-17", Statement: statements[kind]() },
  };
}

export interface EnsuredRole {
  arn: string;
  change: "created" | "updated" | "unchanged" | "given";
}

/**
 * Creates the role or updates it; a role that a SCONES_*_ROLE_ARN variable names is used as it is. A new role takes a while
 * to reach the services, so the calls that use it retry (see `roleIsPropagating`).
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
  const role = await found(aws.iam.send(new GetRoleCommand({ RoleName })));
  if (!role) {
    const Tags = [{ Key: "project", Value: "scones-unlimited" }];
    const { Role } = await aws.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, Tags }));
    await putPolicy();
    return { arn: Role!.Arn!, change: "created" };
  }
  let change: EnsuredRole["change"] = "unchanged";
  if (!isDeepStrictEqual(parsePolicy(role.Role!.AssumeRolePolicyDocument), trust)) {
    await aws.iam.send(
      new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: AssumeRolePolicyDocument }),
    );
    change = "updated";
  }
  const current = await found(aws.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: POLICY_NAME })));
  if (!isDeepStrictEqual(parsePolicy(current?.PolicyDocument), policy)) {
    await putPolicy();
    change = "updated";
  }
  return { arn: role.Role!.Arn!, change };
}

/** The ARN of the role; undefined if it does not exist. */
export async function findRole(aws: Aws, kind: RoleKind): Promise<string | undefined> {
  return (await found(aws.iam.send(new GetRoleCommand({ RoleName: ROLE_NAMES[kind] }))))?.Role?.Arn;
}

/** Removes the role that this project created; returns whether it existed. */
export async function deleteRole(aws: Aws, kind: RoleKind): Promise<boolean> {
  const RoleName = ROLE_NAMES[kind];
  const policies = await found(aws.iam.send(new ListRolePoliciesCommand({ RoleName })));
  if (!policies) return false;
  for (const PolicyName of policies.PolicyNames ?? []) {
    await aws.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  }
  await aws.iam.send(new DeleteRoleCommand({ RoleName }));
  return true;
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
