/** The work behind Creating, Updating and Deleting: builds, switches and removes the deployments of endpoints. */
import { join } from "node:path";
import type { Core } from "../core.ts";
import { getObject } from "../s3/read_objects.ts";
import type { Fleet } from "./fleet.ts";
import { removeFolder, variantFolder } from "./folders.ts";
import { checkHostingPull } from "./images.ts";
import { unpackModel } from "./model_archive.ts";
import { parseS3Uri, seconds } from "./names.ts";
import type { Deployment, Records, Variant } from "./records.ts";
import { assume, hostingAssumer } from "./roles.ts";

export class Deployments {
  readonly #work = new Set<Promise<unknown>>();
  #closing = false;

  constructor(
    readonly core: Core,
    readonly records: Pick<Records, "endpoints">,
    readonly fleet: Fleet,
  ) {}

  /** Builds the endpoint's next deployment and switches to it: Creating or Updating → InService or Failed. */
  build(name: string): void {
    this.#track(this.#build(name), name);
  }

  /** Ends the containers and deletes the endpoint's record. */
  remove(name: string): void {
    this.#track(this.#remove(name), name);
  }

  /** Continues after a restart. Containers of endpoints InService start at their first invocation. */
  resume(): void {
    for (const { EndpointName, EndpointStatus, next } of this.records.endpoints.list()) {
      if (next) this.build(EndpointName);
      if (EndpointStatus === "Deleting") this.remove(EndpointName);
    }
  }

  /** Ends the containers; the next server continues what is in progress. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.fleet.close();
    await Promise.all(this.#work);
  }

  #track(work: Promise<void>, name: string): void {
    const tracked = work.catch((error) => this.core.fault(error, `The endpoint ${name}`))
      .finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }

  async #build(name: string): Promise<void> {
    const next = this.records.endpoints.get(name)?.next;
    if (!next) return;
    let failure: string | undefined;
    try {
      for (const variant of next.config.ProductionVariants) {
        await this.#unpack(next, variant);
        await this.fleet.serve(name, next, variant);
      }
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    await this.#pause(this.core.strict?.endpointSeconds ?? 0);
    if (this.#closing) return; // resumed by the next server
    const unused = failure === undefined ? this.#takeOver(name, next) : this.#fallBack(name, next, failure);
    if (unused) await this.fleet.discard(unused);
  }

  /** Waits that long, or until the server stops. */
  async #pause(seconds: number): Promise<void> {
    for (let left = seconds * 10; left > 0 && !this.#closing; left--) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Switches to the next deployment; returns the previous one, if any. */
  #takeOver(name: string, next: Deployment): Deployment | undefined {
    const { next: _, deployment: old, FailureReason: _old, ...rest } = this.records.endpoints.get(name)!;
    this.records.endpoints.put(name, {
      ...rest,
      EndpointConfigName: next.config.EndpointConfigName,
      EndpointStatus: "InService",
      LastModifiedTime: seconds(this.core),
      deployment: next,
    });
    return old;
  }

  /** Keeps the previous deployment, or fails the endpoint if there is none. Returns the failed deployment. */
  #fallBack(name: string, next: Deployment, failure: string): Deployment {
    const { next: _, deployment: old, ...rest } = this.records.endpoints.get(name)!;
    this.records.endpoints.put(name, {
      ...rest,
      EndpointStatus: old ? "InService" : "Failed",
      LastModifiedTime: seconds(this.core),
      FailureReason: failure,
      deployment: old,
    });
    return next;
  }

  async #unpack(deployment: Deployment, variant: Variant): Promise<void> {
    const { ExecutionRoleArn, PrimaryContainer } = deployment.models[variant.VariantName]!;
    const principal = assume(this.core, ExecutionRoleArn, hostingAssumer(this.core));
    checkHostingPull(this.core, principal, ExecutionRoleArn, PrimaryContainer.Image);
    const { bucket: Bucket, key: Key } = parseS3Uri(PrimaryContainer.ModelDataUrl);
    const folder = variantFolder(this.core, deployment, variant);
    await removeFolder(folder);
    const { Body } = this.core.call(getObject, { Bucket, Key }, { principal });
    await unpackModel(Body, join(folder, "model"));
  }

  async #remove(name: string): Promise<void> {
    const endpoint = this.records.endpoints.get(name);
    if (!endpoint) return;
    for (const deployment of [endpoint.deployment, endpoint.next]) {
      if (deployment) await this.fleet.discard(deployment);
    }
    if (!this.#closing) this.records.endpoints.delete(name);
  }
}
