import assert from "node:assert/strict";
import { glob, matchesGlob } from "../../lib/local/glob.ts";

Deno.test("wildcards match any run of characters, or a single one", () => {
  const cases: [pattern: string, matching: string[], others: string[]][] = [
    ["", [""], ["a"]],
    ["*", ["", "a", "a\nb"], []],
    ["a*c", ["ac", "abc", "abbc", "acc"], ["a", "c", "ab", "acd"]],
    ["*ab*", ["ab", "aab", "abab", "xaby"], ["a", "b", "ba"]],
    ["a?c", ["abc", "a?c"], ["ac", "abbc"]],
    ["**a", ["a", "ba"], ["", "ab"]],
    ["*?", ["a", "ab"], [""]],
    ["a.c", ["a.c"], ["abc"]],
  ];
  for (const [pattern, matching, others] of cases) {
    for (const text of matching) assert.ok(matchesGlob(glob(pattern, "?"), text), `${pattern} ~ ${text}`);
    for (const text of others) assert.ok(!matchesGlob(glob(pattern, "?"), text), `${pattern} !~ ${text}`);
  }
  assert.ok(matchesGlob(glob("a?c"), "a?c") && !matchesGlob(glob("a?c"), "abc"));
});

Deno.test("the same as a regular expression on short random patterns and texts", () => {
  const pick = (letters: string, most: number) =>
    Array.from(
      { length: Math.floor(Math.random() * most) },
      () => letters[Math.floor(Math.random() * letters.length)],
    ).join("");
  for (let i = 0; i < 20_000; i++) {
    const [pattern, text] = [pick("ab*?", 8), pick("ab", 8)];
    const expression = new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
    assert.equal(matchesGlob(glob(pattern, "?"), text), expression.test(text), `${pattern} on ${text}`);
  }
});

Deno.test("a pattern with catastrophic backtracking in a regular expression ends at once", () => {
  const pattern = glob("*a".repeat(1000) + "*b", "?");
  const began = performance.now();
  assert.ok(!matchesGlob(pattern, "a".repeat(20_000)));
  assert.ok(performance.now() - began < 5000, "it took longer than seconds");
});
