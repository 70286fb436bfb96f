/** SimulatePrincipalPolicy and SimulateCustomPolicy: what policies say of actions that nobody takes. */
import { AwsError, unsupported } from "../errors.ts";
import { type Infer, list, notSupported, required, string, structure } from "../shapes.ts";
import {
  existingRole,
  type IamContext,
  operation,
  paged,
  paging,
  policyArn,
  policyDocument,
} from "./context.ts";
import { latest, type Role } from "./entities.ts";
import type { Context } from "./patterns.ts";
import { type Decision, evaluate, isAbout, type Question } from "./policy.ts";
import { parsePolicy, type PolicyDocument } from "./policy_document.ts";
import { type Span, statementSpans } from "./statement_spans.ts";

const contextEntry = structure({
  ContextKeyName: required(string({ min: 5, max: 256 })),
  ContextKeyValues: required(list(string())),
  ContextKeyType: string({
    values: [
      ...[
        "string",
        "stringList",
        "numeric",
        "numericList",
        "boolean",
        "booleanList",
        "ip",
        "ipList",
        "binary",
      ],
      ...["binaryList", "date", "dateList"],
    ],
  }),
});

/** The members of both operations. */
const simulated = {
  ActionNames: required(list(string({ min: 3, max: 128 }))),
  ResourceArns: list(string({ min: 1, max: 2048 })),
  PermissionsBoundaryPolicyInputList: list(policyDocument),
  ContextEntries: list(contextEntry),
  ResourcePolicy: notSupported(),
  ResourceOwner: notSupported(),
  CallerArn: notSupported(),
  ResourceHandlingOption: notSupported(),
  ...paging,
};
type Simulated = Infer<ReturnType<typeof structure<typeof simulated>>>;

/** A policy as the answer names it. */
interface Source {
  readonly id: string;
  readonly text: string;
}

interface Policy extends Source {
  readonly document: PolicyDocument;
  /** Where its statements stand. */
  readonly spans: readonly Span[];
}

/** What one page may take, in characters of policies times questions: about a tenth of a second. */
const MAX_WORK = 5_000_000;
const MAX_QUESTIONS = 10_000;

export const simulatePrincipalPolicy = operation({
  action: "iam:SimulatePrincipalPolicy",
  input: structure({
    PolicySourceArn: required(policyArn),
    PolicyInputList: list(policyDocument),
    ...simulated,
  }),
  resource: ({ PolicySourceArn }) => PolicySourceArn,
  run({ PolicySourceArn, PolicyInputList = [], ...input }, iam) {
    const role = roleOf(iam, PolicySourceArn);
    const boundary = role.Boundary === undefined ? [] : [managed(iam, role.Boundary)];
    return simulate(
      [...policiesOf(iam, role), ...given(PolicyInputList, "PolicyInputList")],
      boundary,
      input,
    );
  },
});

export const simulateCustomPolicy = operation({
  action: "iam:SimulateCustomPolicy",
  input: structure({ PolicyInputList: required(list(policyDocument)), ...simulated }),
  run: ({ PolicyInputList, ...input }) => simulate(given(PolicyInputList, "PolicyInputList"), [], input),
});

/** Every action on every resource, in their order. @param attached the boundary of the role, which a given one replaces */
function simulate(sources: readonly Source[], attached: readonly Source[], input: Simulated) {
  const { ActionNames, ResourceArns = ["*"], PermissionsBoundaryPolicyInputList: boundaries } = input;
  if (ActionNames.length * ResourceArns.length > MAX_QUESTIONS) {
    throw unsupported(`simulations of more than ${MAX_QUESTIONS} actions on resources`, "InvalidInput");
  }
  const policies = sources.map(parsed);
  const bounds = (boundaries ? given(boundaries, "PermissionsBoundaryPolicyInputList") : attached).map(
    parsed,
  );
  const context = contextOf(input.ContextEntries ?? []);
  const questions = ActionNames.flatMap((action) =>
    ResourceArns.map((resource) => ({ action, resource, context }))
  );
  const numbered = questions.map((question, index) => ({ question, number: String(index).padStart(6, "0") }));
  const { page, answer } = paged(numbered, ({ number }) => number, input);
  const characters = [...policies, ...bounds].reduce((sum, { text }) => sum + text.length, 0);
  if (characters * page.length > MAX_WORK) {
    throw unsupported(
      "simulations of so many policies and actions at once (ask for fewer by MaxItems)",
      "InvalidInput",
    );
  }
  return { ...answer, EvaluationResults: page.map(({ question }) => evaluated(policies, bounds, question)) };
}

function parsed(source: Source): Policy {
  return { ...source, document: parsePolicy(source.text, "identity"), spans: statementSpans(source.text) };
}

const DECISIONS: Readonly<Record<Decision, string>> = {
  Allow: "allowed",
  ExplicitDeny: "explicitDeny",
  ImplicitDeny: "implicitDeny",
};

/** An EvaluationResult. */
function evaluated(policies: readonly Policy[], bounds: readonly Policy[], question: Question) {
  const documents = (of: readonly Policy[]) => of.map(({ document }) => document);
  const own = evaluate(documents(policies), question);
  const bounded = bounds.length === 0 ? "Allow" : evaluate(documents(bounds), question);
  const decision = own === "ExplicitDeny" || bounded === "Allow" ? own : bounded;
  const Effect = own === "Allow" ? "Allow" : "Deny";
  return {
    EvalActionName: question.action,
    EvalResourceName: question.resource,
    EvalDecision: DECISIONS[decision],
    MatchedStatements: own === "ImplicitDeny"
      ? []
      : policies.flatMap(({ id, spans, document }) =>
        document.Statement.flatMap((statement, index) =>
          statement.Effect === Effect &&
            evaluate([{ ...document, Statement: [statement] }], question) !== "ImplicitDeny"
            ? [{ SourcePolicyId: id, SourcePolicyType: "IAM Policy", ...spans[index] }]
            : []
        )
      ),
    MissingContextValues: missing(documents([...policies, ...bounds]), question),
    PermissionsBoundaryDecisionDetail: bounds.length === 0
      ? undefined
      : { AllowedByPermissionsBoundary: bounded === "Allow" },
  };
}

/** The condition keys that the policies ask for, and that the request does not give. */
function missing(policies: readonly PolicyDocument[], question: Question): string[] {
  const keys = policies.flatMap((document) =>
    document.Statement.filter((statement) => isAbout(document, statement, question))
      .flatMap(({ Condition }) => Object.values(Condition).flatMap(Object.keys))
  );
  return [...new Set(keys)].filter((key) => !question.context.has(key.toLowerCase())).sort();
}

function contextOf(entries: readonly Infer<typeof contextEntry>[]): Context {
  return new Map(entries.map(({ ContextKeyName, ContextKeyValues }) => {
    if (ContextKeyValues.length > 1) throw unsupported("several values of a context key", "InvalidInput");
    return [ContextKeyName.toLowerCase(), ContextKeyValues[0] ?? ""];
  }));
}

/** @throws AwsError InvalidInput when the ARN is not a role's, NoSuchEntity */
function roleOf(iam: IamContext, arn: string): Role {
  const name = new RegExp(`^arn:aws:iam::${iam.core.account}:role/(?:.*/)?([^/]+)$`).exec(arn)?.[1];
  if (name !== undefined) return existingRole(iam, name);
  throw new AwsError(
    "InvalidInput",
    `Invalid Entity Arn: ${arn} does not clearly define entity type and name.`,
  );
}

/** The policies as they were last written: IAM's simulator does not wait until they have reached the services. */
function policiesOf(iam: IamContext, { RoleName, Inline, Attached }: Role): Source[] {
  return [
    ...Object.entries(Inline).flatMap(([name, history]) => {
      const text = latest(history);
      return text ? [{ id: `role_${RoleName}_${name}`, text }] : [];
    }),
    ...Object.entries(Attached).flatMap(([arn, history]) => latest(history) ? [managed(iam, arn)] : []),
  ];
}

function managed({ entities }: IamContext, arn: string): Source {
  return { id: arn.slice(arn.lastIndexOf("/") + 1), text: entities.managedDocument(arn)! };
}

function given(texts: readonly string[], list: string): Source[] {
  return texts.map((text, index) => ({ id: `${list}.${index + 1}`, text }));
}
