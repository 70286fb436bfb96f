/** A container that serves a variant's model: starting it, its health check, and requests to it. */
import { type Container, type ContainerCommand, startContainer } from "./containers.ts";

/** AWS's limit for an answer of the model. */
const MODEL_MS = 60_000;

/** How long a container can take until it answers `GET /ping`; SageMaker waits longer. */
const HEALTH_CHECK_SECONDS = 60;

/** How long to wait for a container's exit after its connection broke. */
const EXIT_MS = 1000;

export interface ModelServer {
  readonly container: Container;
  readonly url: string;
  /** Its log stream, `variant/instance` as on AWS. */
  readonly stream: string;
}

/** A container's answer. */
export interface Answer {
  /** 0 when there was no answer; the body is the reason then. */
  status: number;
  headers: Headers;
  body: Uint8Array<ArrayBuffer>;
  /** The container's log stream. */
  stream: string;
}

/** A container did not become ready (the endpoint's FailureReason), or did not answer. @param late it timed out */
export class ContainerError extends Error {
  constructor(message: string, readonly stream: string, readonly late = false) {
    super(message);
  }
}

/**
 * Starts a container and waits until it is ready.
 * @param log called with each line of its output, except the one with its port
 * @param onExit called when it has ended, ready or not
 * @throws ContainerError when it ends before it is ready, or takes too long
 */
export async function startModelServer(
  command: ContainerCommand,
  { variant, stream, log, onExit }: {
    variant: string;
    stream: string;
    log: (line: string) => void;
    onExit: () => void;
  },
): Promise<ModelServer> {
  const listening = Promise.withResolvers<number>();
  let port: number | undefined;
  let lastWords: string[] = [];
  const container = startContainer(command, (line, output) => {
    if (output === "stdout" && port === undefined && line.startsWith('{"port":')) {
      listening.resolve(port = JSON.parse(line).port);
      return;
    }
    lastWords = [...lastWords, line].slice(-3);
    log(line);
  });
  const ended = container.exit.then(({ code, signal }): never => {
    onExit();
    throw new Error(
      `The primary container for production variant ${variant} did not pass the ping health check. Please check ` +
        `CloudWatch logs for this endpoint. (It ended with ${code ?? signal}${
          lastWords.length ? `: ${lastWords.join(" | ")}` : ""
        })`,
    );
  });
  ended.catch(() => {}); // after the health check nobody awaits it
  const deadline = AbortSignal.timeout(HEALTH_CHECK_SECONDS * 1000);
  const late = new Promise<never>((_, reject) => {
    const error = new Error(
      `The container for variant ${variant} was not ready after ${HEALTH_CHECK_SECONDS} s.`,
    );
    deadline.addEventListener("abort", () => reject(error));
  });
  try {
    const url = `http://127.0.0.1:${await Promise.race([listening.promise, ended, late])}`;
    const ping = await fetch(`${url}/ping`, { signal: deadline });
    await ping.body?.cancel();
    if (!ping.ok) throw new Error(`The container for variant ${variant} answered ${ping.status} to /ping.`);
    return { container, url, stream };
  } catch (error) {
    await container.stop(1);
    throw new ContainerError(error instanceof Error ? error.message : String(error), stream);
  }
}

/** Sends a request to the model. @throws ContainerError when there is no answer */
export async function ask(
  { container, url, stream }: ModelServer,
  headers: Headers,
  body: Uint8Array<ArrayBuffer>,
): Promise<Answer> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), MODEL_MS);
  try {
    const response = await fetch(`${url}/invocations`, {
      method: "POST",
      headers,
      body,
      signal: late.signal,
    });
    return { status: response.status, headers: response.headers, body: await response.bytes(), stream };
  } catch {
    // When a container ends, its connection breaks first. Wait for the exit, so that the next request starts a new one.
    if (!late.signal.aborted) {
      await Promise.race([container.exit, new Promise((end) => setTimeout(end, EXIT_MS))]);
    }
    throw new ContainerError("The container did not answer.", stream, late.signal.aborted);
  } finally {
    clearTimeout(timer);
  }
}
