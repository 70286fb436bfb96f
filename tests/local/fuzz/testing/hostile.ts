/** Values and texts that no client of good will would send. */
import fc from "fast-check";

const ARN = "arn:aws:iam::000000000000:role/role";

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "\0",
    "..",
    "../../x",
    "%",
    "%00",
    "%ff",
    "\ud800",
    "\u{1F6B2}",
    "é\r\n",
    "<a>&\"'",
    "__proto__",
    "constructor",
    "toString",
    "-1",
    "1e999",
    "NaN",
    "{}",
    "[",
    "null",
    '{"a":1}',
    "$",
    "$..*",
    "$$.Execution",
    "${x}",
    "States.Array(",
    "{% $x %}",
    "'; DROP TABLE documents; --",
    "s3://",
    "s3://bucket/key",
    "s3://bucket/../x",
    "https://x",
    ARN,
    "arn:aws:lambda:us-east-1:000000000000:function:function",
    "arn:aws:states:us-east-1:000000000000:stateMachine:machine",
    "arn:::::",
    "arn:aws:sqs:us-east-1:000000000000:queue",
    "http://127.0.0.1:1/000000000000/queue",
    "function",
    "machine",
    "role",
    "bucket",
    "group",
    "$LATEST",
    "bmV4dA==",
    "2026-01-01T00:00:00Z",
    "x".repeat(65),
    "x".repeat(300),
    "9".repeat(40),
    "a.".repeat(500),
    "(".repeat(200),
    "[".repeat(5000),
    "x".repeat(300_000),
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ maxLength: 40 }),
);

const hostileScalar = fc.oneof(
  { arbitrary: hostileText, weight: 4 },
  fc.constantFrom(
    null,
    true,
    false,
    0,
    -1,
    1,
    0.5,
    64,
    1e9,
    2 ** 31,
    2 ** 53,
    -(2 ** 63),
    1e308,
    1767225600,
    253402300800,
  ),
);

/** JSON values whose objects mostly have the given members. */
export function hostileJson(members: readonly string[]): fc.Arbitrary<unknown> {
  const key = fc.oneof({ arbitrary: fc.constantFrom("x", ...members), weight: 5 }, hostileText);
  return fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      { arbitrary: hostileScalar, weight: 4 },
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 6 }),
    ),
  })).value;
}

/** A good value with one of the values in it replaced, or taken away. */
export function mutated(good: object, members: readonly string[]): fc.Arbitrary<object> {
  const gone = Symbol();
  const value = fc.oneof({ arbitrary: hostileJson(members), weight: 6 }, fc.constant(gone));
  return fc.tuple(fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), value).map(([picks, replacement]) => {
    const copy = structuredClone(good) as Record<string, unknown>;
    let at = copy;
    for (const [index, pick] of picks.entries()) {
      const keys = Object.keys(at);
      if (keys.length === 0) break;
      const key = keys[pick % keys.length]!;
      const inner = at[key];
      if (index < picks.length - 1 && typeof inner === "object" && inner !== null) {
        at = inner as Record<string, unknown>;
      } else {
        if (replacement === gone) delete at[key];
        else at[key] = replacement;
        break;
      }
    }
    return copy;
  });
}

/** Text as a header may have it. */
export function inHeader(text: string): string {
  return text.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, "?").slice(0, 4000).trim();
}

/** Text as a part of a URL may have it, encoded. */
export function inUrl(text: string, most = 500): string {
  return encodeURIComponent(text.toWellFormed().slice(0, most).toWellFormed());
}

export const headerText: fc.Arbitrary<string> = hostileText.map(inHeader);
