/** The task `arn:aws:states:::sns:publish`. */
import { AwsError } from "../errors.ts";
import type { Principal, Sns } from "../services.ts";
import { map, required, string, structure, validate } from "../legacy_shapes.ts";
import type { Json } from "./asl.ts";
import { StateFailure } from "./failures.ts";
import { sdkMetadata, serviceFailure } from "./sdk.ts";

const input = structure({
  TopicArn: string(),
  TargetArn: string(),
  Message: required(string()),
  Subject: string(),
  MessageStructure: string(),
  MessageAttributes: map(
    structure({ DataType: required(string()), StringValue: string(), BinaryValue: string() }),
  ),
});

/**
 * Publishes as the execution's role. A message that is no text is published as JSON.
 * @throws StateFailure `SNS.…` for SNS's errors, States.Runtime for parameters of a wrong type
 */
export function publish(parameters: string, principal: Principal, sns: Sns): Json {
  const { Message, ...rest } = JSON.parse(parameters);
  const text = typeof Message === "string" ? Message : JSON.stringify(Message);
  try {
    const { MessageId } = sns.publish(principal, read({ ...rest, Message: text }, parameters));
    const answer = { RequestId: crypto.randomUUID(), StatusCode: 200 };
    return { MessageId, ...sdkMetadata({ "Content-Type": "text/xml" }, answer) };
  } catch (error) {
    throw serviceFailure(error, "SNS", "AmazonSNS", className);
  }
}

function read(given: unknown, parameters: string) {
  try {
    return validate(input, given);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new StateFailure(
      "States.Runtime",
      `The Parameters '${parameters}' could not be used to start the Task: [${error.message}]`,
    );
  }
}

/** Codes are the names of the SDK's classes without what these end in, but for one. */
function className(code: string): string {
  return code === "ParameterValueInvalid" ? "InvalidParameterValueException" : `${code}Exception`;
}
