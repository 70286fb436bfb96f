/** The containers behind the endpoints: built, replaced and removed; started again on demand after a restart. */
import { join } from "node:path";
import { AwsError } from "../errors.ts";
import type { Core } from "../services.ts";
import { type Container, type ContainerCommand, startContainer } from "./containers.ts";
import type { EndpointConfig } from "./endpoint_configs.ts";
import type { Deployment, Endpoint } from "./endpoints.ts";
import { logWriter } from "./log.ts";
import { unpackModel } from "./model_archive.ts";
import { hostingAssumer, parseS3Uri, seconds } from "./names.ts";

type Variant = EndpointConfig["ProductionVariants"][number];

/** AWS gives the model so long to answer. */
const MODEL_MS = 60_000;

/** A model is ready when it answers `GET /ping`; SageMaker waits longer, but on a loaded instance. */
const HEALTH_CHECK_SECONDS = 60;

/** A container that serves: its address and the requests that it is answering. */
interface Server {
  container: Container;
  url: string;
  /** Where its log goes, as AWS names streams: variant/instance. */
  stream: string;
}

/** What a container answered. */
export interface Answer {
  /** 0 when there was no answer; the body then says why. */
  status: number;
  headers: Headers;
  body: Uint8Array<ArrayBuffer>;
  /** Log stream of the instance. */
  stream: string;
}

/** A container that does not get ready, which is an endpoint's FailureReason, or does not answer. */
class ContainerError extends Error {
  constructor(message: string, readonly stream: string, readonly late = false) {
    super(message);
  }
}

export class Fleet {
  readonly #endpoints;
  /** By deployment and variant; a promise while it starts. */
  readonly #servers = new Map<string, Promise<Server>>();
  readonly #work = new Set<Promise<void>>();
  /** Requests under way by deployment: an old one is ended only when they are answered. */
  readonly #inFlight = new Map<string, number>();
  #closing = false;

  /** @param command makes the command line of the algorithm's `serve`, given the folder that stands for /opt/ml */
  constructor(readonly core: Core, readonly command: (optMl: string) => ContainerCommand) {
    this.#endpoints = core.store.collection<Endpoint>("endpoints");
  }

  /** Builds the endpoint's next deployment, then lets it take over: Creating or Updating → InService or Failed. */
  build(name: string): void {
    this.#track(this.#build(name));
  }

  /** Ends the containers and forgets the endpoint. */
  remove(name: string): void {
    this.#track((async () => {
      const endpoint = this.#endpoints.get(name.toLowerCase());
      if (!endpoint) return;
      for (const deployment of [endpoint.deployment, endpoint.next]) {
        if (deployment) await this.#discard(deployment);
      }
      if (!this.#closing) this.#endpoints.delete(name.toLowerCase());
    })());
  }

  /** After a restart: goes on with what was under way. Containers of endpoints in service start when first invoked. */
  resume(): void {
    for (const endpoint of this.#endpoints.list()) {
      if (endpoint.next) this.build(endpoint.EndpointName);
      if (endpoint.EndpointStatus === "Deleting") this.remove(endpoint.EndpointName);
    }
  }

  /** Sends a request to a variant's container and waits for its answer, whatever its status. */
  async invoke(
    endpoint: Endpoint & { deployment: Deployment },
    variant: Variant,
    headers: Headers,
    body: Uint8Array<ArrayBuffer>,
  ): Promise<Answer> {
    const { deployment } = endpoint;
    this.#inFlight.set(deployment.id, (this.#inFlight.get(deployment.id) ?? 0) + 1);
    try {
      return await ask(await this.#serve(endpoint.EndpointName, deployment, variant), headers, body);
    } catch (error) {
      if (!(error instanceof ContainerError)) throw error;
      const why = error.late
        ? "Your invocation timed out while waiting for a response from container primary."
        : `Amazon SageMaker could not get a response from the ${endpoint.EndpointName} endpoint. This can occur when ` +
          "CPU or memory utilization is high. To check your utilization, see Amazon CloudWatch. To fix this problem, " +
          "use an instance type with more CPU capacity or memory.";
      return { status: 0, headers: new Headers(), body: new TextEncoder().encode(why), stream: error.stream };
    } finally {
      this.#inFlight.set(deployment.id, this.#inFlight.get(deployment.id)! - 1);
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    const servers = await Promise.allSettled(this.#servers.values());
    await Promise.all(
      servers.map((server) => server.status === "fulfilled" && server.value.container.stop(2)),
    );
    await Promise.all(this.#work);
  }

  #track(work: Promise<void>): void {
    this.#work.add(work);
    work.finally(() => this.#work.delete(work));
  }

  async #build(name: string): Promise<void> {
    const key = name.toLowerCase();
    const endpoint = this.#endpoints.get(key);
    if (!endpoint?.next) return;
    const { next } = endpoint;
    let failure: string | undefined;
    try {
      for (const variant of next.config.ProductionVariants) {
        await this.#unpack(next, variant);
        await this.#serve(name, next, variant);
      }
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    if (this.#closing) return; // resumed by the next server
    const now = seconds(this.core);
    const { next: _built, deployment: old, FailureReason: _old, ...rest } = this.#endpoints.get(key)!;
    if (failure === undefined) {
      this.#endpoints.put(key, {
        ...rest,
        EndpointConfigName: next.config.EndpointConfigName,
        EndpointStatus: "InService",
        LastModifiedTime: now,
        deployment: next,
      });
    } else {
      // A failed update rolls back to what was serving; a failed creation has nothing to roll back to.
      this.#endpoints.put(key, {
        ...rest,
        EndpointStatus: old ? "InService" : "Failed",
        LastModifiedTime: now,
        FailureReason: failure,
        ...(old ? { deployment: old } : {}),
      });
    }
    const unused = failure === undefined ? old : next;
    if (unused) await this.#discard(unused);
  }

  async #unpack(deployment: Deployment, variant: Variant): Promise<void> {
    const model = deployment.models[variant.VariantName]!;
    const { iam, s3 } = this.core.siblings;
    const { principal } = iam.assumeRole(
      model.ExecutionRoleArn,
      hostingAssumer(this.core),
      "SageMaker",
    );
    const { bucket, key } = parseS3Uri(model.PrimaryContainer.ModelDataUrl);
    const folder = this.#folder(deployment, variant);
    await Deno.remove(folder, { recursive: true }).catch(ignoreNotFound);
    await unpackModel(s3.getObject(principal, bucket, key).Body, join(folder, "model"));
  }

  #folder(deployment: Deployment, variant: Variant): string {
    return join(this.core.stateDir, "sagemaker", "endpoints", deployment.id, variant.VariantName);
  }

  /** The variant's running container, started when there is none. */
  #serve(endpoint: string, deployment: Deployment, variant: Variant): Promise<Server> {
    const key = `${deployment.id}/${variant.VariantName}`;
    let server = this.#servers.get(key);
    if (!server) {
      // One that ends late must not be taken for the one that took its place.
      const forget = () => this.#servers.get(key) === server && this.#servers.delete(key);
      server = this.#start(endpoint, deployment, variant, forget);
      this.#servers.set(key, server);
      server.catch(forget);
    }
    return server;
  }

  async #start(
    endpoint: string,
    deployment: Deployment,
    of: Variant,
    onExit: () => void,
  ): Promise<Server> {
    if (this.#closing) throw stopping();
    const variant = of.VariantName;
    const stream = `${variant}/i-${crypto.randomUUID().replaceAll("-", "").slice(0, 17)}`;
    const listening = Promise.withResolvers<number>();
    let port: number | undefined;
    let lastWords: string[] = [];
    const role = deployment.models[variant]!.ExecutionRoleArn;
    const log = logWriter(
      this.core,
      role,
      hostingAssumer(this.core),
      `/aws/sagemaker/Endpoints/${endpoint}`,
      stream,
    );
    const container = startContainer(this.command(this.#folder(deployment, of)), (line, output) => {
      // The container says first where it listens; all else is its log.
      if (output === "stdout" && port === undefined && line.startsWith('{"port":')) {
        listening.resolve(port = JSON.parse(line).port);
        return;
      }
      lastWords = [...lastWords, line].slice(-3);
      if (!this.#closing) log(line);
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
    ended.catch(() => {}); // after the health check nobody listens any more
    const deadline = AbortSignal.timeout(HEALTH_CHECK_SECONDS * 1000);
    const late = new Promise<never>((_, reject) =>
      deadline.addEventListener(
        "abort",
        () =>
          reject(
            new Error(`The container for variant ${variant} was not ready after ${HEALTH_CHECK_SECONDS} s.`),
          ),
      )
    );
    try {
      const url = `http://127.0.0.1:${await Promise.race([listening.promise, ended, late])}`;
      const ping = await fetch(`${url}/ping`, { signal: deadline });
      await ping.body?.cancel();
      if (!ping.ok) throw new Error(`The container for variant ${variant} answered ${ping.status} to /ping.`);
      return { container, url, stream };
    } catch (error) {
      await container.stop(1);
      if (this.#closing) throw stopping();
      throw new ContainerError(error instanceof Error ? error.message : String(error), stream);
    }
  }

  /** Ends a deployment's containers once their last request is answered, and removes its files. */
  async #discard(deployment: Deployment): Promise<void> {
    while (!this.#closing && (this.#inFlight.get(deployment.id) ?? 0) > 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.#inFlight.delete(deployment.id);
    for (const { VariantName } of deployment.config.ProductionVariants) {
      const server = await this.#servers.get(`${deployment.id}/${VariantName}`)?.catch(() => undefined);
      await server?.container.stop(2);
    }
    const folder = join(this.core.stateDir, "sagemaker", "endpoints", deployment.id);
    await Deno.remove(folder, { recursive: true }).catch(ignoreNotFound);
  }
}

/** What callers get while the server stops. */
function stopping(): AwsError {
  return new AwsError("ServiceUnavailable", "The local AWS is stopping.", 503);
}

/** @throws ContainerError when there is no answer */
async function ask(
  { container, url, stream }: Server,
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
    // A broken connection is seen before the exit behind it, which the next request has to find told.
    if (!late.signal.aborted) {
      await Promise.race([
        container.exit,
        new Promise((end) => setTimeout(end, 1000)),
      ]);
    }
    throw new ContainerError("The container did not answer.", stream, late.signal.aborted);
  } finally {
    clearTimeout(timer);
  }
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
