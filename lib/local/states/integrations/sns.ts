/** The task `arn:aws:states:::sns:publish`. */
import type { PublishInput } from "../../services.ts";
import { map, required, string, structure, validate } from "../../shapes.ts";
import type { TaskCaller } from "../interpreter/flow.ts";
import { StateFailure } from "../language/failures.ts";
import { statesProtocol } from "../protocol.ts";
import type { Integration } from "./integration.ts";
import { sdkMetadata, serviceFailure } from "./sdk.ts";

const shape = structure({
  TopicArn: string(),
  TargetArn: string(),
  Message: required(string()),
  Subject: string(),
  MessageStructure: string(),
  MessageAttributes: map(
    structure({ DataType: required(string()), StringValue: string(), BinaryValue: string() }),
  ),
});

/** A message that is not a string is published as JSON. `SNS.…` for SNS's errors, States.Runtime for wrong types. */
export const snsPublish: Integration = {
  service: { resourceType: "sns", resource: "publish" },
  parameters: ["TopicArn", "TargetArn", "Message", "Subject", "MessageStructure", "MessageAttributes"],
  notHere: ["PhoneNumber", "MessageGroupId", "MessageDeduplicationId"],
  required: "Message",
  async call(parameters, caller) {
    const { MessageId } = await publish(read(parameters), caller);
    const answer = { RequestId: crypto.randomUUID(), StatusCode: 200 };
    return { MessageId, ...sdkMetadata({ "Content-Type": "text/xml" }, answer) };
  },
};

/** The one call of SNS. */
async function publish(input: PublishInput, { principal, siblings }: TaskCaller) {
  const caller = principal();
  try {
    return await siblings.sns.publish(caller, input);
  } catch (error) {
    throw serviceFailure(error, "SNS", "AmazonSNS", className);
  }
}

function read(parameters: string): PublishInput {
  const { Message, ...rest } = JSON.parse(parameters);
  const text = typeof Message === "string" ? Message : JSON.stringify(Message);
  const { input, violations } = validate(shape, { ...rest, Message: text });
  if (violations.length === 0) return input;
  const { message } = statesProtocol.words.invalid(violations);
  throw new StateFailure(
    "States.Runtime",
    `The Parameters '${parameters}' could not be used to start the Task: [${message}]`,
  );
}

/** Codes are the names of the SDK's classes without `Exception`, except for one. */
function className(code: string): string {
  return code === "ParameterValueInvalid" ? "InvalidParameterValueException" : `${code}Exception`;
}
