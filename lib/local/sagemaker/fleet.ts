/** The containers of endpoints, started on demand. */
import { AwsError } from "../errors.ts";
import type { Core } from "../core.ts";
import type { ContainerCommand } from "./containers.ts";
import { deploymentFolder, removeFolder, variantFolder } from "./folders.ts";
import { endpointLogGroup, logWriter } from "./log.ts";
import { type Answer, ask, ContainerError, type ModelServer, startModelServer } from "./model_server.ts";
import type { Deployment, ServingEndpoint, Variant } from "./records.ts";
import { hostingAssumer } from "./roles.ts";

export class Fleet {
  /** By deployment and variant; pending while a container starts. */
  readonly #servers = new Map<string, Promise<ModelServer>>();
  /** Number of requests in progress by deployment: a deployment is ended only when they are answered. */
  readonly #inFlight = new Map<string, number>();
  #closing = false;

  /** @param command returns the command of the algorithm's `serve` for a folder that replaces /opt/ml */
  constructor(readonly core: Core, readonly command: (optMl: string) => ContainerCommand) {}

  /** Sends a request to a variant's container and returns its answer, whatever its status. */
  async invoke(
    { EndpointName, deployment }: ServingEndpoint,
    variant: Variant,
    headers: Headers,
    body: Uint8Array<ArrayBuffer>,
  ): Promise<Answer> {
    this.#inFlight.set(deployment.id, (this.#inFlight.get(deployment.id) ?? 0) + 1);
    try {
      return await ask(await this.serve(EndpointName, deployment, variant), headers, body);
    } catch (error) {
      if (!(error instanceof ContainerError)) throw error;
      const why = error.late
        ? "Your invocation timed out while waiting for a response from container primary."
        : `Amazon SageMaker could not get a response from the ${EndpointName} endpoint. This can occur when ` +
          "CPU or memory utilization is high. To check your utilization, see Amazon CloudWatch. To fix this problem, " +
          "use an instance type with more CPU capacity or memory.";
      return { status: 0, headers: new Headers(), body: new TextEncoder().encode(why), stream: error.stream };
    } finally {
      this.#inFlight.set(deployment.id, this.#inFlight.get(deployment.id)! - 1);
    }
  }

  /** The variant's container, started if necessary. @throws ContainerError when it does not become ready */
  serve(endpoint: string, deployment: Deployment, variant: Variant): Promise<ModelServer> {
    const key = serverKey(deployment, variant);
    let server = this.#servers.get(key);
    if (!server) {
      // A container that ends late must not remove its successor.
      const forget = () => this.#servers.get(key) === server && this.#servers.delete(key);
      server = this.#start(endpoint, deployment, variant, forget);
      this.#servers.set(key, server);
      server.catch(forget);
    }
    return server;
  }

  /** Ends a deployment's containers after their last request, and deletes its files. */
  async discard(deployment: Deployment): Promise<void> {
    while (!this.#closing && (this.#inFlight.get(deployment.id) ?? 0) > 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.#inFlight.delete(deployment.id);
    for (const variant of deployment.config.ProductionVariants) {
      const server = await this.#servers.get(serverKey(deployment, variant))?.catch(() => undefined);
      await server?.container.stop(2);
    }
    await removeFolder(deploymentFolder(this.core, deployment));
  }

  async close(): Promise<void> {
    this.#closing = true;
    const servers = await Promise.allSettled(this.#servers.values());
    await Promise.all(
      servers.map((server) => server.status === "fulfilled" && server.value.container.stop(2)),
    );
  }

  async #start(
    endpoint: string,
    deployment: Deployment,
    variant: Variant,
    onExit: () => void,
  ): Promise<ModelServer> {
    if (this.#closing) throw stopping();
    const { core } = this;
    const { VariantName } = variant;
    const stream = `${VariantName}/i-${crypto.randomUUID().replaceAll("-", "").slice(0, 17)}`;
    const role = deployment.models[VariantName]!.ExecutionRoleArn;
    const write = logWriter(core, role, hostingAssumer(core), endpointLogGroup(endpoint), stream);
    const log = (line: string) => {
      if (!this.#closing) write(line);
    };
    try {
      const command = this.command(variantFolder(core, deployment, variant));
      return await startModelServer(command, { variant: VariantName, stream, log, onExit });
    } catch (error) {
      throw this.#closing ? stopping() : error;
    }
  }
}

function serverKey({ id }: Deployment, { VariantName }: Variant): string {
  return `${id}/${VariantName}`;
}

/** For callers while the server stops. */
function stopping(): AwsError {
  return new AwsError("ServiceUnavailable", "The local AWS is stopping.", 503);
}
