/** Third function: lets confident answers pass and ends the execution of the others. */

interface Input {
  s3_bucket: string;
  s3_key: string;
  inferences: number[];
}

/** Step Functions takes an error by its `name`, which a bundler must not rename: it is set, not derived. */
class ThresholdConfidenceNotMet extends Error {
  override name = "THRESHOLD_CONFIDENCE_NOT_MET";
}

/**
 * @returns the input, when its highest probability reaches the threshold
 * @throws THRESHOLD_CONFIDENCE_NOT_MET otherwise
 */
export function handler(input: Input): Promise<Input> {
  const threshold = Number(process.env.THRESHOLD);
  if (!(threshold > 0 && threshold < 1)) {
    throw new RangeError(
      `The environment variable THRESHOLD is "${process.env.THRESHOLD}"; it must be between 0 and 1`,
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
