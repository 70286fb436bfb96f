/** Policy evaluation (AWS, "Policy evaluation logic"): a Deny beats an Allow, and without an Allow it is denied. */
import { holds } from "./conditions.ts";
import { type Context, matchesPattern } from "./patterns.ts";
import type { PolicyDocument, Statement } from "./policy_document.ts";

export type Decision = "Allow" | "ExplicitDeny" | "ImplicitDeny";

export interface Question {
  /** For example `s3:GetObject`. */
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
}

/** The caller: a service by its name, or a principal by its ARNs (the session's, the role's, the account's). */
export type Asker = { readonly Service: string } | { readonly AWS: readonly string[] };

/** The decision of identity-based policies. */
export function evaluate(policies: Iterable<PolicyDocument>, question: Question): Decision {
  return decide(policies, question, (statement, context) => matchesResource(statement, question, context));
}

/** The decision of a trust policy: who may assume the role. */
export function evaluateTrust(policy: PolicyDocument, asker: Asker, question: Question): Decision {
  return decide([policy], question, (statement) => matchesPrincipal(statement, asker));
}

/** The decision of a resource-based policy. "*" as a principal includes services. */
export function evaluateResource(policy: PolicyDocument, asker: Asker, question: Question): Decision {
  return decide(
    [policy],
    question,
    (statement, context) =>
      (statement.Principal?.AWS?.includes("*") || matchesPrincipal(statement, asker)) &&
      matchesResource(statement, question, context),
  );
}

function decide(
  policies: Iterable<PolicyDocument>,
  question: Question,
  concerns: (statement: Statement, context: Context | undefined) => boolean,
): Decision {
  let decision: Decision = "ImplicitDeny";
  for (const { Version, Statement } of policies) {
    const context = Version === "2012-10-17" ? question.context : undefined;
    for (const statement of Statement) {
      if (!matchesAction(statement, question.action)) continue;
      if (!concerns(statement, context) || !conditionsHold(statement, question.context, context)) continue;
      if (statement.Effect === "Deny") return "ExplicitDeny";
      decision = "Allow";
    }
  }
  return decision;
}

/** Whether a statement of an identity-based policy is about the question's action and resource, if its conditions hold. */
export function isAbout({ Version }: PolicyDocument, statement: Statement, question: Question): boolean {
  const context = Version === "2012-10-17" ? question.context : undefined;
  return matchesAction(statement, question.action) && matchesResource(statement, question, context);
}

function matchesResource(
  { Resource, NotResource }: Statement,
  { resource }: Question,
  context: Context | undefined,
): boolean {
  const matches = (pattern: string) => matchesPattern(pattern, resource, context);
  return Resource ? Resource.some(matches) : !NotResource!.some(matches);
}

function matchesPrincipal({ Principal }: Statement, asker: Asker): boolean {
  return Object.entries(Principal ?? {}).some(([kind, names]) =>
    names.some((name) =>
      "Service" in asker
        ? kind === "Service" && name === asker.Service
        : kind === "AWS" && (name === "*" || asker.AWS.includes(name))
    )
  );
}

function matchesAction({ Action, NotAction }: Statement, action: string): boolean {
  const matches = (pattern: string) => matchesPattern(pattern.toLowerCase(), action.toLowerCase());
  return Action ? Action.some(matches) : !NotAction!.some(matches);
}

function conditionsHold({ Condition }: Statement, given: Context, variables: Context | undefined): boolean {
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) =>
      holds(operator, given.get(key.toLowerCase()), wanted, variables)
    )
  );
}
