/**
 * The permissions that somebody needs who deploys, runs and destroys the workflow: `docs/deployer-policy.json`. They cover all
 * stages of one region, and nothing that is not called as this project calls things.
 */
import { partitionOf } from "../aws/partition.ts";

interface Statement {
  Sid: string;
  Effect: "Allow";
  Action: string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string[]>>;
}

/**
 * The policy document.
 * @param where.bucket the name of the bucket, or a pattern; default: all that are named by this project
 */
export function deployerPolicy(
  { account, region, bucket = `scones-unlimited-${account}-*` }: {
    account: string;
    region: string;
    bucket?: string;
  },
): { Version: string; Statement: Statement[] } {
  const partition = partitionOf(region);
  const arn = (service: string, resource: string) =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const roles = `arn:${partition}:iam::${account}:role/scones-*`;
  const bucketArn = `arn:${partition}:s3:::${bucket}`;
  const allow = (
    Sid: string,
    Action: string[],
    Resource: string | string[],
    Condition?: Statement["Condition"],
  ): Statement => ({ Sid, Effect: "Allow", Action, Resource, ...Condition ? { Condition } : {} });
  return {
    Version: "2012-10-17",
    Statement: [
      allow("Roles", [
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListRolePolicies",
        "iam:PutRolePolicy",
        "iam:TagRole",
        "iam:UpdateAssumeRolePolicy",
      ], roles),
      allow("RolesOfServices", ["iam:PassRole"], roles, {
        StringEquals: {
          "iam:PassedToService": ["lambda.amazonaws.com", "sagemaker.amazonaws.com", "states.amazonaws.com"],
        },
      }),
      allow("Bucket", [
        "s3:CreateBucket",
        "s3:GetBucketPolicy",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketTagging",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:ListBucket",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketTagging",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
      ], bucketArn),
      allow("Objects", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], `${bucketArn}/*`),
      allow("Functions", [
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        "lambda:GetFunctionConfiguration",
        "lambda:InvokeFunction",
        "lambda:ListTags",
        "lambda:TagResource",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
      ], arn("lambda", "function:scones-*")),
      allow("StateMachines", [
        "states:CreateStateMachine",
        "states:DeleteStateMachine",
        "states:DescribeStateMachine",
        "states:ListTagsForResource",
        "states:StartExecution",
        "states:TagResource",
        "states:UpdateStateMachine",
      ], arn("states", "stateMachine:scones-*")),
      allow("Executions", [
        "states:DescribeExecution",
        "states:GetExecutionHistory",
        "states:ListMapRuns",
        "states:DescribeMapRun",
        "states:StopExecution",
      ], [arn("states", "execution:scones-*"), arn("states", "mapRun:scones-*")]),
      allow("TrainingJobs", [
        "sagemaker:AddTags",
        "sagemaker:CreateTrainingJob",
        "sagemaker:DescribeTrainingJob",
        "sagemaker:ListTags",
        "sagemaker:StopTrainingJob",
      ], arn("sagemaker", "training-job/scones-*")),
      allow("Endpoints", [
        "sagemaker:AddTags",
        "sagemaker:CreateEndpoint",
        "sagemaker:CreateEndpointConfig",
        "sagemaker:CreateModel",
        "sagemaker:DeleteEndpoint",
        "sagemaker:DeleteEndpointConfig",
        "sagemaker:DeleteModel",
        "sagemaker:DescribeEndpoint",
        "sagemaker:DescribeEndpointConfig",
        "sagemaker:DescribeModel",
        "sagemaker:InvokeEndpoint",
        "sagemaker:ListTags",
        "sagemaker:UpdateEndpoint",
      ], ["endpoint", "endpoint-config", "model"].map((kind) => arn("sagemaker", `${kind}/scones-*`))),
      allow("Alarms", [
        "cloudwatch:DeleteAlarms",
        "cloudwatch:ListTagsForResource",
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:TagResource",
      ], arn("cloudwatch", "alarm:scones-*")),
      allow("AlertTopic", [
        "sns:CreateTopic",
        "sns:DeleteTopic",
        "sns:ListSubscriptionsByTopic",
        "sns:ListTagsForResource",
        "sns:Subscribe",
        "sns:TagResource",
      ], arn("sns", "scones-*")),
      // These have no resources.
      allow("Lists", [
        "cloudwatch:DescribeAlarms",
        "logs:DescribeLogGroups",
        "sagemaker:ListEndpointConfigs",
        "sagemaker:ListModels",
        "sagemaker:ListTrainingJobs",
        "servicequotas:ListServiceQuotas",
      ], "*"),
      allow(
        "LogGroups",
        ["logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"],
        ["/aws/lambda/scones-*", "/aws/sagemaker/Endpoints/scones-*"].map((name) =>
          arn("logs", `log-group:${name}`)
        ),
      ),
      allow(
        "TrainingLogs",
        ["logs:DescribeLogStreams", "logs:GetLogEvents"],
        arn("logs", "log-group:/aws/sagemaker/TrainingJobs*"),
      ),
    ],
  };
}
