/** The protocols of SageMaker's control plane and of its runtime, which invokes endpoints. */
import { AwsError, unsupported } from "../errors.ts";
import { awsJson } from "../protocols/aws_json.ts";
import { jsonFault } from "../protocols/faults.ts";
import { denialText, invalidBy, violationsText } from "../protocols/protocol.ts";
import { restJson } from "../protocols/rest_json.ts";

export const sagemakerProtocol = awsJson({ version: "1.1", target: "SageMaker" });

/** Its code for invalid input is ValidationError, not ValidationException as in the control plane. */
export const runtimeProtocol = restJson({
  name: "SageMaker Runtime",
  words: {
    invalid: invalidBy(
      (violations) => new AwsError("ValidationError", violationsText(violations)),
      (what) => unsupported(what, "ValidationError"),
    ),
    denied: (denial) => new AwsError("AccessDeniedException", denialText(denial)),
    unauthenticated: jsonFault(400),
  },
  errorMembers: ({ code }) => ({ __type: code }),
});
