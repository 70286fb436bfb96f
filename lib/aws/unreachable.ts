/** The clients' error when nothing listens at their endpoint: most often the local AWS has stopped. */
import { join } from "node:path";
import type { Settings } from "../settings.ts";

/** Nothing listens at the endpoint of a request; the message says what to do. */
export class UnreachableError extends Error {
  override name = "UnreachableError";
}

type Send<A, R> = (args: A) => Promise<R>;

/** The part of an AWS client that `explainUnreachable` needs. */
interface Client {
  middlewareStack: {
    add(
      middleware: <A, R>(next: Send<A, R>) => Send<A, R>,
      options: { step: "initialize"; priority: "high" },
    ): void;
  };
}

/** Makes a client's requests fail with an `UnreachableError` when nothing listens at `endpoint`. */
export function explainUnreachable(
  client: Client,
  endpoint: string,
  { endpointUrl, stateDir, target }: Pick<Settings, "endpointUrl" | "stateDir" | "target">,
): void {
  const explained = (cause: unknown) => {
    const { code } = cause as { code?: string };
    if (code !== "ECONNREFUSED" && code !== "ENOTFOUND") return cause;
    const instead = target === "local"
      ? "have the local AWS started automatically"
      : "use AWS's own endpoint";
    const advice = endpointUrl
      ? "AWS_ENDPOINT_URL points there. Start that service, or unset AWS_ENDPOINT_URL (in the environment or in " +
        `.env) to ${instead}.`
      : "The local AWS has stopped. Run the notebook or task again from its beginning: this starts the local AWS again " +
        `with all its data. ${
          join(stateDir, "local.log")
        }, or the terminal in which it ran, may show why it stopped.`;
    return new UnreachableError(`Nothing listens at ${endpoint} (${code}). ${advice}`, { cause });
  };
  client.middlewareStack.add(
    // Around everything else, so that the client has made its retries before.
    (next) => (args) => next(args).catch((error) => Promise.reject(explained(error))),
    { step: "initialize", priority: "high" },
  );
}
