/** Who makes a request: keys issued here are verified; the listener's door decides about all others. */
import type { Principal } from "../operation.ts";
import type { AuthenticationFault } from "../protocols/faults.ts";
import type { SigningRules, WireRequest, Words } from "../protocols/protocol.ts";
import type { Core, Door } from "../core.ts";
import type { Entities } from "./entities.ts";
import { namedCredentials, readSignature } from "./credentials.ts";
import { namesOurs, principalOf, type Sessions } from "./sessions.ts";
import type { Signature } from "./signature.ts";

/** The key pair of the account's administrator, where signatures are required; the README names it. */
export const ADMINISTRATOR_KEY = { accessKeyId: "local", secret: "local" };

const ANONYMOUS: Principal = { arn: "anonymous", anonymous: true };

/** Whom a key stands for, and the secret that shows it. */
interface Holder {
  readonly secret: string;
  readonly principal: Principal;
}

export class Authentication {
  readonly #administrator: Principal;

  constructor(readonly core: Core, readonly entities: Entities, readonly sessions: Sessions) {
    this.#administrator = { arn: `arn:aws:iam::${core.account}:root` };
  }

  /** See core.ts. */
  authenticate(request: WireRequest, rules: SigningRules, words: Words, door: Door): Principal {
    const named = namedCredentials(request, rules);
    if (door === "open" && !named.some(namesOurs)) {
      refuseLate(request, rules, words);
      return this.#administrator;
    }
    if (named.length === 0) return ANONYMOUS;
    const signature = readSignature(request, rules);
    if (typeof signature === "string") throw words.unauthenticated(signature);
    const holder = this.#holder(signature, door);
    if (typeof holder === "string") throw words.unauthenticated(holder);
    const { unsignedHeaders } = signature;
    const fault = signature.timeFault() ??
      (unsignedHeaders.length > 0
        ? "headers"
        : signature.isMadeWith(holder.secret)
        ? undefined
        : "signature");
    if (fault) {
      throw words.unauthenticated(fault, fault === "lifetime" ? [lifetimeOf(request)] : unsignedHeaders);
    }
    return holder.principal;
  }

  #holder({ accessKeyId, token }: Signature, door: Door): Holder | AuthenticationFault {
    if (door === "signed" && accessKeyId === ADMINISTRATOR_KEY.accessKeyId) {
      const { secret } = ADMINISTRATOR_KEY;
      return token === null ? { secret, principal: this.#administrator } : "token";
    }
    const session = this.sessions.get(accessKeyId);
    if (!session) return "key";
    if (token !== session.SessionToken) return "token";
    if (session.Expiration <= this.core.now()) return "expired";
    // A deleted role's sessions end with it.
    if (this.entities.role(session.RoleName)?.RoleId !== session.RoleId) return "key";
    return { secret: session.SecretAccessKey, principal: principalOf(session) };
  }
}

/** A presigned URL ends with its time, whoever made it. */
function refuseLate(request: WireRequest, rules: SigningRules, words: Words): void {
  const query = request.url.searchParams;
  if (!query.has("X-Amz-Expires") && !query.has("AWSAccessKeyId")) return;
  const signature = readSignature(request, rules);
  const fault = typeof signature === "string" ? undefined : signature.timeFault();
  if (fault) throw words.unauthenticated(fault, [lifetimeOf(request)]);
}

/** The seconds that a presigned URL is to be valid for, as they were given. */
function lifetimeOf({ url }: WireRequest): string {
  return url.searchParams.get("X-Amz-Expires") ?? "";
}
