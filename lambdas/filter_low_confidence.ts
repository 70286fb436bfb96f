/** Third function: passes confident answers on, and ends the execution of the others. */

interface Input {
  s3_bucket: string;
  s3_key: string;
  inferences: number[];
}

/** Step Functions uses the `name` of an error. It is a constant, as the bundler renames classes. */
class ThresholdConfidenceNotMet extends Error {
  override name = "THRESHOLD_CONFIDENCE_NOT_MET";
}

/**
 * @returns the input, if its highest probability reaches the threshold
 * @throws THRESHOLD_CONFIDENCE_NOT_MET otherwise
 */
export function handler(input: Input): Promise<Input> {
  const threshold = Number(process.env.THRESHOLD);
  if (!(threshold > 0 && threshold < 1)) {
    throw new RangeError(
      `The environment variable THRESHOLD is "${process.env.THRESHOLD}"; it must be greater than 0 and less than 1`,
    );
  }
  if (!Array.isArray(input.inferences) || input.inferences.length === 0) {
    throw new TypeError('"inferences" is missing from the input');
  }
  const confidence = Math.max(...input.inferences);
  if (!(confidence >= threshold)) {
    throw new ThresholdConfidenceNotMet(
      `The highest confidence is ${confidence}, below the threshold ${threshold}`,
    );
  }
  return Promise.resolve(input);
}
