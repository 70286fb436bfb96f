/** The task `arn:aws:states:::sqs:sendMessage`. */
import { AwsError } from "../../errors.ts";
import { queryErrorCode } from "../../sqs/errors.ts";
import { sendMessage } from "../../sqs/send.ts";
import { httpMetadata } from "./http_metadata.ts";
import type { Integration } from "./integration.ts";
import { taskInput } from "./parameters.ts";
import { serviceFailure } from "./sdk.ts";

/** A body that is not a string is sent as JSON. */
export const sqsSendMessage: Integration = {
  service: { resourceType: "sqs", resource: "sendMessage" },
  patterns: ["", ".waitForTaskToken"],
  parameters: [
    ...["QueueUrl", "MessageBody", "DelaySeconds", "MessageAttributes"],
    ...["MessageDeduplicationId", "MessageGroupId"],
  ],
  unsupported: [],
  required: ["QueueUrl", "MessageBody"],
  call(parameters, { core, principal, signal }) {
    const { MessageBody, ...rest } = JSON.parse(parameters);
    const isText = typeof MessageBody === "string" || MessageBody === null;
    const body = isText ? MessageBody : JSON.stringify(MessageBody);
    const input = taskInput(sendMessage.input, { ...rest, MessageBody: body }, parameters);
    const caller = { principal: principal(), signal };
    try {
      const sent = core.call(sendMessage, input, caller) as Record<string, string | undefined>;
      const names = ["MD5OfMessageAttributes", "MD5OfMessageBody", "MessageId"];
      const given = names.filter((name) => sent[name] !== undefined).map((name) => [name, sent[name]!]);
      const output: Record<string, string> = Object.fromEntries(given);
      return { ...output, ...httpMetadata(output) };
    } catch (error) {
      throw serviceFailure(inQueryProtocol(error), "SQS", "AmazonSQS", className);
    }
  },
};

/** The SDK shows the codes of the older protocol. */
function inQueryProtocol(error: unknown): unknown {
  if (!(error instanceof AwsError)) return error;
  return new AwsError(queryErrorCode(error.code), error.message, error.status);
}

/** Codes with an exception of their own end in its name; the others share one. */
function className(code: string): string {
  if (code === "AWS.SimpleQueueService.NonExistentQueue") return "QueueDoesNotExistException";
  const modelled = ["OverLimit", "InvalidMessageContents", "UnsupportedOperation"];
  const name = code.replace("AWS.SimpleQueueService.", "");
  return modelled.includes(name) ? `${name}Exception` : "AmazonSQSException";
}
