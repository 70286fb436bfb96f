/** The protocol of SQS: AWS JSON, with the query protocol's error codes in a header. */
import { AwsError, unsupported } from "../errors.ts";
import { awsJson } from "../protocols/aws_json.ts";
import { denialText, invalidBy, violationsText } from "../protocols/protocol.ts";
import { missingMember } from "../shapes.ts";
import { invalidParameter, missingParameter, queryErrorCode } from "./errors.ts";

export const sqsProtocol = awsJson({
  version: "1.0",
  target: "AmazonSQS",
  noTarget: () =>
    unsupported("SQS's query protocol, which clients from before 2024 use", "UnsupportedOperation"),
  words: {
    invalid: invalidBy(
      (violations) => {
        const missing = violations.map(missingMember).find((name) => name !== undefined);
        return missing === undefined
          ? invalidParameter(violationsText(violations))
          : missingParameter(missing);
      },
      (what) => unsupported(what, "InvalidParameterValueException"),
    ),
    denied: (denial) =>
      new AwsError(
        "AccessDeniedException",
        denialText({ ...denial, action: denial.action.toLowerCase() }),
        403,
      ),
  },
  errorFields: ({ code, status }) => ({
    headers: { "x-amzn-query-error": `${queryErrorCode(code)};${status < 500 ? "Sender" : "Receiver"}` },
    members: { __type: `com.amazonaws.sqs#${code}` },
  }),
});
