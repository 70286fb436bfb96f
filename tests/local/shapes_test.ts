import assert from "node:assert/strict";
import { awsJson } from "../../lib/local/protocols/aws_json.ts";
import {
  integer,
  list,
  map,
  required,
  type Shape,
  string,
  structure,
  validate as find,
} from "../../lib/local/shapes.ts";

const { words } = awsJson({ version: "1.1", target: "Test" });

/** The checked input. @throws AwsError in AWS JSON's wording */
function validate(shape: Shape<unknown>, given: unknown): unknown {
  const { input, violations } = find(shape, given);
  if (violations.length > 0) throw words.invalid(violations);
  return input;
}

const shape = structure({
  Name: required(string({ min: 1, max: 3 })),
  Size: integer({ min: 0 }),
  Parts: list(structure({ Key: string() })),
  Tags: map(string()),
});

Deno.test("a null member is an absent one, at every depth", () => {
  assert.deepEqual(validate(shape, { Name: "a", Size: null, Parts: [{ Key: null }], Tags: null }), {
    Name: "a",
    Parts: [{}],
  });
  assert.throws(() => validate(shape, { Name: null }), {
    code: "ValidationException",
    message:
      "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
  });
});

Deno.test("lists and maps cannot contain null, and every member has its type", () => {
  const wrong: [object, RegExp][] = [
    [{ Name: "a", Parts: [null] }, /Expected structure at 'parts.1.member', got null/],
    [{ Name: "a", Tags: { a: null } }, /Expected string at 'tags.a.member', got null/],
    [{ Name: 1 }, /Expected string at 'name', got number/],
    [{ Name: "a", Size: 0.5 }, /Expected integer at 'size'/],
    [{ Name: "a", Size: "1" }, /Expected number at 'size', got string/],
  ];
  for (const [given, message] of wrong) {
    assert.throws(() => validate(shape, given), { code: "SerializationException", message });
  }
});

Deno.test("a list of strings is reported as a whole, as on AWS", () => {
  const lists = structure({
    Architectures: list(string({ values: ["x86_64", "arm64"] }), { max: 1 }),
    TagKeys: list(string({ min: 1, max: 2, pattern: /[a-z]+/ })),
  });
  const complaint = (given: object, message: string) =>
    assert.throws(() => validate(lists, given), { message: `1 validation error detected: ${message}` });
  complaint(
    { Architectures: ["mips"] },
    "Value '[mips]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: " +
      "[Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
  );
  complaint(
    { Architectures: ["arm64", "x86_64"] },
    "Value '[arm64, x86_64]' at 'architectures' failed to satisfy constraint: Member must have length less than or " +
      "equal to 1",
  );
  complaint(
    { TagKeys: ["a", "A"] },
    "Value '[a, A]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: " +
      "[Member must have length less than or equal to 2, Member must have length greater than or equal to 1, " +
      "Member must satisfy regular expression pattern: [a-z]+, Member must not be null]",
  );
});

Deno.test("all violations are in one message", () => {
  assert.throws(() => validate(shape, { Name: "abcd", Size: -1 }), {
    message:
      "2 validation errors detected: Value 'abcd' at 'name' failed to satisfy constraint: Member must " +
      "have length less than or equal to 3; Value '-1' at 'size' failed to satisfy constraint: Member must have " +
      "value greater than or equal to 0",
  });
});
