import { join } from "node:path";
import { inferenceModel } from "./models.ts";
import { encode } from "./onnx.ts";
import type { Trainer, Weights } from "./trainer.ts";

/** The file that an endpoint loads. */
export const MODEL_FILE = "model.onnx";

/** The name under which a checkpoint of an epoch (from 0) is kept; AWS counts its files from 1. */
export function checkpointFile(epoch: number): string {
  return `image-classification-${String(epoch + 1).padStart(4, "0")}.onnx`;
}

/** The names of the classes in label order: those of `SCONES_CLASSES` when there are as many, else the numbers. */
export function classNames(classes: number, listed = ""): string[] {
  const names = listed.split(",").map((name) => name.trim()).filter((name) => name !== "");
  return names.length === classes ? names : Array.from({ length: classes }, (_, label) => String(label));
}

/**
 * The network as the bytes of a plain ONNX model. Its metadata say what goes in and what comes out, so that the file
 * can be used without this project.
 */
export function exportModel(
  { network, layout, shape }: Trainer,
  values: Weights,
  names: string[],
): Uint8Array {
  const [channels, height, width] = shape;
  return encode(inferenceModel(network, layout, shape, values, {
    network: network.description,
    class_names: JSON.stringify(names),
    preprocessing:
      `decode to 8-bit ${channels === 1 ? "grey" : "RGB"}, resize to ${width}x${height} pixels ` +
      "(bilinear, aspect ratio not kept), lay out as [batch, channels, height, width]; values stay 0 to 255, " +
      "the network scales them itself",
    output: "probabilities of the classes in the order of class_names",
  }));
}

/** Writes a file of the model's folder whole or not at all, so that a job that is killed leaves no half of one. */
export async function writeWhole(folder: string, name: string, content: Uint8Array | string): Promise<void> {
  const path = join(folder, name);
  const part = `${path}.part`;
  await Deno.writeFile(part, typeof content === "string" ? new TextEncoder().encode(content) : content);
  await Deno.rename(part, path);
}

/** Writes what an endpoint needs, and what AWS's artifact tells about shapes. */
export async function writeModel(
  folder: string,
  trainer: Trainer,
  values: Weights,
  names: string[],
): Promise<void> {
  await writeWhole(folder, MODEL_FILE, exportModel(trainer, values, names));
  await writeWhole(
    folder,
    "model-shapes.json",
    JSON.stringify([{ shape: [1, ...trainer.shape], name: "data" }]),
  );
  await writeWhole(folder, "classes.json", JSON.stringify(names));
}
