/** Who makes a request: keys made here are verified, any other is the administrator's. */
import { AwsError } from "../errors.ts";
import type { Core, Principal } from "../services.ts";
import type { Entities, Session } from "./entities.ts";
import { principalOf, type Sessions } from "./sessions.ts";
import { isSignedWith, readSignature, sha256, type SignedRequest } from "./signature.ts";

/** How far a request's date may be from the clock: S3 grants 15 minutes, the others 5. */
const MAX_SKEW_MS = { s3: 15 * 60_000, other: 5 * 60_000 };

export class Authentication {
  constructor(readonly core: Core, readonly entities: Entities, readonly sessions: Sessions) {}

  /** See services.ts. */
  async authenticate(request: Request): Promise<Principal> {
    const signed = readSignature(request);
    if (!signed || !this.sessions.isOurs(signed.accessKeyId)) {
      return { arn: `arn:aws:iam::${this.core.account}:root` };
    }
    const session = this.#session(signed);
    checkDate(signed);
    const hash = await payloadHash(request, signed);
    if (!isSignedWith(session.SecretAccessKey, request, signed, hash)) throw refusal("signature", signed);
    return principalOf(session);
  }

  #session(signed: SignedRequest): Session {
    const session = this.sessions.get(signed.accessKeyId);
    if (!session) throw refusal("key", signed);
    if (signed.token !== session.SessionToken) throw refusal("token", signed);
    if (session.Expiration <= this.core.now()) throw refusal("expired", signed);
    // A deleted role's sessions end with it.
    if (this.entities.role(session.RoleName)?.RoleId !== session.RoleId) throw refusal("key", signed);
    return session;
  }
}

/** Compared with the machine's clock, as it is another program's clock that made it. */
function checkDate(signed: SignedRequest): void {
  const { service, date, expires, scope } = signed;
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const time = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  if (Number.isNaN(time) || !scope.startsWith(date.slice(0, 8))) throw refusal("signature", signed);
  const age = Date.now() - time;
  if (expires !== undefined) {
    if (!(expires >= 0 && expires <= 604_800) || age > expires * 1000) {
      throw refusal("request expired", signed);
    }
  } else if (Math.abs(age) > (service === "s3" ? MAX_SKEW_MS.s3 : MAX_SKEW_MS.other)) {
    throw refusal("skew", signed);
  }
}

/** What the body counts for in the canonical request. */
async function payloadHash(request: Request, signed: SignedRequest): Promise<string> {
  const stated = request.headers.get("x-amz-content-sha256");
  // S3 compares a stated hash with the body as it arrives.
  if (signed.service === "s3") return stated ?? "UNSIGNED-PAYLOAD";
  const hash = sha256(new Uint8Array(await request.clone().arrayBuffer()));
  if (stated !== null && stated !== hash) throw refusal("signature", signed);
  return hash;
}

type Fault = "key" | "token" | "expired" | "signature" | "skew" | "request expired";

/** The error of a fault as the service that was called answers it. */
function refusal(fault: Fault, { service }: SignedRequest): AwsError {
  if (service === "s3") return S3_REFUSALS[fault]();
  const [queryCode, jsonCode, message] = REFUSALS[fault];
  const query = service === "iam" || service === "sts" || service === "sns";
  return new AwsError(query ? queryCode : jsonCode, message, query || service === "lambda" ? 403 : 400);
}

const S3_REFUSALS: Readonly<Record<Fault, () => AwsError>> = {
  key: () =>
    new AwsError(
      "InvalidAccessKeyId",
      "The AWS Access Key Id you provided does not exist in our records.",
      403,
    ),
  token: () => new AwsError("InvalidToken", "The provided token is malformed or otherwise invalid."),
  expired: () => new AwsError("ExpiredToken", "The provided token has expired."),
  signature: () =>
    new AwsError(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your key and " +
        "signing method.",
      403,
    ),
  skew: () =>
    new AwsError(
      "RequestTimeTooSkewed",
      "The difference between the request time and the current time is too large.",
      403,
    ),
  "request expired": () => new AwsError("AccessDenied", "Request has expired", 403),
};

const INVALID_TOKEN = [
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "The security token included in the request is invalid.",
] as const;
const EXPIRED_SIGNATURE = [
  "SignatureDoesNotMatch",
  "InvalidSignatureException",
  "Signature expired: its date is too far from the current time.",
] as const;

/** Code in the query protocol, code in JSON, message. */
const REFUSALS: Readonly<Record<Fault, readonly [string, string, string]>> = {
  key: INVALID_TOKEN,
  token: INVALID_TOKEN,
  expired: ["ExpiredToken", "ExpiredTokenException", "The security token included in the request is expired"],
  signature: [
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret " +
    "Access Key and signing method. Consult the service documentation for details.",
  ],
  skew: EXPIRED_SIGNATURE,
  "request expired": EXPIRED_SIGNATURE,
};
