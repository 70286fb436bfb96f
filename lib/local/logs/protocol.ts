/** The protocol of CloudWatch Logs. */
import { AwsError, unsupported } from "../errors.ts";
import { awsJson } from "../protocols/aws_json.ts";
import { invalidBy, violationsText } from "../protocols/protocol.ts";

/** The error code for anything wrong with a request's members. */
export const INVALID = "InvalidParameterException";

export const logsProtocol = awsJson({
  version: "1.1",
  target: "Logs_20140328",
  words: {
    invalid: invalidBy(
      (violations) => new AwsError(INVALID, violationsText(violations)),
      (what) => unsupported(what, INVALID),
    ),
  },
});
