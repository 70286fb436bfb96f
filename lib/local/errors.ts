/**
 * An error as AWS would answer it: a code (the exception's name), a message and an HTTP status.
 * The gateway renders it for the protocol of the service that was called; `fields` are further
 * members of the answer's body (for example `Reason` of a throttled Lambda call), `headers` further headers.
 */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    readonly fields: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = code;
  }
}

/**
 * The error for what AWS supports and the local AWS does not: it names the feature instead of ignoring it.
 * @param what the object of "does not support"
 */
export function unsupported(what: string, code = "ValidationException", status = 400): AwsError {
  return new AwsError(
    code,
    `The local AWS does not support ${what}. Run this against the aws target.`,
    status,
  );
}
