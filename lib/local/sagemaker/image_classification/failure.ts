/** What the user sent is at fault (data, channels, hyperparameters); becomes `ClientError: …` as on AWS. */
export class ClientError extends Error {
  override readonly name = "ClientError";
}

/** The algorithm is at fault; becomes `AlgorithmError: …`. */
export class AlgorithmError extends Error {
  override readonly name = "AlgorithmError";
}

/**
 * The text for `output/failure`, which SageMaker copies into FailureReason and limits to 1,024 characters.
 * Whatever is not one of the two classes above is the algorithm's own fault.
 */
export function failureReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const name = error instanceof ClientError ? error.name : "AlgorithmError";
  return `${name}: ${message}`.slice(0, 1024);
}
