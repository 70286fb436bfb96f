/** What is wrong with the data set: where it comes from, its bytes, or what is asked of it. */
export class DatasetError extends Error {
  override name = "DatasetError";
}

/** The archive could not be had at all: no connection to the host, or it answered with an HTTP error. */
export class DownloadUnavailableError extends DatasetError {
  override name = "DownloadUnavailableError";

  constructor(readonly reason: string, advice: string, options?: ErrorOptions) {
    super(`${reason}. ${advice}`, options);
  }
}

/** The message of anything thrown, with that of its cause (where fetch hides the reason). */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
