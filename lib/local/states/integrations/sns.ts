/** The task `arn:aws:states:::sns:publish`. */
import { type Infer, validate } from "../../shapes.ts";
import { publish } from "../../sns/publish.ts";
import type { TaskCaller } from "../interpreter/flow.ts";
import { StateFailure } from "../language/failures.ts";
import { statesProtocol } from "../protocol.ts";
import type { Integration } from "./integration.ts";
import { sdkMetadata, serviceFailure } from "./sdk.ts";

/** The length of AWS's answer to Publish, as recorded: its two ids always have 36 letters. */
const ANSWER_BYTES = "294";

type PublishInput = Infer<typeof publish.input>;

/** A message that is not a string is published as JSON. SNS's errors are `SNS.…`, wrong types are States.Runtime. */
export const snsPublish: Integration = {
  service: { resourceType: "sns", resource: "publish" },
  parameters: ["TopicArn", "TargetArn", "Message", "Subject", "MessageStructure", "MessageAttributes"],
  unsupported: ["PhoneNumber", "MessageGroupId", "MessageDeduplicationId"],
  patterns: ["", ".waitForTaskToken"],
  required: ["Message"],
  call(parameters, caller) {
    const { MessageId } = call(read(parameters), caller);
    const RequestId = crypto.randomUUID();
    const headers = {
      "x-amzn-RequestId": RequestId,
      "Content-Length": ANSWER_BYTES,
      "Date": new Date().toUTCString(),
      "Content-Type": "text/xml",
    };
    return { MessageId, ...sdkMetadata(headers, { RequestId, StatusCode: 200 }) };
  },
};

/** Calls SNS. @throws StateFailure */
function call(input: PublishInput, { principal, core, signal }: TaskCaller) {
  const caller = { principal: principal(), signal };
  try {
    return core.call(publish, input, caller);
  } catch (error) {
    throw serviceFailure(error, "SNS", "AmazonSNS", className);
  }
}

function read(parameters: string): PublishInput {
  const { Message, ...rest } = JSON.parse(parameters);
  const text = typeof Message === "string" ? Message : JSON.stringify(Message);
  const { input, violations } = validate(publish.input, { ...rest, Message: text });
  if (violations.length === 0) return input;
  const { message } = statesProtocol.words.invalid(violations);
  throw new StateFailure(
    "States.Runtime",
    `The Parameters '${parameters}' could not be used to start the Task: [${message}]`,
  );
}

/** The SDK's exceptions are named by their codes, except for one. */
function className(code: string): string {
  return code === "ParameterValueInvalid" ? "InvalidParameterValueException" : `${code}Exception`;
}
