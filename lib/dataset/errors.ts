/** A problem with the data set: its location, its bytes, or the classes that were chosen from it. */
export class DatasetError extends Error {
  override name = "DatasetError";
}

/** The archive could not be downloaded: no connection to the host, or it answered with an HTTP error. */
export class DownloadUnavailableError extends DatasetError {
  override name = "DownloadUnavailableError";

  constructor(readonly reason: string, advice: string, options?: ErrorOptions) {
    super(`${reason}. ${advice}`, options);
  }
}

/** The message of whatever was thrown, with that of its cause, where fetch puts the reason. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
