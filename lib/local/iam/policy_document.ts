/** Parses policy documents, with the checks that IAM makes when they are stored. */
import { AwsError, unsupported } from "../errors.ts";
import { isObject } from "../shapes.ts";
import { isConditionOperator } from "./conditions.ts";

export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
  /** By kind (`AWS`, `Service`, `Federated`); `*` is `{AWS: ["*"]}`. */
  readonly Principal?: Readonly<Record<string, readonly string[]>>;
  /** By operator, then by condition key. */
  readonly Condition: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** What a role may do; who may assume a role; or who may do what with a resource. */
export type PolicyKind = "identity" | "trust" | "resource";

export interface PolicyDocument {
  /** Version 2008-10-17 has no policy variables. */
  readonly Version: "2012-10-17" | "2008-10-17";
  readonly Statement: readonly Statement[];
}

type Json = Record<string, unknown>;

const MEMBERS = [
  "Sid",
  "Effect",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Principal",
  "NotPrincipal",
  "Condition",
];

/**
 * Parses a document; single values become lists.
 * @throws AwsError MalformedPolicyDocument, in IAM's wording
 */
export function parsePolicy(text: string, kind: PolicyKind): PolicyDocument {
  const document = parseObject(text, kind);
  const { Version = "2008-10-17", Id, Statement } = document;
  if (Version !== "2012-10-17" && Version !== "2008-10-17") throw malformed("Syntax errors in policy.");
  if (Id !== undefined && typeof Id !== "string") throw malformed("Syntax errors in policy.");
  if (kind === "identity" && Version !== "2012-10-17") {
    throw malformed("Policy document must be version 2012-10-17 or greater.");
  }
  if (Object.keys(document).some((name) => !["Version", "Id", "Statement"].includes(name))) {
    throw malformed("Syntax errors in policy.");
  }
  const statements = Array.isArray(Statement) ? Statement : [Statement];
  if (statements.length === 0) throw malformed("Syntax errors in policy.");
  const sids = statements.flatMap((statement) => isObject(statement) && statement.Sid ? [statement.Sid] : []);
  if (new Set(sids).size < sids.length) {
    throw malformed("Statement IDs (SID) in a single policy must be unique.");
  }
  return { Version, Statement: statements.map((statement) => parseStatement(statement, kind)) };
}

function parseObject(text: string, kind: PolicyKind): Json {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed(kind === "trust" ? "This policy contains invalid Json" : "Syntax errors in policy.");
  }
  if (!isObject(document)) throw malformed("Syntax errors in policy.");
  return document;
}

function parseStatement(given: unknown, kind: PolicyKind): Statement {
  if (!isObject(given) || Object.keys(given).some((name) => !MEMBERS.includes(name))) {
    throw malformed("Syntax errors in policy.");
  }
  const { Sid, Effect } = given;
  if (Effect !== "Allow" && Effect !== "Deny") throw malformed("Syntax errors in policy.");
  if (
    Sid !== undefined && (typeof Sid !== "string" || (kind === "identity" && !/^[0-9A-Za-z]*$/.test(Sid)))
  ) {
    throw malformed(
      "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular " +
        "expression [0-9A-Za-z]*",
    );
  }
  const actions = one(given, "Action", "NotAction", "Policy statement must contain actions.");
  for (const action of strings(given[actions])) {
    if (action !== "*" && !/^[A-Za-z0-9-]+:[\w*?]+$/.test(action)) {
      throw malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
    }
  }
  const statement: Statement = {
    Effect,
    [actions]: strings(given[actions]),
    Condition: parseConditions(given.Condition),
  };
  switch (kind) {
    case "identity":
      if (given.Principal !== undefined || given.NotPrincipal !== undefined) {
        throw malformed("Policy document should not specify a principal.");
      }
      return withResources(statement, given);
    case "trust":
      return withPrincipals(checkTrust(statement, given), given);
    case "resource":
      return withPrincipals(withResources(statement, given), given);
  }
}

function withResources(statement: Statement, given: Json): Statement {
  const resources = one(given, "Resource", "NotResource", "Policy statement must contain resources.");
  strings(given[resources]).forEach(checkResource);
  return { ...statement, [resources]: strings(given[resources]) };
}

/** The rules for ARNs, with IAM's messages (moto's `iam/policy_validation.py` has them). */
function checkResource(resource: string): void {
  if (resource === "*") return;
  const [arn, partition = "", vendor, region, account, ...rest] = resource.split(":");
  if (arn !== "arn" || !resource.startsWith("arn:")) {
    throw malformed(`Resource ${resource} must be in ARN format or "*".`);
  }
  if (!/^(aws(-[a-z-]+)?|\*)$/.test(partition)) {
    throw malformed(`Partition "${partition}" is not valid for resource "${resource}".`);
  }
  const name = rest.join(":");
  if (vendor === undefined || vendor === "" || account === undefined || name === "") {
    throw malformed("The policy failed legacy parsing");
  }
  if (!/^[a-zA-Z0-9-]+$/.test(vendor)) {
    throw malformed("Resource vendor must be fully qualified and cannot contain regexes.");
  }
  if (vendor === "iam" && region !== "") {
    throw malformed(`IAM resource ${resource} cannot contain region information.`);
  }
  if (vendor === "s3" && region !== "" && !name.startsWith("accesspoint/")) {
    throw malformed(`Resource ${resource} can not contain region information.`);
  }
}

function checkTrust(statement: Statement, given: Json): Statement {
  for (const prohibited of ["Resource", "NotResource", "NotAction"]) {
    if (given[prohibited] !== undefined) throw malformed(`Has prohibited field ${prohibited}`);
  }
  if (strings(given.Action).some((action) => !/^(\*|sts:.*)$/i.test(action))) {
    throw malformed("AssumeRole policy may only specify STS AssumeRole actions.");
  }
  return statement;
}

function withPrincipals(statement: Statement, given: Json): Statement {
  if (given.NotPrincipal !== undefined) {
    if (statement.Effect === "Allow") throw malformed("Allow with NotPrincipal is not allowed.");
    throw unsupported("NotPrincipal in policies", "MalformedPolicyDocument");
  }
  const principal = given.Principal === "*" ? { AWS: "*" } : given.Principal;
  if (!isObject(principal)) throw malformed("Missing required field Principal");
  const Principal: Record<string, string[]> = {};
  for (const [kind, names] of Object.entries(principal)) {
    if (!["AWS", "Service", "Federated", "CanonicalUser"].includes(kind)) {
      throw malformed("Syntax errors in policy.");
    }
    Principal[kind] = strings(names);
    for (const name of Principal[kind]) checkPrincipal(kind, name);
  }
  return { ...statement, Principal };
}

function checkPrincipal(kind: string, name: string): void {
  const valid = kind === "Service"
    ? /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(name)
    : kind !== "AWS" || /^(\*|\d{12}|A(IDA|ROA)[A-Z0-9]{16,}|arn:aws[\w-]*:(iam|sts)::\d{12}:.+)$/.test(name);
  if (!valid) throw malformed(`Invalid principal in policy: "${kind.toUpperCase()}":"${name}"`);
}

function parseConditions(given: unknown): Statement["Condition"] {
  if (given === undefined) return {};
  if (!isObject(given)) throw malformed("Syntax errors in policy.");
  const conditions: Record<string, Record<string, string[]>> = {};
  for (const [operator, keys] of Object.entries(given)) {
    if (!isObject(keys)) throw malformed("Syntax errors in policy.");
    if (!isConditionOperator(operator)) throw malformed(`Invalid Condition type : ${operator}.`);
    conditions[operator] = {};
    for (const [key, values] of Object.entries(keys)) {
      if (!key.includes(":")) {
        throw malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
      }
      conditions[operator][key] = scalars(values);
    }
  }
  return conditions;
}

/** Which of two mutually exclusive members the statement has. */
function one<A extends string>(given: Json, a: A, b: A, missing: string): A {
  if (given[a] !== undefined && given[b] !== undefined) throw malformed("Syntax errors in policy.");
  const name = given[a] === undefined ? b : a;
  if (given[name] === undefined || strings(given[name]).length === 0) throw malformed(missing);
  return name;
}

function strings(given: unknown): string[] {
  const list = Array.isArray(given) ? given : [given];
  if (list.every((item) => typeof item === "string")) return list;
  throw malformed("Syntax errors in policy.");
}

/** Strings, numbers and booleans, as text. */
function scalars(given: unknown): string[] {
  return (Array.isArray(given) ? given : [given]).map((value) => {
    if (["string", "number", "boolean"].includes(typeof value)) return String(value);
    throw malformed("Syntax errors in policy.");
  });
}

function malformed(message: string): AwsError {
  return new AwsError("MalformedPolicyDocument", message);
}
