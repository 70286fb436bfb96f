/** Role sessions and their credentials. */
import type { Core } from "../core.ts";
import type { Principal } from "../operation.ts";
import { type Entities, type Role, type Session, uniqueId } from "./entities.ts";

/** Keys and tokens issued here begin so: expired ones are still recognised, and are not taken for the administrator's. */
const KEY_PREFIX = "ASIASCONES";
const KEY_LENGTH = 20;
const TOKEN_PREFIX = "SconesUnlimitedToken";
const ISSUED = new RegExp(`${KEY_PREFIX}[A-Z2-7]{${KEY_LENGTH - KEY_PREFIX.length}}|${TOKEN_PREFIX}`, "i");

/** How long sessions of services last, and how long before their end they are replaced. */
const SERVICE_SESSION_MS = 12 * 3600 * 1000;
const RENEW_BEFORE_MS = 6 * 3600 * 1000;
const MAX_REUSED = 1000;

export class Sessions {
  /** Sessions of services by role id and session name, to be reused. */
  readonly #reused = new Map<string, Session>();

  constructor(readonly core: Core, readonly entities: Entities) {}

  /** A session for a service, reused while it lasts long enough. */
  forService(role: Role, sessionName: string): Session {
    const key = `${role.RoleId}/${sessionName}`;
    const known = this.#reused.get(key);
    if (known && known.Expiration - this.core.now() > RENEW_BEFORE_MS) return known;
    if (this.#reused.size >= MAX_REUSED) this.#reused.clear();
    const session = this.create(role, sessionName, SERVICE_SESSION_MS);
    this.#reused.set(key, session);
    return session;
  }

  create(role: Role, sessionName: string, milliseconds: number): Session {
    const session: Session = {
      AccessKeyId: uniqueId(KEY_PREFIX, KEY_LENGTH),
      SecretAccessKey: random(30),
      SessionToken: TOKEN_PREFIX + random(255),
      Since: this.core.now(),
      Expiration: this.core.now() + milliseconds,
      Arn: sessionArn(this.core, role, sessionName),
      RoleName: role.RoleName,
      RoleId: role.RoleId,
    };
    this.entities.sessions.put(session.AccessKeyId, session);
    return session;
  }

  get(accessKeyId: string): Session | undefined {
    return this.entities.sessions.get(accessKeyId);
  }

  /** Deletes expired sessions. */
  expire(): void {
    for (const { AccessKeyId, Expiration } of this.entities.sessions.list()) {
      if (Expiration <= this.core.now()) this.entities.sessions.delete(AccessKeyId);
    }
  }
}

export function sessionArn({ account }: Core, { RoleName }: Role, sessionName: string): string {
  return `arn:aws:sts::${account}:assumed-role/${RoleName}/${sessionName}`;
}

/** A session that was stored without its beginning counts as an old one. */
export function principalOf({ Arn, RoleName, Since = 0 }: Session): Principal {
  return { arn: Arn, roleName: RoleName, since: Since };
}

/** Whether a text names a key or a token that was issued here, even if its session is gone. */
export function namesOurs(text: string): boolean {
  return ISSUED.test(text);
}

function random(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toBase64();
}
