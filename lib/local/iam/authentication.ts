/** Who makes a request: keys issued here are verified, any other key is the administrator's. */
import type { Principal } from "../operation.ts";
import type { AuthenticationFault, SigningRules, WireRequest, Words } from "../protocols/protocol.ts";
import type { Core } from "../core.ts";
import type { Entities, Session } from "./entities.ts";
import { principalOf, type Sessions } from "./sessions.ts";
import { isSignedWith, readSignature, sha256, type SignedRequest } from "./signature.ts";

export class Authentication {
  constructor(readonly core: Core, readonly entities: Entities, readonly sessions: Sessions) {}

  /** See core.ts. */
  authenticate(request: WireRequest, rules: SigningRules, words: Words): Principal {
    const signed = readSignature(request);
    if (!signed || !this.sessions.isOurs(signed.accessKeyId)) {
      return { arn: `arn:aws:iam::${this.core.account}:root` };
    }
    const session = this.sessions.get(signed.accessKeyId);
    const fault = this.#sessionFault(signed, session) ?? dateFault(signed, rules) ??
      signatureFault(request, signed, session!, rules);
    if (fault) throw words.unauthenticated(fault);
    return principalOf(session!);
  }

  #sessionFault(signed: SignedRequest, session: Session | undefined): AuthenticationFault | undefined {
    if (!session) return "key";
    if (signed.token !== session.SessionToken) return "token";
    if (session.Expiration <= this.core.now()) return "expired";
    // A deleted role's sessions end with it.
    return this.entities.role(session.RoleName)?.RoleId === session.RoleId ? undefined : "key";
  }
}

/** Compares with the system clock, not with `core.now()`: clients sign by the system clock. */
function dateFault(
  { date, expires, scope }: SignedRequest,
  { maxSkewMinutes }: SigningRules,
): AuthenticationFault | undefined {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const time = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  if (Number.isNaN(time) || !scope.startsWith(date.slice(0, 8))) return "signature";
  const age = Date.now() - time;
  if (expires === undefined) return Math.abs(age) > maxSkewMinutes * 60_000 ? "skew" : undefined;
  return expires >= 0 && expires <= 604_800 && age <= expires * 1000 ? undefined : "request expired";
}

function signatureFault(
  request: WireRequest,
  signed: SignedRequest,
  session: Session,
  rules: SigningRules,
): AuthenticationFault | undefined {
  const stated = request.headers.get("x-amz-content-sha256");
  let hash = stated ?? "UNSIGNED-PAYLOAD";
  if (rules.hashesBody) {
    hash = sha256(request.body as Uint8Array | null ?? new Uint8Array());
    if (stated !== null && stated !== hash) return "signature";
  }
  return isSignedWith(session.SecretAccessKey, request, signed, hash, rules) ? undefined : "signature";
}
