/** Good input of operations: what hostile input is made of by changing one thing. */
import { createInput } from "../../lambda/testing.ts";
import { trainingJob } from "../../sagemaker/testing.ts";
import { allowing, trusting } from "../../iam/testing.ts";

const ROLE = "arn:aws:iam::000000000000:role/role";
const MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:machine";
const EXECUTION = "arn:aws:states:us-east-1:000000000000:execution:machine:execution";
const POLICY = "arn:aws:iam::000000000000:policy/policy";
const TOPIC = "arn:aws:sns:us-east-1:000000000000:topic";
const QUEUE = "arn:aws:sqs:us-east-1:000000000000:queue";
const DAY = { CreationTimeAfter: 1767225600, CreationTimeBefore: 1767312000, MaxResults: 10 };

/** Every type of state but Wait, which would slow down the test. */
export const DEFINITION = {
  StartAt: "Pass",
  TimeoutSeconds: 5,
  States: {
    Pass: {
      Type: "Pass",
      Parameters: { "a.$": "States.Format('{}', $.a)", "id.$": "$$.Execution.Id", list: [1, 2, 3] },
      ResultPath: "$.made",
      Next: "Choice",
    },
    Choice: {
      Type: "Choice",
      Choices: [
        { And: [{ Variable: "$.a", IsPresent: true }, { Variable: "$.a", StringEquals: "b" }], Next: "Done" },
        { Not: { Variable: "$.made.list", IsPresent: false }, Next: "Map" },
      ],
      Default: "Fail",
    },
    Map: {
      Type: "Map",
      ItemsPath: "$.made.list",
      MaxConcurrency: 2,
      ItemSelector: { "item.$": "$$.Map.Item.Value" },
      ItemProcessor: {
        ProcessorConfig: { Mode: "INLINE" },
        StartAt: "One",
        States: { One: { Type: "Pass", OutputPath: "$.item", End: true } },
      },
      Next: "Parallel",
    },
    Parallel: {
      Type: "Parallel",
      Branches: [{ StartAt: "Branch", States: { Branch: { Type: "Succeed" } } }],
      ResultSelector: { "first.$": "$[0]" },
      Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "Fail" }],
      Next: "Task",
    },
    Task: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Parameters: { FunctionName: "function", "Payload.$": "$" },
      TimeoutSeconds: 2,
      Retry: [{ ErrorEquals: ["Lambda.ServiceException"], IntervalSeconds: 1, MaxAttempts: 1 }],
      Next: "Done",
    },
    Fail: { Type: "Fail", Error: "Broken", Cause: "as planned" },
    Done: { Type: "Succeed" },
  },
};

export const CREATE_FUNCTION = (() => {
  const { Code, ...input } = createInput("function2", "export const handler = async (event) => event;");
  return { ...input, Role: ROLE, Code: { ZipFile: Code!.ZipFile!.toBase64() } };
})();

/** The fields of definitions that DEFINITION does not have. */
export const MORE_FIELDS = [
  "Branches",
  "Cause",
  "CausePath",
  "Comment",
  "Error",
  "ErrorPath",
  "HeartbeatSeconds",
  "InputPath",
  "Iterator",
  "MaxConcurrencyPath",
  "QueryLanguage",
  "Result",
  "Seconds",
  "SecondsPath",
  "TimeoutSecondsPath",
  "Timestamp",
  "BackoffRate",
  "MaxDelaySeconds",
  "JitterStrategy",
  "NumericLessThan",
  "StringMatches",
  "TimestampEqualsPath",
  "Or",
  "IsNumeric",
  "Assign",
  "Arguments",
  "ItemReader",
];

/** By operation. */
export const GOOD: Readonly<Record<string, object>> = {
  PutMetricData: {
    Namespace: "Scones",
    MetricData: [{ MetricName: "Orders", Values: [1, 2.5], Counts: [1, 3], Unit: "Count" }],
  },
  GetMetricData: {
    MetricDataQueries: [
      {
        Id: "m",
        MetricStat: { Metric: { Namespace: "Scones", MetricName: "Orders" }, Period: 60, Stat: "p90" },
      },
      { Id: "e", Expression: "IF(m > 1, FILL(m, 0) - 2 * m, SUM([m, 1]))" },
    ],
    StartTime: Date.now() / 1000 - 3600,
    EndTime: Date.now() / 1000,
  },
  GetMetricStatistics: {
    Namespace: "Scones",
    MetricName: "Orders",
    StartTime: Date.now() / 1000 - 3600,
    EndTime: Date.now() / 1000,
    Period: 60,
    Statistics: ["Sum"],
    ExtendedStatistics: ["p99"],
  },
  PutMetricAlarm: {
    AlarmName: "alarm",
    Namespace: "Scones",
    MetricName: "Orders",
    Statistic: "Sum",
    Period: 60,
    EvaluationPeriods: 2,
    DatapointsToAlarm: 1,
    Threshold: 1,
    ComparisonOperator: "GreaterThanThreshold",
    TreatMissingData: "notBreaching",
  },
  SetAlarmState: { AlarmName: "alarm", StateValue: "ALARM", StateReason: "try", StateReasonData: "{}" },
  DeleteAlarms: { AlarmNames: ["alarm"] },
  // SageMaker
  CreateTrainingJob: trainingJob(ROLE),
  CreateModel: {
    ModelName: "model2",
    ExecutionRoleArn: ROLE,
    PrimaryContainer: {
      Image: "811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1",
      ModelDataUrl: "s3://bucket/model.tar.gz",
      Environment: { A: "b" },
    },
    Tags: [{ Key: "a", Value: "b" }],
  },
  CreateEndpointConfig: {
    EndpointConfigName: "config2",
    ProductionVariants: [{
      VariantName: "AllTraffic",
      ModelName: "model",
      InstanceType: "ml.m5.xlarge",
      InitialInstanceCount: 1,
      InitialVariantWeight: 1,
    }],
    DataCaptureConfig: {
      EnableCapture: true,
      InitialSamplingPercentage: 100,
      DestinationS3Uri: "s3://bucket/capture",
      CaptureOptions: [{ CaptureMode: "Input" }],
      CaptureContentTypeHeader: { JsonContentTypes: ["application/json"] },
    },
  },
  CreateEndpoint: { EndpointName: "endpoint", EndpointConfigName: "config" },
  ListTrainingJobs: {
    ...DAY,
    SortBy: "Name",
    SortOrder: "Ascending",
    StatusEquals: "Failed",
    NextToken: "x",
  },
  ListEndpoints: { ...DAY, NameContains: "a" },
  AddTags: {
    ResourceArn: "arn:aws:sagemaker:us-east-1:000000000000:model/model",
    Tags: [{ Key: "a", Value: "b" }],
  },
  // Step Functions
  TestState: { definition: '{"Type":"Pass","End":true}', input: '{"a":1}', inspectionLevel: "DEBUG" },
  CreateStateMachine: { name: "machine2", roleArn: ROLE, definition: JSON.stringify(DEFINITION) },
  UpdateStateMachine: { stateMachineArn: MACHINE, definition: JSON.stringify(DEFINITION), roleArn: ROLE },
  StartExecution: { stateMachineArn: MACHINE, name: "execution", input: '{"a":1}' },
  StopExecution: { executionArn: EXECUTION, error: "e", cause: "c" },
  DescribeExecution: { executionArn: EXECUTION },
  GetExecutionHistory: { executionArn: EXECUTION, maxResults: 10, reverseOrder: true, nextToken: "x" },
  ListExecutions: { stateMachineArn: MACHINE, statusFilter: "FAILED", maxResults: 1, nextToken: "x" },
  // CloudWatch Logs
  PutLogEvents: {
    logGroupName: "group",
    logStreamName: "stream",
    logEvents: [{ timestamp: 1767225600000, message: "m" }],
  },
  CreateLogStream: { logGroupName: "group", logStreamName: "stream" },
  GetLogEvents: {
    logGroupName: "group",
    logStreamName: "stream",
    startTime: 0,
    endTime: 2e12,
    limit: 10,
    startFromHead: true,
    nextToken: "f/1/s",
  },
  FilterLogEvents: { logGroupName: "group", logStreamNames: ["stream"], filterPattern: "m", limit: 10 },
  // Lambda
  CreateFunction: CREATE_FUNCTION,
  UpdateFunctionCode: { FunctionName: "function", ZipFile: CREATE_FUNCTION.Code.ZipFile },
  UpdateFunctionConfiguration: {
    FunctionName: "function",
    Timeout: 3,
    MemorySize: 128,
    Environment: { Variables: { AB: "c" } },
    LoggingConfig: { LogFormat: "Text" },
  },
  CreateAlias: {
    FunctionName: "function",
    Name: "alias",
    FunctionVersion: "$LATEST",
    RoutingConfig: { AdditionalVersionWeights: { "1": 0.5 } },
  },
  // IAM and STS
  CreateRole: {
    RoleName: "role2",
    AssumeRolePolicyDocument: trusting("lambda.amazonaws.com"),
    Tags: [{ Key: "a", Value: "b" }],
    MaxSessionDuration: 3600,
  },
  PutRolePolicy: { RoleName: "role2", PolicyName: "policy", PolicyDocument: allowing("s3:*") },
  CreatePolicy: { PolicyName: "policy2", PolicyDocument: allowing("s3:*") },
  UpdateAssumeRolePolicy: { RoleName: "role2", PolicyDocument: trusting("lambda.amazonaws.com") },
  AttachRolePolicy: { RoleName: "role2", PolicyArn: POLICY },
  AssumeRole: { RoleArn: ROLE, RoleSessionName: "session", DurationSeconds: 900 },
  ListRoles: { MaxItems: 1, Marker: "x", PathPrefix: "/" },
  // S3
  PutObject: {
    Bucket: "bucket",
    Key: "key2",
    Body: "content",
    ContentType: "text/plain",
    Metadata: { a: "b" },
  },
  DeleteObjects: { Bucket: "bucket", Delete: { Objects: [{ Key: "key2" }] } },
  ListObjectsV2: { Bucket: "bucket", Prefix: "k", Delimiter: "/", MaxKeys: 1, StartAfter: "a" },
  // SNS and SQS
  CreateTopic: { Name: "topic", Attributes: { DisplayName: "d" } },
  Subscribe: { TopicArn: TOPIC, Protocol: "sqs", Endpoint: QUEUE, ReturnSubscriptionArn: true },
  Publish: {
    TopicArn: TOPIC,
    Message: "m",
    Subject: "s",
    MessageAttributes: { a: { DataType: "String", StringValue: "b" } },
  },
  CreateQueue: { QueueName: "queue", Attributes: { VisibilityTimeout: "1" } },
  SendMessage: {
    QueueUrl: "http://127.0.0.1/000000000000/queue",
    MessageBody: "m",
    DelaySeconds: 0,
    MessageAttributes: { a: { DataType: "Number", StringValue: "1" } },
  },
  ReceiveMessage: {
    QueueUrl: "http://127.0.0.1/000000000000/queue",
    MaxNumberOfMessages: 10,
    VisibilityTimeout: 0,
  },
};
