/**
 * The metrics that SageMaker reads from the log of its image-classification algorithm. DescribeTrainingJob shows them as
 * it does for every built-in algorithm. The names are AWS's (SageMaker AI developer guide, "Tune an Image Classification
 * Model"); the expressions have the form of those that AWS shows for XGBoost.
 */
const NUMBER = String.raw`([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)`;

export const METRIC_DEFINITIONS = [
  { Name: "train:accuracy", Regex: String.raw`.*Epoch\[[0-9]+\] Train-accuracy=${NUMBER}.*` },
  { Name: "validation:accuracy", Regex: String.raw`.*Epoch\[[0-9]+\] Validation-accuracy=${NUMBER}.*` },
];

const PATTERNS = METRIC_DEFINITIONS.map(({ Name, Regex }) => ({ Name, pattern: new RegExp(Regex) }));

/** The metric of a log line, if it has one. */
export function metricOf(line: string): { name: string; value: number } | undefined {
  for (const { Name: name, pattern } of PATTERNS) {
    const value = pattern.exec(line)?.[1];
    if (value !== undefined) return { name, value: Number(value) };
  }
}
