/** What the clients say when nothing listens at their endpoint: a local AWS that has ended in most cases. */
import { join } from "node:path";
import type { Settings } from "../settings.ts";

/** Nothing listens where a request went; the message says what to do. */
export class UnreachableError extends Error {
  override name = "UnreachableError";
}

type Send<A, R> = (args: A) => Promise<R>;

/** Of AWS's clients, what `explainUnreachable` needs: the stack of functions that a request passes. */
interface Client {
  middlewareStack: {
    add(
      middleware: <A, R>(next: Send<A, R>) => Send<A, R>,
      options: { step: "initialize"; priority: "high" },
    ): void;
  };
}

/** Has a client's requests fail with an `UnreachableError` once nothing listens at `endpoint` any more. */
export function explainUnreachable(
  client: Client,
  endpoint: string,
  { endpointUrl, stateDir, target }: Pick<Settings, "endpointUrl" | "stateDir" | "target">,
): void {
  const explained = (cause: unknown) => {
    const { code } = cause as { code?: string };
    if (code !== "ECONNREFUSED" && code !== "ENOTFOUND") return cause;
    const instead = target === "local" ? "have a local AWS started where one is needed" : "use AWS's own";
    const advice = endpointUrl
      ? "AWS_ENDPOINT_URL is set to it. Start that endpoint, or unset AWS_ENDPOINT_URL (in the environment or in " +
        `.env) to ${instead}.`
      : "The local AWS has ended. Run the notebook or task again from its start: a new local AWS finds all that this " +
        `one has stored. Why it ended, ${
          join(stateDir, "local.log")
        } or the terminal that it ran in may tell.`;
    return new UnreachableError(`Nothing listens on ${endpoint} (${code}). ${advice}`, { cause });
  };
  client.middlewareStack.add(
    // Around all else, so that the client has tried again before.
    (next) => (args) => next(args).catch((error) => Promise.reject(explained(error))),
    { step: "initialize", priority: "high" },
  );
}
