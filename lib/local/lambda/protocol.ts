/** How Lambda is spoken to. */
import { AwsError } from "../errors.ts";
import { restJson } from "../protocols/rest_json.ts";

export const lambdaProtocol = restJson({
  name: "Lambda",
  notJson: (reason) =>
    new AwsError("InvalidRequestContentException", `Could not parse request body into json: ${reason}`),
  errorMembers: ({ status }) => ({ Type: status < 500 ? "User" : "Service" }),
});
