/** Role sessions and their credentials. */
import type { Core } from "../core.ts";
import type { Principal } from "../operation.ts";
import { type Entities, type Role, type Session, uniqueId } from "./entities.ts";

/** Every key issued here begins so: an expired one is still recognised, and is not taken for the administrator's. */
const KEY_PREFIX = "ASIASCONES";
const KEY_LENGTH = 20;

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
      SessionToken: random(270),
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

  /** Whether a key was issued here, even if its session is gone. */
  isOurs(accessKeyId: string): boolean {
    return accessKeyId.startsWith(KEY_PREFIX) && accessKeyId.length === KEY_LENGTH;
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

export function principalOf({ Arn, RoleName }: Session): Principal {
  return { arn: Arn, roleName: RoleName };
}

function random(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toBase64();
}
