/** A folder that replaces /opt/ml, with small pictures that are easy to classify. */
import { join } from "node:path";
import sharp from "sharp";
import { Random } from "../../../../../lib/local/sagemaker/image_classification/training/random.ts";

export const SIDE = 16;

/** A PNG that is brighter at the top for label 0, at the left for label 1, at the right for label 2. */
export async function drawn(label: number, random: Random, side = SIDE): Promise<Uint8Array<ArrayBuffer>> {
  const pixels = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
    const bright = [y < side / 2, x < side / 2, x >= side / 2][label];
    return (bright ? 150 : 60) + random.below(60);
  });
  const image = sharp(pixels, { raw: { width: side, height: side, channels: 3 } });
  return new Uint8Array(await image.png().toBuffer());
}

const IMAGES = { ContentType: "application/x-image", TrainingInputMode: "File", RecordWrapperType: "None" };

/** Writes configuration and data into a new folder, which the caller deletes. */
export async function makeOptMl(
  hyperparameters: Record<string, string> = {},
  { classes = 2, train = 64, validation = 16 } = {},
): Promise<string> {
  const root = await Deno.makeTempDir();
  const random = new Random(7);
  for (const [channel, count] of [["train", train], ["validation", validation]] as const) {
    const data = join(root, "input", "data");
    for (const name of [channel, `${channel}_lst`]) await Deno.mkdir(join(data, name), { recursive: true });
    const lines = [];
    for (let i = 0; i < count; i++) {
      const label = i % classes;
      await Deno.writeFile(join(data, channel, `${i}.png`), await drawn(label, random));
      lines.push(`${i}\t${label}\t${i}.png\n`);
    }
    await Deno.writeTextFile(join(data, `${channel}_lst`, `${channel}.lst`), lines.join(""));
  }
  for (const name of ["config", "../model", "../output"]) {
    await Deno.mkdir(join(root, "input", name), { recursive: true });
  }
  await writeConfig(root, "hyperparameters", {
    image_shape: `3,${SIDE},${SIDE}`,
    num_classes: String(classes),
    num_training_samples: String(train),
    ...hyperparameters,
  });
  await writeConfig(root, "inputdataconfig", {
    train: IMAGES,
    validation: IMAGES,
    train_lst: IMAGES,
    validation_lst: IMAGES,
  });
  await writeConfig(root, "resourceconfig", { current_host: "algo-1", hosts: ["algo-1"] });
  return root;
}

export async function writeConfig(root: string, name: string, content: unknown): Promise<void> {
  await Deno.writeTextFile(join(root, "input", "config", `${name}.json`), JSON.stringify(content));
}

/** The names in a folder, in order. */
export async function files(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}
