/** Pictures that show what the workflow is for: one that the endpoint is sure of, and one that it is not. */
import type { LstEntry } from "../dataset/lst.ts";
import { S3_LAYOUT } from "../names.ts";
import type { BaselineAnswer } from "./baseline.ts";
import type { EvaluationOptions } from "./frame.ts";

/** S3 keys. */
export interface Examples {
  sure: string;
  unsure: string;
}

/**
 * The most confident right answer for a picture of the first class, and the answer that a threshold is there for: wrong, and
 * as near below it as there is one. Where the answers do not have these, the most and the least confident answers.
 * @param baseline the endpoint's answers for the test pictures, at least one
 */
export function findExamples(
  baseline: readonly BaselineAnswer[],
  labels: readonly LstEntry[],
  { classes, threshold, folder = S3_LAYOUT.test }: EvaluationOptions,
): Examples {
  const truths = new Map(labels.map(({ path, label }) => [folder + path, classes[label]]));
  const descending = baseline.toSorted((a, b) => b.confidence - a.confidence);
  const isRight = ({ key, predicted }: BaselineAnswer) => truths.get(key) === predicted;
  const sure = descending.find((answer) => isRight(answer) && answer.predicted === classes[0]);
  const unsure = descending.find((answer) => !isRight(answer) && answer.confidence < threshold);
  return { sure: (sure ?? descending[0]!).key, unsure: (unsure ?? descending.at(-1)!).key };
}
