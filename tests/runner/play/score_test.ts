import assert from "node:assert/strict";
import { byConfidence, type Guess, scoreOf, signTest, verdict } from "../../../lib/runner/play/score.ts";

function guess(person: boolean, network: boolean, confidence = 0.6): Guess {
  const side = (right: boolean, confidence: number) => ({
    answer: right ? "bicycle" : "motorcycle",
    confidence,
  });
  return { truth: "bicycle", person: side(person, 0.95), network: side(network, confidence) };
}

Deno.test("a score has accuracy, interval and calibration of each side", () => {
  const guesses = Array.from({ length: 20 }, (_, i) => guess(i < 10, i < 12));
  const you = scoreOf(guesses, "person");
  assert.deepEqual([you.right, you.total, you.accuracy], [10, 20, 0.5]);
  assert.ok(you.low > 0.29 && you.high < 0.71);
  assert.equal(you.calibration, "overconfident");
  assert.equal(scoreOf(guesses, "network").calibration, "fits, as far as one can tell");
  assert.equal(scoreOf(guesses.map(() => guess(true, true, 0.5)), "network").calibration, "underconfident");
});

Deno.test("the verdict says who was right alone, and whether that may be chance", () => {
  const both = [guess(true, true), guess(false, false)];
  assert.equal(verdict(both), "You and the network were right about the same pictures.");
  const close = [...both, guess(true, false), guess(false, true), guess(true, false)];
  assert.equal(
    verdict(close),
    "Only you were right 2 times, only the network once: no difference to speak of.",
  );
  const better = [guess(false, true), ...Array.from({ length: 5 }, () => guess(true, false))];
  assert.match(verdict(better), /: a coin would differ as much in 22% of such games, so it may be chance\.$/);
  const clear = Array.from({ length: 10 }, () => guess(true, false));
  assert.match(
    verdict(clear),
    /^Only you were right 10 times, only the network never: that is hardly chance\.$/,
  );
  assert.equal(signTest(0, 10), 2 / 1024);
  assert.equal(signTest(5, 5), 1);
});

Deno.test("guesses are grouped by what was said, answers of the network by tenths", () => {
  const guesses = [guess(true, true, 0.61), guess(false, false, 0.69), guess(true, true, 1)];
  const [said] = byConfidence(guesses, "person");
  assert.deepEqual([said!.confidence.toFixed(6), said!.right, said!.total], ["0.950000", 2, 3]);
  const groups = byConfidence(guesses, "network");
  assert.deepEqual(groups.map(({ right, total }) => [right, total]), [[1, 2], [1, 1]]);
  assert.ok(Math.abs(groups[0]!.confidence - 0.65) < 1e-9);
});
