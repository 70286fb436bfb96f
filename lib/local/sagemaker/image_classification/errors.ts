/** An error in the user's data, channels or hyperparameters: the job fails with `ClientError: …`, as on AWS. */
export class ClientError extends Error {
  override readonly name = "ClientError";
}

/** An error of the algorithm: the job fails with `AlgorithmError: …`, as on AWS. */
export class AlgorithmError extends Error {
  override readonly name = "AlgorithmError";
}
