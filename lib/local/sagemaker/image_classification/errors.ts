/** What the user sent is at fault (data, channels, hyperparameters): the job fails with `ClientError: …`, as on AWS. */
export class ClientError extends Error {
  override readonly name = "ClientError";
}

/** The algorithm is at fault: the job fails with `AlgorithmError: …`. */
export class AlgorithmError extends Error {
  override readonly name = "AlgorithmError";
}
