/** Step Functions' integration `sns:publish`, with all services. */
import assert from "node:assert/strict";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { ReceiveMessageCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { allowing, makeRole, trusting } from "../../iam/testing.ts";
import { QUEUE_ARN, withQueue } from "../../sqs/testing.ts";
import type { TestAws } from "../../testing.ts";

const TOPIC_ARN = "arn:aws:sns:us-east-1:000000000000:topic";

/** Runs one sns:publish task and returns how its execution ended. */
async function run(aws: TestAws, roleArn: string, Parameters: object, input: object) {
  const sfn = new SFNClient(aws.client);
  try {
    const Publish = { Type: "Task", Resource: "arn:aws:states:::sns:publish", Parameters, End: true };
    const definition = JSON.stringify({ StartAt: "Publish", States: { Publish } });
    const name = crypto.randomUUID();
    const { stateMachineArn } = await sfn.send(new CreateStateMachineCommand({ name, definition, roleArn }));
    const start = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
    const { executionArn } = await sfn.send(start);
    const describe = new DescribeExecutionCommand({ executionArn });
    let ended = await sfn.send(describe);
    while (ended.status === "RUNNING") {
      await new Promise((resolve) => setTimeout(resolve, 10));
      ended = await sfn.send(describe);
    }
    const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
    return { ...ended, events: events! };
  } finally {
    sfn.destroy();
  }
}

Deno.test("a task publishes as the machine's role, and fails with SNS's errors", () =>
  withQueue(async (sqs, QueueUrl, aws) => {
    const Statement = [{
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: QUEUE_ARN,
    }];
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    const sns = new SNSClient(aws.client);
    await sns.send(new CreateTopicCommand({ Name: "topic" }));
    const Attributes = { RawMessageDelivery: "true" };
    const subscription = { TopicArn: TOPIC_ARN, Protocol: "sqs", Endpoint: QUEUE_ARN, Attributes };
    await sns.send(new SubscribeCommand(subscription));
    sns.destroy();
    const trust = trusting("states.amazonaws.com");
    const role = await makeRole(aws, "publisher", trust, allowing("sns:Publish"));
    const parameters = {
      TopicArn: TOPIC_ARN,
      "Message.$": "$",
      Subject: "low confidence",
      MessageAttributes: { label: { DataType: "String", "StringValue.$": "$.label" } },
    };

    const { status, output, events } = await run(aws, role, parameters, { label: "bicycle" });
    assert.equal(status, "SUCCEEDED");
    const [message] = (await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ["All"] }),
    )).Messages!;
    assert.equal(message!.Body, '{"label":"bicycle"}');
    assert.equal(message!.MessageAttributes!.label!.StringValue, "bicycle");
    const { MessageId, SdkHttpMetadata, SdkResponseMetadata, ...rest } = JSON.parse(output!);
    assert.match(MessageId, /^[0-9a-f-]{36}$/);
    assert.equal(SdkHttpMetadata.HttpStatusCode, 200);
    assert.equal(SdkHttpMetadata.HttpHeaders["x-amzn-RequestId"], SdkResponseMetadata.RequestId);
    const names = ["x-amzn-RequestId", "Content-Length", "Date", "Content-Type"];
    assert.deepEqual(Object.keys(SdkHttpMetadata.AllHttpHeaders), names);
    assert.deepEqual(SdkHttpMetadata.AllHttpHeaders["Content-Length"], ["294"]);
    assert.deepEqual(rest, {});
    assert.deepEqual(events.map(({ type }) => type), [
      "ExecutionStarted",
      "TaskStateEntered",
      "TaskScheduled",
      "TaskStarted",
      "TaskSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
    const { parameters: _, ...scheduled } = events[2]!.taskScheduledEventDetails!;
    assert.deepEqual(scheduled, { resourceType: "sns", resource: "publish", region: "us-east-1" });
    assert.equal(events[4]!.taskSucceededEventDetails!.resourceType, "sns");

    const missing = await run(aws, role, { ...parameters, TopicArn: `${TOPIC_ARN}2` }, { label: "x" });
    assert.equal(missing.error, "SNS.NotFoundException");
    assert.match(
      missing.cause!,
      /^Topic does not exist \(Service: AmazonSNS; Status Code: 404; Error Code: NotFound; Request ID: /,
    );
    const powerless = await makeRole(aws, "powerless", trust);
    const denied = await run(aws, powerless, parameters, { label: "x" });
    assert.equal(denied.error, "SNS.AuthorizationErrorException");
    assert.match(denied.cause!, /is not authorized to perform: SNS:Publish/);
    const wrong = await run(aws, role, parameters, { label: 7 });
    assert.equal(wrong.error, "States.Runtime");
    assert.match(wrong.cause!, /could not be used to start the Task: \[Expected string at/);
  }));
