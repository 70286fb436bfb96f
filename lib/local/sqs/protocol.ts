/** How SQS is spoken to: AWS JSON, with the names that its errors had in the query protocol in a header. */
import { AwsError, unsupported } from "../errors.ts";
import { awsJson } from "../protocols/aws_json.ts";
import { denialText, invalidBy, violationsText } from "../protocols/protocol.ts";
import { missingMember } from "../shapes.ts";
import { invalidParameter, missingParameter, queryErrorCode } from "./errors.ts";

export const sqsProtocol = awsJson({
  version: "1.0",
  target: "AmazonSQS",
  noTarget: () =>
    unsupported("the query protocol of SQS, which clients before 2024 speak", "UnsupportedOperation"),
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
