/** Input that keeps to an operation's shape, so that requests get past validation. */
import fc from "fast-check";
import type { Shape, Violation } from "../../../../lib/local/shapes.ts";
import { allowing, trusting } from "../../iam/testing.ts";
import { DEFINITION } from "./good.ts";

const ARN = "arn:aws:iam::000000000000";
const MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:machine";
const EXPRESS = "arn:aws:states:us-east-1:000000000000:stateMachine:express";
const MODEL = "arn:aws:sagemaker:us-east-1:000000000000:model/model";
const TOPIC = "arn:aws:sns:us-east-1:000000000000:topic";
const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:function";

/** By member: what there is (target.ts makes it), and texts that must be more than a shape says. */
const KNOWN: Readonly<Record<string, readonly (string | number)[]>> = {
  AlarmName: ["alarm"],
  AssumeRolePolicyDocument: [trusting("lambda.amazonaws.com")],
  AttributeName: ["DisplayName", "RawMessageDelivery"],
  AttributeValue: ["true"],
  Bucket: ["bucket"],
  CopySource: ["bucket/key"],
  Endpoint: ["arn:aws:sqs:us-east-1:000000000000:queue"],
  EndpointConfigName: ["config"],
  EndpointName: ["endpoint"],
  ExecutionRoleArn: [`${ARN}:role/role`],
  FunctionName: ["function", FUNCTION],
  FunctionVersion: ["$LATEST"],
  Image: ["811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1"],
  Key: ["key"],
  ModelDataUrl: ["s3://bucket/model.tar.gz"],
  ModelName: ["model"],
  Name: ["alias"],
  PartNumber: [1],
  Policy: [allowing("s3:*")],
  PolicyArn: [`${ARN}:policy/policy`],
  PolicyDocument: [allowing("s3:*")],
  PolicyName: ["policy"],
  Protocol: ["sqs"],
  Qualifier: ["$LATEST"],
  QueueName: ["queue", "queue2"],
  QueueUrl: ["http://127.0.0.1/000000000000/queue"],
  Resource: [FUNCTION],
  ResourceARN: ["arn:aws:cloudwatch:us-east-1:000000000000:alarm:alarm"],
  ResourceArn: [MODEL, TOPIC],
  Role: [`${ARN}:role/role`],
  RoleArn: [`${ARN}:role/role`],
  RoleName: ["role"],
  TopicArn: [TOPIC],
  VersionId: ["v1", "null"],
  definition: [JSON.stringify(DEFINITION)],
  executionArn: ["arn:aws:states:us-east-1:000000000000:execution:machine:execution"],
  input: ['{"a":1}'],
  logGroupName: ["group"],
  logStreamName: ["stream"],
  resourceArn: [MACHINE],
  retentionInDays: [7],
  roleArn: [`${ARN}:role/role`],
  stateMachineArn: [MACHINE, EXPRESS],
};

/** Keys of maps, of which the shape lets some pass. */
const KEYS = ["a", "AB", "DisplayName", "VisibilityTimeout", "epochs", "key-1"];

/** Members that would keep a test waiting. */
export const UNTOUCHED = ["WaitTimeSeconds"];

/**
 * Values without violations.
 * @param known more values by member, of what a target has made
 * @returns undefined when none can be found
 */
export function validValue(
  shape: Shape<unknown>,
  known: Readonly<Record<string, readonly string[]>> = {},
  name = "",
): fc.Arbitrary<unknown> | undefined {
  switch (shape.kind) {
    case "string":
      return withKnown(shape, name, known, drawnText(shape));
    case "number":
    case "integer": {
      const min = bound(shape, -(2 ** 53), "greater") ?? 0;
      const max = bound(shape, 2 ** 53, "less") ?? Math.max(min, 1000);
      return withKnown(shape, name, known, fc.integer({ min, max }));
    }
    case "timestamp":
      return fc.integer({ min: 0, max: 2 ** 32 });
    case "boolean":
      return fc.boolean();
    case "blob":
      return fc.string({ maxLength: 40 });
    case "list": {
      const member = validValue(shape.member!, known, name.replace(/s$/, ""));
      const minLength = bound(shape, [], "greater") ?? 0;
      const maxLength = Math.min(minLength + 2, bound(shape, Array(2000).fill(null), "less") ?? Infinity);
      return member && fc.array(member, { minLength, maxLength });
    }
    case "map": {
      const value = validValue(shape.member!, known);
      if (!value) return undefined;
      const [sample] = fc.sample(value, { numRuns: 1, seed: 1 });
      const keys = KEYS.filter((key) => passes(shape, { [key]: sample }));
      return keys.length === 0 ? undefined : fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 3 });
    }
    case "structure":
      return validStructure(shape, known);
    case "any": // what the local AWS does not have
      return undefined;
  }
}

function validStructure(
  { members = {} }: Shape<unknown>,
  known: Readonly<Record<string, readonly string[]>>,
): fc.Arbitrary<unknown> | undefined {
  const found: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, member] of Object.entries(members)) {
    const value = UNTOUCHED.includes(name) ? undefined : validValue(member, known, name);
    if (!value && member.required) return undefined;
    if (value) found[name] = member.required ? value : fc.option(value, { freq: 1, nil: undefined });
  }
  return fc.record(found).map((all) =>
    Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  );
}

/** Mostly values that are known for the member, where the shape lets some of them pass. */
function withKnown<T>(
  shape: Shape<unknown>,
  name: string,
  known: Readonly<Record<string, readonly string[]>>,
  drawn: fc.Arbitrary<T> | undefined,
): fc.Arbitrary<unknown> | undefined {
  const there = [...KNOWN[name] ?? [], ...known[name] ?? []].filter((value) => passes(shape, value));
  if (there.length === 0) return drawn;
  const made = fc.constantFrom(...there);
  return drawn ? fc.oneof({ arbitrary: made, weight: 5 }, drawn) : made;
}

/** By their constraints, since those with large alphabets take long to prepare. */
const drawnTexts = new Map<string, fc.Arbitrary<string> | undefined>();

function drawnText(shape: Shape<unknown>): fc.Arbitrary<string> | undefined {
  const { constraints = [] } = shape;
  const key = constraints.join("\n");
  if (!drawnTexts.has(key)) {
    const rule = (start: string) =>
      constraints.find((constraint) => constraint.startsWith(start))?.slice(start.length);
    const values = /^\[(.*)\]$/.exec(rule("Member must satisfy enum value set: ") ?? "")?.[1]?.split(", ");
    const minLength = Number(rule("Member must have length greater than or equal to ") ?? 0);
    const most = Number(rule("Member must have length less than or equal to ") ?? Infinity);
    const pattern = rule("Member must satisfy regular expression pattern: ");
    const texts = values
      ? fc.constantFrom(...values)
      : pattern === undefined
      ? fc.string({ minLength, maxLength: Math.min(minLength + 20, most) })
      : matching(pattern);
    const canPass = fc.sample(texts, { numRuns: 30, seed: 1 }).some((text) => passes(shape, text));
    drawnTexts.set(key, canPass ? texts.filter((text) => passes(shape, text)) : undefined);
  }
  return drawnTexts.get(key);
}

/** Texts that match; for patterns that fast-check cannot draw from, words that may. */
function matching(pattern: string): fc.Arbitrary<string> {
  try {
    return fc.stringMatching(new RegExp(`^(?:${pattern})$`, "u"));
  } catch {
    return fc.stringMatching(/^[a-z][a-z0-9-]{2,20}$/);
  }
}

function violationsOf(shape: Shape<unknown>, value: unknown): Violation[] {
  const violations: Violation[] = [];
  shape.check(value, "", violations);
  return violations;
}

function passes(shape: Shape<unknown>, value: unknown): boolean {
  return violationsOf(shape, value).length === 0;
}

/** The bound that a value beyond it violates, as the violation words it. */
function bound(shape: Shape<unknown>, beyond: unknown, which: "greater" | "less"): number | undefined {
  const words = new RegExp(`must have (?:value|length) ${which} than or equal to (-?\\d+)`);
  for (const violation of violationsOf(shape, beyond)) {
    const found = violation.kind === "constraint" && words.exec(violation.constraint)?.[1];
    if (found && violation.path === "") return Number(found);
  }
  return undefined;
}

/** The names of all members within a shape. */
export function membersOf(shape: Shape<unknown>): string[] {
  const own = Object.entries(shape.members ?? {}).flatMap(([name, member]) => [name, ...membersOf(member)]);
  return [...new Set([...own, ...shape.member ? membersOf(shape.member) : []])]
    .filter((name) => !UNTOUCHED.includes(name));
}
