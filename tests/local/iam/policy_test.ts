/** The evaluation of policies, rule by rule. */
import assert from "node:assert/strict";
import { holds } from "../../../lib/local/iam/conditions.ts";
import { matchesPattern } from "../../../lib/local/iam/patterns.ts";
import { evaluate, evaluateTrust } from "../../../lib/local/iam/policy.ts";
import { parsePolicy } from "../../../lib/local/iam/policy_document.ts";

const OBJECT = "arn:aws:s3:::bucket/test/1.png";

function decision(
  statement: object | object[],
  question: { action?: string; resource?: string; context?: object } = {},
) {
  const document = parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statement }), "identity");
  const { action = "s3:GetObject", resource = OBJECT, context = {} } = question;
  return evaluate([document], { action, resource, context: new Map(Object.entries(context)) });
}

const allow = (more: object) => ({ Effect: "Allow", Action: "s3:GetObject", Resource: OBJECT, ...more });

Deno.test("without an Allow everything is denied, and a Deny beats every Allow", () => {
  assert.equal(decision(allow({})), "Allow");
  assert.equal(decision(allow({}), { action: "s3:PutObject" }), "ImplicitDeny");
  assert.equal(decision(allow({}), { resource: "arn:aws:s3:::bucket/other" }), "ImplicitDeny");
  assert.equal(decision([allow({}), allow({ Effect: "Deny", Resource: "*" })]), "ExplicitDeny");
});

Deno.test("action patterns are case-insensitive, resource patterns case-sensitive", () => {
  assert.equal(decision(allow({ Action: "S3:get*" })), "Allow");
  assert.equal(decision(allow({ Action: "s3:GetObjec?" })), "Allow");
  assert.equal(decision(allow({ Action: "*" })), "Allow");
  assert.equal(decision(allow({ Resource: "arn:aws:s3:::bucket/*.png" })), "Allow");
  assert.equal(decision(allow({ Resource: "arn:aws:s3:::BUCKET/*" })), "ImplicitDeny");
  assert.equal(decision(allow({ Resource: ["arn:aws:s3:::a", "arn:aws:s3:::b?cket/test/?.png"] })), "Allow");
});

Deno.test("NotAction and NotResource match all others", () => {
  const others = { Effect: "Allow", NotAction: "s3:Put*", NotResource: "arn:aws:s3:::bucket/secret/*" };
  assert.equal(decision(others), "Allow");
  assert.equal(decision(others, { action: "s3:PutObject" }), "ImplicitDeny");
  assert.equal(decision(others, { resource: "arn:aws:s3:::bucket/secret/x" }), "ImplicitDeny");
});

Deno.test("an unqualified function ARN does not cover a qualified call", () => {
  const Resource = "arn:aws:lambda:us-east-1:000000000000:function:f";
  const invoke = allow({ Action: "lambda:InvokeFunction", Resource });
  const action = "lambda:InvokeFunction";
  assert.equal(decision(invoke, { action, resource: Resource }), "Allow");
  assert.equal(decision(invoke, { action, resource: `${Resource}:$LATEST` }), "ImplicitDeny");
});

Deno.test("all conditions must hold, by one of their values each", () => {
  const when = (Condition: object, context: object) => decision(allow({ Condition }), { context });
  const prefixes = { StringLike: { "s3:prefix": ["test/*", "train/*"] } };
  assert.equal(when(prefixes, { "s3:prefix": "train/x" }), "Allow");
  assert.equal(when(prefixes, { "s3:prefix": "other" }), "ImplicitDeny");
  assert.equal(when(prefixes, {}), "ImplicitDeny");
  const both = { ...prefixes, Bool: { "aws:SecureTransport": true } };
  assert.equal(when(both, { "s3:prefix": "test/", "aws:securetransport": "true" }), "Allow");
  assert.equal(when(both, { "s3:prefix": "test/", "aws:securetransport": "false" }), "ImplicitDeny");
});

Deno.test("each operator", () => {
  const cases: [string, string | undefined, string[], boolean][] = [
    ["StringEquals", "a", ["b", "a"], true],
    ["StringEquals", "A", ["a"], false],
    ["StringEquals", "ab", ["a*"], false],
    ["StringEqualsIgnoreCase", "A", ["a"], true],
    ["StringNotEquals", "a", ["b", "a"], false],
    ["StringNotEquals", undefined, ["a"], true],
    ["StringNotEqualsIgnoreCase", "A", ["a"], false],
    ["StringLike", "abc", ["a?c"], true],
    ["StringNotLike", "abc", ["a*"], false],
    ["StringEqualsIfExists", undefined, ["a"], true],
    ["StringEqualsIfExists", "b", ["a"], false],
    ["NumericEquals", "10", ["10.0"], true],
    ["NumericNotEquals", "10", ["11"], true],
    ["NumericLessThan", "9", ["10"], true],
    ["NumericLessThanEquals", "10", ["10"], true],
    ["NumericGreaterThan", "10", ["10"], false],
    ["NumericGreaterThanEquals", "x", ["10"], false],
    ["DateLessThan", "2026-01-01T00:00:00Z", ["2026-01-02T00:00:00Z"], true],
    ["DateGreaterThan", "2026-01-01T00:00:00Z", ["1767225599"], true],
    ["DateEquals", "2026-01-01T00:00:00Z", ["2026-01-01T01:00:00+01:00"], true],
    ["Bool", "true", ["True"], true],
    ["Bool", undefined, ["false"], false],
    ["BinaryEquals", "QQ==", ["QQ=="], true],
    ["IpAddress", "10.1.2.3", ["10.0.0.0/8"], true],
    ["IpAddress", "11.1.2.3", ["10.0.0.0/8", "11.1.2.3"], true],
    ["NotIpAddress", "10.1.2.3", ["10.0.0.0/8"], false],
    ["IpAddress", "2001:db8::1", ["2001:db8::/32"], true],
    ["IpAddress", "2001:db9::1", ["2001:db8::/32"], false],
    ["IpAddress", "127.0.0.1", ["::/0"], false],
    ["ArnLike", "arn:aws:s3:::b/x:y", ["arn:aws:s3:::b/*"], true],
    ["ArnLike", "arn:aws:iam::1:role/x", ["arn:aws:*:role/x"], false],
    ["ArnEquals", "arn:aws:iam::1:role/x", ["arn:aws:iam::?:role/*"], true],
    ["ArnNotLike", "arn:aws:iam::1:role/x", ["arn:aws:iam::2:*"], true],
    ["Null", undefined, ["true"], true],
    ["Null", "x", ["true"], false],
    ["Null", "x", ["false"], true],
    ["ForAnyValue:StringEquals", "a", ["a", "b"], true],
    ["ForAnyValue:StringEquals", undefined, ["a"], false],
    ["ForAllValues:StringEquals", undefined, ["a"], true],
    ["ForAllValues:StringLike", "b", ["a*"], false],
  ];
  for (const [operator, given, wanted, expected] of cases) {
    assert.equal(holds(operator, given, wanted, undefined), expected, `${operator} ${given} ${wanted}`);
  }
});

Deno.test("variables are replaced by the request's values, in which wildcards are plain characters", () => {
  const context = new Map([["aws:userid", "a*"]]);
  assert.ok(matchesPattern("home/${aws:userid}/*", "home/a*/x", context));
  assert.ok(!matchesPattern("home/${aws:userid}/*", "home/ab/x", context));
  assert.ok(!matchesPattern("home/${aws:username}/*", "home//x", context));
  assert.ok(matchesPattern("home/${aws:username, 'all'}/*", "home/all/x", context));
  assert.ok(matchesPattern("a${*}b", "a*b", context));
  assert.ok(!matchesPattern("a${*}b", "axb", context));
  // Without a context, as in version 2008-10-17, they are plain text.
  assert.ok(matchesPattern("${aws:userid}", "${aws:userid}"));
  assert.ok(holds("ArnLike", "arn:aws:s3:::b/a*", ["arn:aws:s3:::b/${aws:userid}"], context));
});

Deno.test("a trust policy matches services and callers by name", () => {
  const trust = (Principal: unknown, more: object = {}) =>
    parsePolicy(
      JSON.stringify({
        Version: "2012-10-17",
        Statement: { Effect: "Allow", Principal, Action: "sts:AssumeRole", ...more },
      }),
      "trust",
    );
  const question = {
    action: "sts:AssumeRole",
    resource: "r",
    context: new Map([["aws:sourceaccount", "1"]]),
  };
  const lambda = trust({ Service: ["lambda.amazonaws.com"] });
  assert.equal(evaluateTrust(lambda, { Service: "lambda.amazonaws.com" }, question), "Allow");
  assert.equal(evaluateTrust(lambda, { Service: "states.amazonaws.com" }, question), "ImplicitDeny");
  assert.equal(evaluateTrust(trust("*"), { AWS: ["x"] }, question), "Allow");
  assert.equal(evaluateTrust(trust("*"), { Service: "lambda.amazonaws.com" }, question), "ImplicitDeny");
  const elsewhere = { Condition: { StringEquals: { "aws:SourceAccount": "2" } } };
  const conditional = trust({ Service: "lambda.amazonaws.com" }, elsewhere);
  assert.equal(evaluateTrust(conditional, { Service: "lambda.amazonaws.com" }, question), "ImplicitDeny");
});

Deno.test("malformed documents are refused in IAM's wording", () => {
  const refused = (document: unknown, message: RegExp, kind: "identity" | "trust" = "identity") =>
    assert.throws(
      () => parsePolicy(typeof document === "string" ? document : JSON.stringify(document), kind),
      { name: "MalformedPolicyDocument", message },
    );
  const one = (statement: object, Version = "2012-10-17") => ({ Version, Statement: [statement] });
  refused("{", /Syntax errors/);
  refused("{", /invalid Json/, "trust");
  refused("[]", /Syntax errors/);
  refused({ Version: "2012-10-17" }, /Syntax errors/);
  refused(one(allow({}), "2020-01-01"), /Syntax errors/);
  refused(one(allow({}), "2008-10-17"), /must be version 2012-10-17/);
  refused(one(allow({ Effect: "Maybe" })), /Syntax errors/);
  refused(one(allow({ Action: undefined })), /must contain actions/);
  refused(one(allow({ Action: [] })), /must contain actions/);
  refused(one(allow({ Action: "GetObject" })), /prefaced by a vendor/);
  refused(one(allow({ Resource: undefined })), /must contain resources/);
  refused(one(allow({ Resource: "bucket" })), /must be in ARN format/);
  refused(one(allow({ NotResource: "*" })), /Syntax errors/);
  refused({ ...one(allow({})), Id: 1 }, /Syntax errors/);
  const resource = (Resource: string, message: RegExp) => refused(one(allow({ Resource })), message);
  resource("arn:error:s3:::b", /^Partition "error" is not valid for resource "arn:error:s3:::b"\.$/);
  resource("arn:aws::::x", /^The policy failed legacy parsing$/);
  resource("arn:aws:s3::b", /^The policy failed legacy parsing$/);
  resource("arn:aws:s*:::b", /vendor must be fully qualified and cannot contain regexes/);
  resource("arn:aws:iam:us-east-1:1:role/r", /^IAM resource .* cannot contain region information\.$/);
  resource("arn:aws:s3:us-east-1::b", /^Resource .* can not contain region information\.$/);
  refused(one(allow({ Principal: "*" })), /should not specify a principal/);
  refused(one(allow({ Condition: { StringIs: { "a:b": "c" } } })), /Invalid Condition type : StringIs/);
  refused(one(allow({ Extra: 1 })), /Syntax errors/);
  refused({ Version: "2012-10-17", Statement: [allow({ Sid: "a" }), allow({ Sid: "a" })] }, /must be unique/);
  const trust = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
  refused(one({ ...trust, Resource: "*" }), /Has prohibited field Resource/, "trust");
  refused(one({ ...trust, Principal: undefined }), /Missing required field Principal/, "trust");
  refused(one({ ...trust, Action: "s3:GetObject" }), /may only specify STS/, "trust");
  refused(
    one({ ...trust, Principal: { Service: "lambda.amazon.com" } }),
    /Invalid principal in policy: "SERVICE":"lambda.amazon.com"/,
    "trust",
  );
});
