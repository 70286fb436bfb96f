/** State machines of one thing each: tasks, their data flow, waits, choices and errors. After AWS's examples, written anew. */
import type { Machine } from "../../../../lib/console/pages/workflow/document/asl.ts";

const LAMBDA = "arn:aws:states:::lambda:invoke";
const FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:weigh";

/** A machine of one state that ends. */
const one = (state: object): Machine => ({ StartAt: "Only", States: { Only: { ...state, End: true } } });

/** The state, then a Succeed. */
const then = (state: object): Machine => ({
  StartAt: "First",
  States: { First: { ...state, Next: "Done" }, Done: { Type: "Succeed" } },
});

/** A Choice of these rules between two ends. */
const choice = (...Choices: object[]): Machine => ({
  StartAt: "Ask",
  States: {
    Ask: { Type: "Choice", Choices, Default: "No" },
    Yes: { Type: "Pass", Next: "End" },
    No: { Type: "Fail", Error: "NotWanted", Cause: "No rule held." },
    End: { Type: "Succeed" },
  },
});

export const STEPS: Readonly<Record<string, Machine>> = {
  hello: one({ Type: "Pass", Result: "Hello", ResultPath: "$.greeting" }),
  pass_parameters: then({
    Type: "Pass",
    Parameters: { "name.$": "$.user.name", fixed: 3, list: [1, null, true] },
  }),
  pass_null_paths: then({ Type: "Pass", InputPath: null, ResultPath: null, OutputPath: "$.kept" }),
  intrinsic: one({
    Type: "Pass",
    Parameters: { "text.$": "States.Format('{} of {}', $.a, $.b)", "id.$": "States.UUID()" },
  }),
  context_object: one({
    Type: "Pass",
    Parameters: { "started.$": "$$.Execution.StartTime", "self.$": "$$.State.Name" },
  }),
  lambda: then({
    Type: "Task",
    Resource: LAMBDA,
    Parameters: { FunctionName: FUNCTION, "Payload.$": "$" },
    OutputPath: "$.Payload",
  }),
  lambda_by_arn: one({ Type: "Task", Resource: FUNCTION, TimeoutSeconds: 30, HeartbeatSeconds: 10 }),
  lambda_selector: then({
    Type: "Task",
    Resource: LAMBDA,
    Parameters: { FunctionName: `${FUNCTION}:live` },
    ResultSelector: { "grams.$": "$.Payload.weight", "status.$": "$.StatusCode" },
    ResultPath: "$.weighed",
  }),
  placeholder: one({
    Type: "Task",
    Resource: LAMBDA,
    Parameters: { FunctionName: "${WeighFunctionArn}", Payload: { kind: "a" } },
  }),
  callback: one({
    Type: "Task",
    Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    HeartbeatSeconds: 3600,
    Parameters: {
      QueueUrl: "https://sqs.us-east-1.amazonaws.com/123456789012/jobs",
      MessageBody: { "token.$": "$$.Task.Token" },
    },
  }),
  publish: one({
    Type: "Task",
    Resource: "arn:aws:states:::sns:publish",
    Parameters: { TopicArn: "arn:aws:sns:us-east-1:123456789012:news", "Message.$": "$.text" },
  }),
  activity: one({
    Type: "Task",
    Resource: "arn:aws:states:us-east-1:123456789012:activity:stamp",
    TimeoutSecondsPath: "$.limit",
  }),
  nested_execution: one({
    Type: "Task",
    Resource: "arn:aws:states:::states:startExecution.sync:2",
    Parameters: {
      StateMachineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:inner",
      "Input.$": "$",
    },
  }),
  sdk_integration: one({
    Type: "Task",
    Resource: "arn:aws:states:::aws-sdk:dynamodb:putItem",
    Parameters: { TableName: "orders", Item: { id: { "S.$": "$.id" } } },
  }),
  credentials: one({
    Type: "Task",
    Resource: LAMBDA,
    Parameters: { FunctionName: FUNCTION },
    Credentials: { "RoleArn.$": "$.role" },
  }),
  http: one({
    Type: "Task",
    Resource: "arn:aws:states:::http:invoke",
    Parameters: {
      ApiEndpoint: "https://example.com/orders",
      Method: "GET",
      Authentication: { ConnectionArn: "arn:aws:events:us-east-1:123456789012:connection/c/1" },
    },
  }),
  wait_seconds: then({ Type: "Wait", Seconds: 10 }),
  wait_path: then({ Type: "Wait", SecondsPath: "$.pause" }),
  wait_timestamp: then({ Type: "Wait", Timestamp: "2030-03-14T01:59:00Z" }),
  wait_timestamp_path: then({ Type: "Wait", TimestampPath: "$.due" }),
  fail: {
    StartAt: "Stop",
    States: { Stop: { Type: "Fail", Error: "TooHeavy", Cause: "More than a kilogram." } },
  },
  fail_paths: {
    StartAt: "Stop",
    States: { Stop: { Type: "Fail", ErrorPath: "$.error", CausePath: "States.Format('{}!', $.why)" } },
  },
  succeed_paths: {
    StartAt: "Stop",
    States: { Stop: { Type: "Succeed", InputPath: "$.a", OutputPath: "$.b" } },
  },
  choice_numbers: choice({ Variable: "$.n", NumericGreaterThanEquals: 10, Next: "Yes" }, {
    Variable: "$.n",
    NumericLessThanPath: "$.least",
    Next: "No",
  }),
  choice_texts: choice({ Variable: "$.s", StringMatches: "log-*.txt", Next: "Yes" }, {
    Variable: "$.s",
    StringEquals: "",
    Next: "No",
  }),
  choice_types: choice({ Variable: "$.x", IsPresent: true, Next: "Yes" }, {
    Variable: "$.x",
    IsNull: false,
    Next: "No",
  }, { Variable: "$.x", IsTimestamp: true, Next: "No" }),
  choice_times: choice({ Variable: "$.t", TimestampLessThan: "2030-01-01T00:00:00Z", Next: "Yes" }, {
    Variable: "$.b",
    BooleanEquals: false,
    Next: "No",
  }),
  choice_combined: choice({
    Or: [{ Not: { Variable: "$.kind", StringEquals: "private" } }, {
      And: [{ Variable: "$.v", IsNumeric: true }, { Variable: "$.v", NumericGreaterThan: 1.5 }],
    }],
    Comment: "Public, or valuable",
    Next: "Yes",
  }),
  choice_without_default: {
    StartAt: "Ask",
    States: {
      Ask: { Type: "Choice", Choices: [{ Variable: "$.a", IsPresent: true, Next: "A" }] },
      A: { Type: "Pass", End: true },
    },
  },
  retry: one({
    Type: "Task",
    Resource: FUNCTION,
    Retry: [
      { ErrorEquals: ["States.Timeout"], MaxAttempts: 0 },
      {
        ErrorEquals: ["Busy", "Slow"],
        IntervalSeconds: 3,
        BackoffRate: 1.5,
        MaxDelaySeconds: 60,
        JitterStrategy: "FULL",
      },
      { ErrorEquals: ["States.ALL"] },
    ],
  }),
  catch_errors: {
    StartAt: "Work",
    States: {
      Work: {
        Type: "Task",
        Resource: FUNCTION,
        Catch: [{ ErrorEquals: ["Refused"], ResultPath: "$.error", Next: "Report" }, {
          ErrorEquals: ["States.ALL"],
          Next: "Give up",
        }],
        End: true,
      },
      Report: { Type: "Pass", End: true },
      "Give up": { Type: "Fail" },
    },
  },
};
