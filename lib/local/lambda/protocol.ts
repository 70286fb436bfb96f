/** The protocol of Lambda. */
import { AwsError } from "../errors.ts";
import { restJson } from "../protocols/rest_json.ts";

/** AWS's limit: a 50 MB zip in base64, and the members around it. */
const MAX_BODY_BYTES = 70_167_211;

/** The limit of bodies with packages; above AWS's, which is worded below. */
export const PACKAGE_BYTES = 80 * 2 ** 20;

export const lambdaProtocol = restJson({
  name: "Lambda",
  maxJson: {
    bytes: MAX_BODY_BYTES,
    tooLarge: ({ name }) =>
      new AwsError(
        "RequestEntityTooLargeException",
        `Request must be smaller than ${MAX_BODY_BYTES} bytes for the ${name} operation`,
        413,
      ),
  },
  notJson: (reason) =>
    new AwsError("InvalidRequestContentException", `Could not parse request body into json: ${reason}`),
  errorMembers: ({ status }) => ({ Type: status < 500 ? "User" : "Service" }),
});
