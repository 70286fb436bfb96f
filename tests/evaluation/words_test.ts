import assert from "node:assert/strict";
import { reliabilityBins } from "../../lib/evaluation/calibration.ts";
import { classDrift } from "../../lib/evaluation/drift.ts";
import { confusionMatrix, precisionPerClass } from "../../lib/evaluation/metrics.ts";
import { recommendThreshold, thresholdCurve } from "../../lib/evaluation/threshold.ts";
import {
  accuracyWords,
  alikeWords,
  conditionsWords,
  confusionWords,
  distributionWords,
  driftWords,
  missingWords,
  precisionWords,
  recommendationWords,
  reliabilityWords,
  thresholdWords,
} from "../../lib/evaluation/words.ts";
import { classes, row, tenRows } from "./testing.ts";

const noTruth = /^No captured picture has a known label/;
const unlabelled = { ...row("bicycle", "bicycle", 0.9), truth: null, correct: null };

Deno.test("words: accuracy with its confidence interval", () => {
  assert.match(accuracyWords(tenRows()), /recognised 8 of 10 pictures: 80%\..* 49% to 94\.3%/);
  assert.match(accuracyWords([row("bicycle", "bicycle", 0.9)]), /recognised the one picture: 100%\./);
  assert.match(
    accuracyWords([...tenRows(), unlabelled]),
    /80% \(and 1 capture without a known label\)\./,
  );
  assert.match(accuracyWords([]), noTruth);
  assert.match(accuracyWords([unlabelled]), noTruth);
});

Deno.test("words: what reached the threshold", () => {
  const words = (...rows: Parameters<typeof thresholdWords>[0]) => thresholdWords(rows, 0.8);
  assert.equal(words(...tenRows()), "8 of 10 answers reached the threshold of 0.8; of these 1 was wrong.");
  assert.equal(
    words(row("bicycle", "bicycle", 0.9)),
    "The one answer reached the threshold of 0.8; the one was right.",
  );
  assert.equal(
    words(row("bicycle", "bicycle", 0.7), row("bicycle", "bicycle", 0.6)), //
    "None of 2 answers reached the threshold of 0.8.",
  );
  assert.equal(
    words(...tenRows().filter(({ correct }) => correct), unlabelled), //
    "8 of 9 answers reached the threshold of 0.8; of the 7 with a known label all were right.",
  );
  assert.equal(words(unlabelled), "The one answer reached the threshold of 0.8.");
  assert.equal(words(), "Nothing was captured.");
});

Deno.test("words: mistakes", () => {
  const words = (...rows: ReturnType<typeof tenRows>) =>
    confusionWords(confusionMatrix(rows, classes), classes);
  assert.equal(words(row("bicycle", "bicycle", 0.9)), "The one picture was recognised.");
  assert.equal(words(...tenRows().filter(({ correct }) => correct)), "All 8 pictures were recognised.");
  assert.equal(
    words(row("bicycle", "motorcycle", 0.9), row("bicycle", "bicycle", 0.9)),
    "The only mistake: 1 of 2 bicycle pictures taken for motorcycle.",
  );
  assert.equal(
    words(...tenRows(), row("motorcycle", "bicycle", 0.9)),
    "Most frequent mistake: 2 of 6 motorcycle pictures taken for bicycle.",
  );
  assert.match(
    words(...tenRows()),
    /^The only mistakes: 1 of 5 bicycle .* and 1 of 5 motorcycle .* taken for bicycle\.$/,
  );
  assert.match(words(), noTruth);
});

Deno.test("words: precision and distribution", () => {
  assert.equal(
    precisionWords(
      precisionPerClass([row("bicycle", "bicycle", 0.9), row("motorcycle", "bicycle", 0.9)], classes),
    ),
    "“bicycle” was the answer for 2 pictures, and right for 1 (50%). “motorcycle” was never the answer.",
  );
  assert.equal(
    distributionWords(tenRows(), classes),
    "Median confidence: 0.95 for bicycle and 0.90 for motorcycle.",
  );
  assert.match(distributionWords([], classes), noTruth);
});

Deno.test("words: the recommended threshold", () => {
  const curve = thresholdCurve(tenRows(), 2);
  const words = (precision: number) =>
    recommendationWords(curve, recommendThreshold(curve, precision), precision);
  assert.match(
    words(0.95),
    /^At a threshold of 0\.93, 100% .* right \(target: 95%; 95% interval: .* to 100%\): 5 of 10 answers/,
  );
  assert.match(
    words(0.8),
    /without a threshold 80% of 10 answers are right \(target: 80%; 95% interval: 49% to 94.3%\)/,
  );
  assert.match(
    alikeWords(curve, recommendThreshold(curve, 0.95)),
    /^10 answers cannot tell it from any other threshold between 0\.50 and 0\.99: /,
  );
  assert.equal(alikeWords(curve, undefined), "");
  const wrong = thresholdCurve([row("bicycle", "motorcycle", 0.9)], 2);
  assert.match(recommendationWords(wrong, undefined, 0.9), /^No threshold .* 90%/);
  assert.match(recommendationWords([], undefined, 0.9), noTruth);
});

Deno.test("words: calibration is judged only where there are enough pictures", () => {
  const words = (count: number, confidence: number, right: number) =>
    reliabilityWords(reliabilityBins(Array.from(
      { length: count },
      (_, i) => row("bicycle", i < right ? "bicycle" : "motorcycle", confidence),
    )));
  assert.match(
    words(100, 0.95, 60),
    /^Mean confidence 95%, right 60%: the network is overconfident \(cal.*35%\)/,
  );
  assert.match(words(100, 0.65, 95), /underconfident/);
  assert.match(words(10, 0.95, 9), /not a significant difference for 10 pictures/);
  assert.match(words(0, 0, 0), noTruth);
});

Deno.test("words: drift", () => {
  const answers = (bicycles: number, motorcycles: number) => [
    ...Array.from({ length: bicycles }, () => ({ predicted: "bicycle", confidence: 0.9 })),
    ...Array.from({ length: motorcycles }, () => ({ predicted: "motorcycle", confidence: 0.9 })),
  ];
  const words = (bicycles: number, motorcycles: number) =>
    driftWords(classDrift(answers(500, 500), answers(bicycles, motorcycles), classes), "the classes");
  assert.equal(words(250, 250), "The classes have not drifted (PSI 0.00).");
  assert.equal(words(340, 160), "The classes have drifted somewhat (PSI 0.14).");
  assert.equal(words(400, 100), "The classes have drifted strongly (PSI 0.42): look at the new pictures.");
  assert.equal(words(1, 1), "Too few captures to tell whether the classes have drifted (PSI 0.00).");
});

Deno.test("words: missing captures are named", () => {
  assert.equal(missingWords([]), "");
  assert.equal(
    missingWords(["test/a.png"]), //
    "1 expected capture had not arrived (test/a.png); the figures leave it out.",
  );
  assert.match(
    missingWords(["test/a.png", "test/b.png"]),
    /^2 expected captures .* \(test\/a\.png, …\); .* them out\.$/,
  );
});

Deno.test("words: the pictures as they are and under other conditions", () => {
  const changed = [row("bicycle", "motorcycle", 0.6), row("bicycle", "bicycle", 0.7)];
  assert.match(
    conditionsWords(tenRows(), changed),
    /80% of the pictures as they are, and 50% of the changed ones\./,
  );
  assert.match(conditionsWords(tenRows(), []), /cannot be measured/);
});
