/** Decides on permissions: by the policies of the principal's role and the policy of the resource. */
import type { Permission, Principal } from "../operation.ts";
import type { Denial } from "../protocols/protocol.ts";
import type { Assumer, Core } from "../core.ts";
import { effective, type Entities, type Role } from "./entities.ts";
import { type Context } from "./patterns.ts";
import {
  type Asker,
  type Decision,
  evaluate,
  evaluateResource,
  evaluateTrust,
  type Question,
} from "./policy.ts";
import { parsePolicy, type PolicyDocument, type PolicyKind } from "./policy_document.ts";

const MAX_CACHED = 1000;

/** What a bucket policy cannot deny the account's own administrator, so that nobody is locked out (AWS, PutBucketPolicy). */
const OWNERS: ReadonlySet<string> = new Set([
  "s3:GetBucketPolicy",
  "s3:PutBucketPolicy",
  "s3:DeleteBucketPolicy",
]);

export class Authorization {
  /** Parsed documents by kind and text. */
  readonly #documents = new Map<string, PolicyDocument>();

  constructor(readonly core: Core, readonly entities: Entities) {}

  /** See `Authority` in dispatcher.ts. */
  decide(principal: Principal, permission: Permission, region: string): Denial | undefined {
    const { action, resource, conditions = {}, policy } = permission;
    if (principal.serviceFor !== undefined) return this.#decideForService(principal, permission, region);
    if (isAdministrator(principal) && (policy === undefined || OWNERS.has(action))) return undefined;
    const context = this.#context(region, this.#callerContext(principal, conditions));
    const question = { action, resource, context };
    const own = this.#decide(principal, question);
    const others = this.#decideByResource(principal, question, policy);
    if (own === "ExplicitDeny") return { principal, action, resource, deniedBy: "identity" };
    if (others === "ExplicitDeny") return { principal, action, resource, deniedBy: "resource" };
    if (own !== "Allow" && others !== "Allow") return { principal, action, resource };
    const bounded = this.#decideByBoundary(principal, question);
    if (bounded === "Allow") return undefined;
    if (bounded === "ExplicitDeny") return { principal, action, resource, deniedBy: "boundary" };
    return { principal, action, resource, beyondBoundary: true };
  }

  /** A service acting for itself may do only what the resource's policy allows. */
  #decideForService(principal: Principal, permission: Permission, region: string): Denial | undefined {
    const { action, resource, conditions, policy } = permission;
    const context = this.#context(region, {
      "aws:SourceArn": principal.serviceFor!,
      "aws:SourceAccount": this.core.account,
      // As topics' default policies name it.
      "aws:SourceOwner": this.core.account,
      ...conditions,
    });
    const decision = policy === undefined ? "ImplicitDeny" : evaluateResource(
      this.#read(policy, "resource"),
      { Service: principal.arn },
      { action, resource, context },
    );
    if (decision === "Allow") return undefined;
    return { principal, action, resource, deniedBy: decision === "ExplicitDeny" ? "resource" : undefined };
  }

  /** The caller's unique id: `AROA…:SESSION`, the account's number for its administrator, or `anonymous`. */
  userId(principal: Principal): string {
    if (principal.anonymous) return principal.arn;
    const role = this.#roleOf(principal);
    if (!role) return this.core.account;
    return `${role.RoleId}:${principal.arn.slice(principal.arn.lastIndexOf("/") + 1)}`;
  }

  isAssumable(roleArn: string, { service, sourceArn }: Assumer): boolean {
    const role = this.entities.roleByArn(roleArn);
    return role !== undefined &&
      this.trust(role, { Service: service }, sourceArn.split(":")[3]!, { "aws:SourceArn": sourceArn }) ===
        "Allow";
  }

  /** The decision of the role's trust policy that is effective now. */
  trust(role: Role, asker: Asker, region: string, context: Record<string, string> = {}): Decision {
    const document = effective(role.Trust, this.core.now());
    if (document === undefined) return "ImplicitDeny";
    return evaluateTrust(this.#read(document, "trust"), asker, {
      action: "sts:AssumeRole",
      resource: role.Arn,
      context: this.#context(region, { "aws:SourceAccount": this.core.account, ...context }),
    });
  }

  #roleOf({ roleName }: Principal): Role | undefined {
    return roleName === undefined ? undefined : this.entities.role(roleName);
  }

  #decide(principal: Principal, question: Question): Decision {
    if (isAdministrator(principal)) return "Allow";
    const role = this.#roleOf(principal);
    return role ? evaluate(this.#policies(role), question) : "ImplicitDeny";
  }

  #decideByBoundary(principal: Principal, question: Question): Decision {
    const boundary = this.#roleOf(principal)?.Boundary;
    if (boundary === undefined) return "Allow";
    const document = this.entities.managedDocument(boundary);
    return document === undefined ? "ImplicitDeny" : evaluate([this.#read(document, "identity")], question);
  }

  /** A Deny for the account applies to all its roles; an Allow for the account still needs the role's own policies. */
  #decideByResource(principal: Principal, question: Question, policy: string | undefined): Decision {
    if (policy === undefined) return "ImplicitDeny";
    const document = this.#read(policy, "resource");
    if (principal.anonymous) return evaluateResource(document, { AWS: [] }, question);
    const role = this.#roleOf(principal);
    const named = [principal.arn, ...role ? [role.Arn, role.RoleId] : []];
    const account = [this.core.account, `arn:aws:iam::${this.core.account}:root`];
    const all = evaluateResource(document, { AWS: [...named, ...account] }, question);
    return all === "Allow" ? evaluateResource(document, { AWS: named }, question) : all;
  }

  #callerContext(principal: Principal, context: Record<string, string>): Record<string, string> {
    const userid = { "aws:userid": this.userId(principal) };
    if (principal.anonymous) return { ...context, ...userid, "aws:PrincipalType": "Anonymous" };
    const role = this.#roleOf(principal);
    return {
      ...context,
      ...userid,
      "aws:PrincipalArn": role?.Arn ?? principal.arn,
      "aws:PrincipalAccount": this.core.account,
      "aws:PrincipalType": role ? "AssumedRole" : "Account",
      ...principal.since === undefined
        ? {}
        : { "aws:TokenIssueTime": new Date(principal.since).toISOString() },
      ...Object.fromEntries(role?.Tags.map(({ Key, Value }) => [`aws:PrincipalTag/${Key}`, Value]) ?? []),
    };
  }

  /** The policies that are effective now. */
  *#policies(role: Role): Generator<PolicyDocument> {
    const now = this.core.now();
    for (const history of Object.values(role.Inline)) {
      const document = effective(history, now);
      if (document) yield this.#read(document, "identity");
    }
    for (const [arn, history] of Object.entries(role.Attached)) {
      const document = effective(history, now) && this.entities.managedDocument(arn);
      if (document) yield this.#read(document, "identity");
    }
  }

  /** The condition keys that every request has, and those of this one; keys are case-insensitive. */
  #context(region: string, own: Record<string, string>): Context {
    const now = this.core.now();
    const keys = {
      "aws:CurrentTime": new Date(now).toISOString(),
      "aws:EpochTime": String(Math.floor(now / 1000)),
      "aws:RequestedRegion": region,
      "aws:ResourceAccount": this.core.account,
      // The gateway serves this machine only. Policies that ask for TLS, as on AWS, must work over loopback HTTP.
      "aws:SourceIp": "127.0.0.1",
      "aws:SecureTransport": "true",
      ...own,
    };
    return new Map(Object.entries(keys).map(([key, value]) => [key.toLowerCase(), value]));
  }

  #read(text: string, kind: PolicyKind): PolicyDocument {
    const key = kind + text;
    let document = this.#documents.get(key);
    if (!document) {
      if (this.#documents.size >= MAX_CACHED) this.#documents.clear();
      this.#documents.set(key, document = parsePolicy(text, kind));
    }
    return document;
  }
}

function isAdministrator({ roleName, anonymous }: Principal): boolean {
  return roleName === undefined && !anonymous;
}
