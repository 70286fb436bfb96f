/** May this principal do that: the policies of its role decide, and denials are worded and named as each service does. */
import { AwsError } from "../errors.ts";
import type { Assumer, Core, Principal } from "../services.ts";
import { managedDocument } from "./context.ts";
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

export class Authorization {
  /** Documents read before, by their text. */
  readonly #documents = new Map<string, PolicyDocument>();

  constructor(readonly core: Core, readonly entities: Entities) {}

  /** @throws AwsError unless the principal may do `action`; see services.ts */
  authorize(
    principal: Principal,
    action: string,
    resource: string,
    context: Record<string, string> = {},
    { answeredBy = action.slice(0, action.indexOf(":")), resourcePolicy }: {
      answeredBy?: string;
      resourcePolicy?: string;
    } = {},
  ): void {
    if (principal.roleName === undefined && resourcePolicy === undefined) return;
    const question = { action, resource, context: this.#context(this.#callerContext(principal, context)) };
    const own = this.#decide(principal, question);
    const others = this.#decideByResource(principal, question, resourcePolicy);
    const decision = [own, others].find((one) => one === "ExplicitDeny") ??
      (own === "Allow" || others === "Allow" ? "Allow" : "ImplicitDeny");
    if (decision === "Allow") return;
    const by = others === "ExplicitDeny" && own !== "ExplicitDeny" ? "resource" : "identity";
    throw denied(principal, action, resource, decision, answeredBy, by);
  }

  /** See services.ts */
  allowsService(
    service: string,
    action: string,
    resource: string,
    resourcePolicy: string | undefined,
    context: Record<string, string>,
  ): boolean {
    if (resourcePolicy === undefined) return false;
    const question = { action, resource, context: this.#context(context) };
    return evaluateResource(this.#read(resourcePolicy, "resource"), { Service: service }, question) ===
      "Allow";
  }

  authorizePassRole(principal: Principal, roleArn: string, service: string): void {
    const answeredBy = service.slice(0, service.indexOf("."));
    const account = /^arn:[^:]+:iam::(\d{12}):role\//.exec(roleArn)?.[1];
    if (account !== undefined && account !== this.core.account) {
      throw new AwsError(
        "AccessDeniedException",
        "Cross-account pass role is not allowed.",
        answeredBy === "lambda" ? 403 : 400,
      );
    }
    this.authorize(principal, "iam:PassRole", roleArn, { "iam:PassedToService": service }, { answeredBy });
  }

  isAssumable(roleArn: string, { service, sourceArn }: Assumer): boolean {
    const role = this.entities.roleByArn(roleArn);
    return role !== undefined &&
      this.trust(role, { Service: service }, { "aws:SourceArn": sourceArn }) === "Allow";
  }

  /** What the role's trust policy, as it is effective now, says of who asks. */
  trust(role: Role, asker: Asker, context: Record<string, string> = {}): Decision {
    const document = effective(role.Trust, this.core.now());
    if (document === undefined) return "ImplicitDeny";
    return evaluateTrust(this.#read(document, "trust"), asker, {
      action: "sts:AssumeRole",
      resource: role.Arn,
      context: this.#context({ "aws:SourceAccount": this.core.account, ...context }),
    });
  }

  #decide(principal: Principal, question: Question): Decision {
    if (principal.roleName === undefined) return "Allow";
    const role = this.entities.role(principal.roleName);
    return role ? evaluate(this.#policies(role), question) : "ImplicitDeny";
  }

  /** A policy that names the account denies all of it, but allows only what the caller's own policies allow. */
  #decideByResource(principal: Principal, question: Question, policy: string | undefined): Decision {
    if (policy === undefined) return "ImplicitDeny";
    const document = this.#read(policy, "resource");
    const role = principal.roleName === undefined ? undefined : this.entities.role(principal.roleName);
    const named = [principal.arn, ...role ? [role.Arn] : []];
    const account = [this.core.account, `arn:aws:iam::${this.core.account}:root`];
    const all = evaluateResource(document, { AWS: [...named, ...account] }, question);
    return all === "Allow" ? evaluateResource(document, { AWS: named }, question) : all;
  }

  #callerContext(principal: Principal, context: Record<string, string>): Record<string, string> {
    const role = principal.roleName === undefined ? undefined : this.entities.role(principal.roleName);
    return {
      ...context,
      "aws:PrincipalArn": role?.Arn ?? principal.arn,
      "aws:PrincipalAccount": this.core.account,
      "aws:PrincipalType": role ? "AssumedRole" : "Account",
      "aws:userid": userId(principal, role, this.core.account),
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
      const document = effective(history, now) && managedDocument(this, arn);
      if (document) yield this.#read(document, "identity");
    }
  }

  /** Condition keys of every request; keys are compared without regard to case. */
  #context(own: Record<string, string>): Context {
    const now = this.core.now();
    const keys = {
      "aws:CurrentTime": new Date(now).toISOString(),
      "aws:EpochTime": String(Math.floor(now / 1000)),
      "aws:RequestedRegion": this.core.region,
      "aws:ResourceAccount": this.core.account,
      // The gateway answers this machine only. AWS is called over TLS, for which the local socket stands.
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

/** The caller's unique id: `AROA…:SESSION`, or the account's number for its administrator. */
export function userId({ arn }: Principal, role: Role | undefined, account: string): string {
  return role ? `${role.RoleId}:${arn.slice(arn.lastIndexOf("/") + 1)}` : account;
}

/** A denial as `service` answers it. */
function denied(
  principal: Principal,
  asked: string,
  resource: string,
  decision: Decision,
  service: string,
  by: "identity" | "resource",
): AwsError {
  const action = service === "sns"
    ? asked.replace("sns", "SNS")
    : service === "sqs"
    ? asked.toLowerCase()
    : asked;
  const reason = decision === "ExplicitDeny"
    ? `with an explicit deny in ${by === "identity" ? "an identity" : "a resource"}-based policy`
    : `because no identity-based policy allows the ${action} action`;
  const what = service === "s3" ? `"${resource}"` : resource;
  const message =
    `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${what} ${reason}`;
  switch (service) {
    case "s3":
    case "iam":
    case "sts":
      return new AwsError("AccessDenied", message, 403);
    case "lambda":
    case "sqs":
      return new AwsError("AccessDeniedException", message, 403);
    case "sns":
      return new AwsError("AuthorizationError", message, 403);
    default:
      return new AwsError("AccessDeniedException", message, 400);
  }
}
