/** The folders that containers work in. */
import { join } from "node:path";
import type { Core } from "../core.ts";
import type { Deployment, TrainingJob, Variant } from "./records.ts";

/** What stands for /opt/ml in a training job's container. */
export function trainingFolder({ stateDir }: Core, { TrainingJobName }: TrainingJob): string {
  return join(stateDir, "sagemaker", "training", TrainingJobName);
}

/** The unpacked models of all variants of a deployment. */
export function deploymentFolder({ stateDir }: Core, { id }: Deployment): string {
  return join(stateDir, "sagemaker", "endpoints", id);
}

/** What stands for /opt/ml in the container of one variant. */
export function variantFolder(core: Core, deployment: Deployment, { VariantName }: Variant): string {
  return join(deploymentFolder(core, deployment), VariantName);
}

/** Removes a folder with all that it holds; one that does not exist is no error. */
export async function removeFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
