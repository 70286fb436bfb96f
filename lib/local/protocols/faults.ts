/** How the services word that they do not accept a request's signature. */
import { AwsError } from "../errors.ts";

/**
 * Why a request is not accepted:
 * - `missing`: it is not signed, and its operation takes signed requests only;
 * - `mechanism`: a way of signing that the service does not have; `several`: more than one; `malformed`: half of one;
 * - `key`, `token`, `expired`: of the session; `signature`: made with another secret, or of another request;
 * - `headers`: some that must be signed are not; `region`: it is signed for one that AWS does not have;
 * - `skew`: signed too long ago or too far ahead; `request expired`: a presigned URL;
 * - `lifetime`: a presigned URL that is to be valid for less than a second or more than a week.
 */
export type AuthenticationFault =
  | "missing"
  | "mechanism"
  | "several"
  | "malformed"
  | "key"
  | "token"
  | "expired"
  | "signature"
  | "headers"
  | "region"
  | "skew"
  | "request expired"
  | "lifetime";

/** @param names for `headers`: the unsigned ones; `region`: the one named and the local AWS's; `lifetime`: the seconds */
export type WordFault = (fault: AuthenticationFault, names?: readonly string[]) => AwsError;

type Codes = Readonly<Record<AuthenticationFault, string>>;

const JSON_CODES: Codes = {
  missing: "MissingAuthenticationTokenException",
  mechanism: "IncompleteSignatureException",
  several: "IncompleteSignatureException",
  malformed: "IncompleteSignatureException",
  key: "UnrecognizedClientException",
  token: "UnrecognizedClientException",
  expired: "ExpiredTokenException",
  signature: "InvalidSignatureException",
  headers: "InvalidSignatureException",
  region: "InvalidSignatureException",
  skew: "InvalidSignatureException",
  "request expired": "InvalidSignatureException",
  lifetime: "InvalidSignatureException",
};

const QUERY_CODES: Codes = {
  missing: "MissingAuthenticationToken",
  mechanism: "IncompleteSignature",
  several: "IncompleteSignature",
  malformed: "IncompleteSignature",
  key: "InvalidClientTokenId",
  token: "InvalidClientTokenId",
  expired: "ExpiredToken",
  signature: "SignatureDoesNotMatch",
  headers: "SignatureDoesNotMatch",
  region: "SignatureDoesNotMatch",
  skew: "SignatureDoesNotMatch",
  "request expired": "SignatureDoesNotMatch",
  lifetime: "SignatureDoesNotMatch",
};

/** For the JSON protocols. @param status 400 in AWS JSON, 403 in most REST services */
export function jsonFault(status: number): WordFault {
  return (fault, names) => new AwsError(JSON_CODES[fault], text(fault, names), status);
}

export const queryFault: WordFault = (fault, names) =>
  new AwsError(QUERY_CODES[fault], text(fault, names), 403);

function text(fault: AuthenticationFault, names: readonly string[] = []): string {
  switch (fault) {
    case "missing":
      return "Missing Authentication Token";
    case "mechanism":
      return "The request is not signed by AWS4-HMAC-SHA256, the only algorithm that this service accepts.";
    case "several":
      return "The request is signed in more than one way.";
    case "malformed":
      return "The request signature does not conform to AWS standards.";
    case "key":
    case "token":
      return "The security token included in the request is invalid.";
    case "expired":
      return "The security token included in the request is expired";
    case "signature":
      return "The request signature we calculated does not match the signature you provided. Check your AWS Secret " +
        "Access Key and signing method. Consult the service documentation for details.";
    case "headers":
      return names.includes("host")
        ? "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
        : `'${names.join("', '")}' must be a 'SignedHeader' in the AWS Authorization.`;
    case "region":
      return `Credential should be scoped to a valid region, not '${names[0]}'. `;
    case "skew":
    case "request expired":
      return "Signature expired: its date is too far from the current time.";
    case "lifetime":
      return lifetimeText(names);
  }
}

/** @param names the `X-Amz-Expires` that was given */
function lifetimeText([given = ""]: readonly string[]): string {
  if (!/^-?\d+$/.test(given)) return "X-Amz-Expires should be a number";
  if (given.startsWith("-")) return "X-Amz-Expires must be non-negative";
  if (Number(given) === 0) return "X-Amz-Expires must be at least 1 second";
  return "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than " +
    "604800 seconds";
}

export const s3Fault: WordFault = (fault, names = []) => {
  switch (fault) {
    case "missing":
      return new AwsError("AccessDenied", "Access Denied", 403);
    case "mechanism":
      return new AwsError(
        "InvalidRequest",
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
      );
    case "several":
      return new AwsError(
        "InvalidArgument",
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter " +
          "or the Authorization header should be specified",
      );
    case "malformed":
      return new AwsError(
        "AuthorizationHeaderMalformed",
        "The authorization header that you provided is not valid.",
      );
    case "key":
      return new AwsError(
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
        403,
      );
    case "token":
      return new AwsError("InvalidToken", "The provided token is malformed or otherwise invalid.");
    case "expired":
      return new AwsError("ExpiredToken", "The provided token has expired.");
    case "signature":
      return new AwsError(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and " +
          "signing method.",
        403,
      );
    case "headers":
      return new AwsError(
        "AccessDenied",
        "There were headers present in the request which were not signed",
        403,
        { HeadersNotSigned: names.join(", ") },
      );
    case "region":
      return new AwsError(
        "AuthorizationHeaderMalformed",
        `The authorization header is malformed; the region '${names[0]}' is wrong; expecting '${names[1]}'`,
        400,
        { Region: names[1] },
      );
    case "skew":
      return new AwsError(
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
        403,
      );
    case "request expired":
      return new AwsError("AccessDenied", "Request has expired", 403);
    case "lifetime":
      return new AwsError("AuthorizationQueryParametersError", lifetimeText(names));
  }
};
