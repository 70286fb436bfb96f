import assert from "node:assert/strict";
import { createScrubber } from "../../lib/runner/scrub.ts";

const secretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const sessionToken = "IQoJb3JpZ2luX2VjE" + "AbCd0123+/".repeat(30);

const removed: [what: string, text: string, expected: string][] = [
  ["an account in an ARN", "arn:aws:iam::210987654321:role/x", "arn:aws:iam::[account]:role/x"],
  ["an account in China", "arn:aws-cn:s3:cn-north-1:210987654321:x", "arn:aws-cn:s3:cn-north-1:[account]:x"],
  ["an account by its name", '{"Account": "210987654321"}', '{"Account": "[account]"}'],
  ["a bucket's account", "s3://scones-us-east-1-210987654321/train", "s3://scones-us-east-1-[account]/train"],
  ["a user's key", "key AKIAIOSFODNN7EXAMPLE.", "key [access key]."],
  ["a temporary key", "ASIAIOSFODNN7EXAMPLE", "[access key]"],
  ["a secret key by its shape", `it is ${secretKey}, yes`, "it is [secret], yes"],
  ["a secret key by its name", "AWS_SECRET_ACCESS_KEY=shortbutsecret", "AWS_SECRET_ACCESS_KEY=[secret]"],
  ["a secret key in JSON", '"SecretAccessKey": "shortbutsecret"', '"SecretAccessKey": "[secret]"'],
  ["a session token", `token ${sessionToken} ends`, "token [secret] ends"],
  ["a signed URL", "?X-Amz-Signature=abcdef0123&X-Amz-Date=1", "?X-Amz-Signature=[secret]&X-Amz-Date=1"],
  ["a header", "Authorization: Bearer abcdefghijkl", "Authorization: Bearer [secret]"],
  ["a GitHub token", `ghp_${"a1B2".repeat(9)}`, "[secret]"],
];

for (const [what, text, expected] of removed) {
  Deno.test(`the scrubber takes out ${what}`, () => assert.equal(createScrubber()(text), expected));
}

const kept = [
  "arn:aws:states:us-east-1:000000000000:stateMachine:scones",
  "arn:aws:states:::lambda:invoke",
  "811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1",
  "sha256 eb9058c3a382ffc7106e4002c42a8d85 and 0fb0c9a0fb0c9a0fb0c9a0fb0c9a0fb0c9a0fb01",
  "s3://bucket/models/image_model/image-classification-2026-01-02-03-04-05-678/output/model.tar.gz",
  "0.123456789012 of 123456789013 in f81d4fae-7dec-11d0-a765-012345678901",
  '{"image_data": "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAA3NCSVQICAjb4U"}',
];

Deno.test("the scrubber leaves alone what only looks alike", () => {
  for (const text of kept) assert.equal(createScrubber()(text), text);
});

Deno.test("the scrubber goes through values, skips pictures, and keeps in mind the accounts it has met", () => {
  const scrub = createScrubber(["a-known-secret-value", "short"]);
  const outputs = [
    {
      data: {
        "text/plain": ["arn:aws:iam::210987654321:role/x"],
        "image/png": `${secretKey}==`,
        n: 1,
        no: null,
      },
    },
    { text: "210987654321 and a-known-secret-value and short", SecretAccessKey: "xyz" },
  ];
  assert.deepEqual(scrub(outputs), [
    {
      data: {
        "text/plain": ["arn:aws:iam::[account]:role/x"],
        "image/png": `${secretKey}==`,
        n: 1,
        no: null,
      },
    },
    { text: "[account] and [secret] and short", SecretAccessKey: "[secret]" },
  ]);
});
