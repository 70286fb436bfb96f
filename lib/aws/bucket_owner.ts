/** The owner that every call on a bucket expects. */

type Send<A, R> = (args: A) => Promise<R>;

/** The part of an S3 client that `expectOwner` needs. */
interface Client {
  middlewareStack: {
    add(
      middleware: <A extends { input: object }, R>(next: Send<A, R>) => Send<A, R>,
      options: { step: "initialize" },
    ): void;
  };
}

/**
 * Makes every call on a bucket fail unless the account owns it: the default name can be guessed, and somebody else could have
 * taken it before.
 */
export function expectOwner(s3: Client, account: string): void {
  s3.middlewareStack.add(
    (next) => (args) => next({ ...args, input: { ...args.input, ExpectedBucketOwner: account } }),
    { step: "initialize" },
  );
}
