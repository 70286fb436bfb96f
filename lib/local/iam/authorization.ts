/** May this principal do that: the policies of its role decide, and denials are worded and named as each service does. */
import { AwsError } from "../errors.ts";
import type { Core, Principal } from "../services.ts";
import { managedDocument } from "./context.ts";
import { effective, type Entities, type Role } from "./entities.ts";
import { type Context } from "./patterns.ts";
import { type Asker, type Decision, evaluate, evaluateTrust } from "./policy.ts";
import { parsePolicy, type PolicyDocument } from "./policy_document.ts";

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
    answeredBy = action.slice(0, action.indexOf(":")),
  ): void {
    const decision = this.#decide(principal, action, resource, context);
    if (decision !== "Allow") throw denied(principal, action, resource, decision, answeredBy);
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
    this.authorize(principal, "iam:PassRole", roleArn, { "iam:PassedToService": service }, answeredBy);
  }

  isAssumable(roleArn: string, service: string): boolean {
    const role = this.entities.roleByArn(roleArn);
    return role !== undefined && this.trust(role, { Service: service }) === "Allow";
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

  #decide(principal: Principal, action: string, resource: string, context: Record<string, string>): Decision {
    if (principal.roleName === undefined) return "Allow";
    const role = this.entities.role(principal.roleName);
    if (!role) return "ImplicitDeny";
    const session = principal.arn.slice(principal.arn.lastIndexOf("/") + 1);
    return evaluate(this.#policies(role), {
      action,
      resource,
      context: this.#context({
        ...context,
        "aws:PrincipalArn": role.Arn,
        "aws:PrincipalAccount": this.core.account,
        "aws:PrincipalType": "AssumedRole",
        "aws:userid": `${role.RoleId}:${session}`,
        ...Object.fromEntries(role.Tags.map(({ Key, Value }) => [`aws:PrincipalTag/${Key}`, Value])),
      }),
    });
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

  #read(text: string, kind: "identity" | "trust"): PolicyDocument {
    const key = kind + text;
    let document = this.#documents.get(key);
    if (!document) {
      if (this.#documents.size >= MAX_CACHED) this.#documents.clear();
      this.#documents.set(key, document = parsePolicy(text, kind));
    }
    return document;
  }
}

/** A denial as `service` answers it. */
export function denied(
  principal: Principal,
  action: string,
  resource: string,
  decision: Decision,
  service: string,
): AwsError {
  const reason = decision === "ExplicitDeny"
    ? "with an explicit deny in an identity-based policy"
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
      return new AwsError("AccessDeniedException", message, 403);
    default:
      return new AwsError("AccessDeniedException", message, 400);
  }
}
