/** The protocol of SNS. */
import { AwsError } from "../errors.ts";
import { denialText, invalidBy, type Protocol, violationsText } from "../protocols/protocol.ts";
import { query } from "../protocols/query.ts";
import { missingMember } from "../shapes.ts";
import { invalid, unsupportedParameter } from "./context.ts";

const base = query({
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

/** The query protocol, but for the certificate, which is no XML. */
export const snsProtocol: Protocol = {
  ...base,
  write(output, operation, requestId) {
    if (output === undefined || !("certificate" in output)) return base.write(output, operation, requestId);
    return new Response(String(output.certificate), {
      headers: { "content-type": "application/x-pem-file" },
    });
  },
};
