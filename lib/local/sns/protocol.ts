/** The protocol of SNS. */
import { AwsError } from "../errors.ts";
import { denialText, invalidBy, violationsText } from "../protocols/protocol.ts";
import { query } from "../protocols/query.ts";
import { missingMember } from "../shapes.ts";
import { invalid, unsupportedParameter } from "./context.ts";

export const snsProtocol = query({
  xmlns: "http://sns.amazonaws.com/doc/2010-03-31/",
  words: {
    invalid: invalidBy(
      (violations) => {
        const missing = violations.map(missingMember).find((name) => name !== undefined);
        return missing === undefined
          ? new AwsError("InvalidParameter", violationsText(violations))
          : invalid(`${missing} Reason: no value for required parameter`);
      },
      unsupportedParameter,
    ),
    denied: (denial) =>
      new AwsError(
        "AuthorizationError",
        denialText({ ...denial, action: denial.action.replace("sns", "SNS") }),
        403,
      ),
  },
});
