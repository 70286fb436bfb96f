/**
 * AWS managed policies that roles of such workflows use. AmazonSageMakerFullAccess and AWSLambda_FullAccess are
 * shortened to the services that exist here, and to what they ask of ECR.
 */

interface AwsStatement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

function policy(name: string, ...statements: AwsStatement[]): [string, string] {
  const Statement = statements.map((statement) => ({ Effect: "Allow", ...statement }));
  return [`arn:aws:iam::aws:policy/${name}`, JSON.stringify({ Version: "2012-10-17", Statement })];
}

const writeLogs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];

/** Documents by ARN. */
export const AWS_MANAGED_POLICIES: ReadonlyMap<string, string> = new Map([
  policy("AdministratorAccess", { Action: "*", Resource: "*" }),
  policy("AmazonS3FullAccess", { Action: ["s3:*", "s3-object-lambda:*"], Resource: "*" }),
  policy("AmazonS3ReadOnlyAccess", {
    Action: ["s3:Get*", "s3:List*", "s3:Describe*", "s3-object-lambda:Get*", "s3-object-lambda:List*"],
    Resource: "*",
  }),
  policy(
    "AmazonSageMakerFullAccess",
    {
      Action: ["sagemaker:*"],
      Resource: ["arn:aws:sagemaker:*:*:*"],
    },
    {
      Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
      Resource: [
        "arn:aws:s3:::*SageMaker*",
        "arn:aws:s3:::*Sagemaker*",
        "arn:aws:s3:::*sagemaker*",
        "arn:aws:s3:::*aws-glue*",
      ],
    },
    {
      Action: ["s3:CreateBucket", "s3:GetBucketLocation", "s3:ListBucket", "s3:ListAllMyBuckets"],
      Resource: "*",
    },
    {
      Action: [...writeLogs, "logs:Describe*", "logs:GetLogEvents", "logs:DeleteLogDelivery"],
      Resource: "*",
    },
    {
      Action: [
        ...["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CreateRepository", "ecr:Describe*"],
        ...["ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer", "ecr:StartImageScan"],
      ],
      Resource: "*",
    },
    {
      Action: ["lambda:InvokeFunction"],
      Resource: [
        "arn:aws:lambda:*:*:function:*SageMaker*",
        "arn:aws:lambda:*:*:function:*sagemaker*",
        "arn:aws:lambda:*:*:function:*Sagemaker*",
        "arn:aws:lambda:*:*:function:*LabelingFunction*",
      ],
    },
    {
      Action: [
        "states:DescribeExecution",
        "states:GetExecutionHistory",
        "states:StartExecution",
        "states:StopExecution",
        "states:UpdateStateMachine",
      ],
      Resource: ["arn:aws:states:*:*:statemachine:*sagemaker*", "arn:aws:states:*:*:execution:*sagemaker*:*"],
    },
    { Action: ["iam:GetRole", "iam:ListRoles", "lambda:ListFunctions"], Resource: "*" },
    {
      Action: ["iam:PassRole"],
      Resource: "arn:aws:iam::*:role/*",
      Condition: { StringEquals: { "iam:PassedToService": ["sagemaker.amazonaws.com"] } },
    },
  ),
  policy("AWSLambda_FullAccess", {
    Action: [
      "lambda:*",
      "iam:GetPolicy",
      "iam:GetPolicyVersion",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies",
      "iam:ListRolePolicies",
      "iam:ListRoles",
      "logs:DescribeLogGroups",
      "states:DescribeStateMachine",
      "states:ListStateMachines",
    ],
    Resource: "*",
  }, {
    Action: "iam:PassRole",
    Resource: "*",
    Condition: { StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } },
  }, {
    Action: ["logs:DescribeLogStreams", "logs:GetLogEvents", "logs:FilterLogEvents"],
    Resource: "arn:aws:logs:*:*:log-group:/aws/lambda/*",
  }),
  policy("AWSStepFunctionsFullAccess", { Action: "states:*", Resource: "*" }),
  policy("CloudWatchLogsFullAccess", { Action: ["logs:*", "cloudwatch:GenerateQuery"], Resource: "*" }),
  policy("service-role/AWSLambdaBasicExecutionRole", { Action: writeLogs, Resource: "*" }),
  policy("service-role/AWSLambdaRole", { Action: ["lambda:InvokeFunction"], Resource: ["*"] }),
]);
