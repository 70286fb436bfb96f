import { join } from "node:path";
import { encode } from "../graph/onnx.ts";
import { inferenceModel } from "../networks/inference.ts";
import type { Trainer } from "../training/loop.ts";

/** The file in the model's folder that the endpoint loads. */
export const MODEL_FILE = "model.onnx";

/**
 * The names of the classes in label order.
 * @param listed SCONES_CLASSES; if the number of names does not fit, the labels are the names
 */
export function classNames(classes: number, listed = ""): string[] {
  const names = listed.split(",").map((name) => name.trim()).filter((name) => name !== "");
  return names.length === classes ? names : Array.from({ length: classes }, (_, label) => String(label));
}

/**
 * The network as trained so far, as the bytes of a plain ONNX model. Its metadata describe input and output, so that
 * the file can be used without this project.
 */
export function exportModel(trainer: Trainer, names: string[]): Uint8Array {
  const { options: { network, shape }, layout } = trainer;
  const [channels, height, width] = shape;
  return encode(inferenceModel(network, layout, shape, trainer.learnt(), {
    network: network.description,
    class_names: JSON.stringify(names),
    preprocessing:
      `decode to 8-bit ${channels === 1 ? "grey" : "RGB"}, resize to ${width}x${height} pixels ` +
      "(bilinear, aspect ratio not kept), lay out as [batch, channels, height, width]; values stay 0 to 255, " +
      "the network scales them itself",
    output: "probabilities of the classes in the order of class_names",
  }));
}

/** Writes the model, its classes, and the file of shapes that AWS's artifact has. */
export async function writeModel(folder: string, trainer: Trainer, names: string[]): Promise<void> {
  await writeWhole(folder, MODEL_FILE, exportModel(trainer, names));
  const shapes = [{ shape: [1, ...trainer.options.shape], name: "data" }];
  await writeWhole(folder, "model-shapes.json", JSON.stringify(shapes));
  await writeWhole(folder, "classes.json", JSON.stringify(names));
}

/** Writes a checkpoint of an epoch (from 0); returns the file's name. */
export async function writeCheckpoint(
  folder: string,
  trainer: Trainer,
  names: string[],
  epoch: number,
): Promise<string> {
  const file = `image-classification-${String(epoch + 1).padStart(4, "0")}.onnx`; // AWS counts its files from 1
  await writeWhole(folder, file, exportModel(trainer, names));
  return file;
}

/** Writes a file completely or not at all, as the job can be killed. */
async function writeWhole(folder: string, name: string, content: Uint8Array | string): Promise<void> {
  const path = join(folder, name);
  const part = `${path}.part`;
  await Deno.writeFile(part, typeof content === "string" ? new TextEncoder().encode(content) : content);
  await Deno.rename(part, path);
}
