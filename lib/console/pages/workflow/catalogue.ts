/** What can be added to a workflow: the states that steer it, and actions of the target's resources. */
import type { Resource, ResourceKind, Resources } from "../../routes/workflow_resources.ts";
import type { QueryLanguage, State } from "./document/asl.ts";

/** Something that can be put onto the canvas. */
export interface Item {
  id: string;
  /** What it is called in the palette. */
  title: string;
  /** The wanted name of the state. */
  name: string;
  type: string;
  /** One line on what it does. */
  hint: string;
  state(language: QueryLanguage): State;
}

const empty = () => ({ States: {} });

export const FLOW: readonly Item[] = [
  flow("Choice", "goes one way or another by rules", { Choices: [] }),
  flow("Parallel", "runs branches at the same time", { Branches: [empty(), empty()] }),
  flow("Map", "runs its states for each item of a list", {
    ItemProcessor: { ProcessorConfig: { Mode: "INLINE" }, ...empty() },
  }),
  {
    ...flow("Map", "runs for the items of a file or a bucket, as executions of their own", {
      ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" }, ...empty() },
      MaxConcurrency: 1000,
    }),
    id: "DistributedMap",
    title: "Distributed Map",
  },
  flow("Pass", "passes its input on, or makes another one", {}),
  flow("Wait", "waits for a time", { Seconds: 5 }),
  flow("Succeed", "ends the execution well", {}),
  flow("Fail", "ends the execution with an error", { Error: "Failed", Cause: "" }),
];

function flow(type: string, hint: string, fields: State): Item {
  return { id: type, title: type, name: type, type, hint, state: () => ({ Type: type, ...fields }) };
}

interface Action {
  kind: ResourceKind;
  title: string;
  hint: string;
  /** The usual ARN of the integration. */
  resource: string;
  /** The argument that names the resource. */
  argument: string;
  /** The other arguments, by language. */
  fields: Record<QueryLanguage, { arguments: State; output?: State }>;
  retry?: readonly string[];
}

/** AWS advises to retry these: they are Lambda's own faults. */
const LAMBDA_ERRORS = [
  "Lambda.ClientExecutionTimeoutException",
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
  "Lambda.TooManyRequestsException",
];

const INPUT = "{% $states.input %}";
const INPUT_TEXT = "{% $string($states.input) %}";

export const ACTIONS: readonly Action[] = [
  {
    kind: "functions",
    title: "Lambda functions",
    hint: "invokes the function and goes on with its answer",
    resource: "arn:aws:states:::lambda:invoke",
    argument: "FunctionName",
    fields: {
      JSONPath: { arguments: { "Payload.$": "$" }, output: { OutputPath: "$.Payload" } },
      JSONata: { arguments: { Payload: INPUT }, output: { Output: "{% $states.result.Payload %}" } },
    },
    retry: LAMBDA_ERRORS,
  },
  {
    kind: "endpoints",
    title: "SageMaker endpoints",
    hint: "asks the model",
    resource: "arn:aws:states:::aws-sdk:sagemakerruntime:invokeEndpoint",
    argument: "EndpointName",
    fields: {
      JSONPath: { arguments: { ContentType: "application/json", "Body.$": "$" } },
      JSONata: { arguments: { ContentType: "application/json", Body: INPUT_TEXT } },
    },
  },
  {
    kind: "topics",
    title: "SNS topics",
    hint: "publishes a message",
    resource: "arn:aws:states:::sns:publish",
    argument: "TopicArn",
    fields: {
      JSONPath: { arguments: { "Message.$": "$" } },
      JSONata: { arguments: { Message: INPUT_TEXT } },
    },
  },
  {
    kind: "queues",
    title: "SQS queues",
    hint: "sends a message",
    resource: "arn:aws:states:::sqs:sendMessage",
    argument: "QueueUrl",
    fields: {
      JSONPath: { arguments: { "MessageBody.$": "$" } },
      JSONata: { arguments: { MessageBody: INPUT_TEXT } },
    },
  },
  {
    kind: "machines",
    title: "State machines",
    hint: "starts an execution and waits for its end",
    resource: "arn:aws:states:::states:startExecution.sync:2",
    argument: "StateMachineArn",
    fields: {
      JSONPath: { arguments: { "Input.$": "$" } },
      JSONata: { arguments: { Input: INPUT } },
    },
  },
];

/** The actions on what the target has, by their kind. */
export function actionItems(resources: Resources): { action: Action; items: Item[] }[] {
  return ACTIONS.map((action) => ({
    action,
    items: resources[action.kind].map((resource) => actionItem(action, resource)),
  }));
}

function actionItem(action: Action, { name, value }: Resource): Item {
  return {
    id: `${action.kind} ${value}`,
    title: name,
    name: stateName(name),
    type: "Task",
    hint: action.hint,
    state(language) {
      const { arguments: others, output = {} } = action.fields[language];
      const field = language === "JSONata" ? "Arguments" : "Parameters";
      return {
        Type: "Task",
        Resource: action.resource,
        [field]: { [action.argument]: value, ...others },
        ...output,
        ...action.retry && { Retry: [retrier(action.retry)] },
      };
    },
  };
}

function retrier(errors: readonly string[]): State {
  return {
    ErrorEquals: [...errors],
    IntervalSeconds: 1,
    MaxAttempts: 3,
    BackoffRate: 2,
    JitterStrategy: "FULL",
  };
}

/** `scones-classify-image` as the name of a state: `ClassifyImage`. */
export function stateName(resource: string): string {
  const words = resource.replace(/^scones-/, "").split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  return words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("") || "Task";
}

/** The action that a Task's resource is; undefined for others. */
export function actionOf(resource: unknown): Action | undefined {
  return typeof resource === "string"
    ? ACTIONS.find((action) => resource.split(".")[0] === action.resource.split(".")[0])
    : undefined;
}
