/** The folders that containers work in. */
import { join } from "node:path";
import type { Core } from "../core.ts";
import type { Deployment, TrainingJob, Variant } from "./records.ts";

/** The folder that replaces /opt/ml in a training job's container. */
export function trainingFolder({ stateDir }: Core, { TrainingJobName }: TrainingJob): string {
  return join(stateDir, "sagemaker", "training", TrainingJobName);
}

/** The unpacked models of all variants of a deployment. */
export function deploymentFolder({ stateDir }: Core, { id }: Deployment): string {
  return join(stateDir, "sagemaker", "endpoints", id);
}

/** The folder that replaces /opt/ml in a variant's container. */
export function variantFolder(core: Core, deployment: Deployment, { VariantName }: Variant): string {
  return join(deploymentFolder(core, deployment), VariantName);
}

/** Deletes a folder and its content, if it exists. */
export async function removeFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
