/** The protocols of IAM and STS. */
import { AwsError, unsupported } from "../errors.ts";
import { invalidBy, violationsText } from "../protocols/protocol.ts";
import { query } from "../protocols/query.ts";

const words = {
  invalid: invalidBy(
    (violations) => new AwsError("ValidationError", violationsText(violations)),
    (what) => unsupported(what, "ValidationError"),
  ),
};

export const iamProtocol = query({ xmlns: "https://iam.amazonaws.com/doc/2010-05-08/", words });
export const stsProtocol = query({ xmlns: "https://sts.amazonaws.com/doc/2011-06-15/", words });
