/** The real pictures of ../shared as folders that stand for /opt/ml. */
import { join } from "node:path";
import sharp from "sharp";
import { shuffle } from "./python_random.ts";

const DATA = new URL("../../../shared/data/", import.meta.url);
const SIZE = 3072;
/** CIFAR-100's fine labels of bicycle and motorcycle, in the order of the local labels. */
const CLASSES = ["8", "48"];

interface Row {
  train: boolean;
  label: number;
  name: string;
  pixels: Uint8Array;
}

/** All pictures: split 0 as published, another as `make_cifar_archive.py --split` draws it. */
export async function rows(split: number): Promise<Row[]> {
  const bytes = await Deno.readFile(new URL("images.bin", DATA));
  const table = (await Deno.readTextFile(new URL("images.tsv", DATA))).trim().split("\n");
  const all = table.map((line, i) => {
    const [part, fine, name] = line.split("\t") as [string, string, string];
    const pixels = bytes.subarray(i * SIZE, (i + 1) * SIZE);
    return { train: part === "train", label: CLASSES.indexOf(fine), name, pixels };
  });
  if (split === 0) return all;
  return CLASSES.flatMap((fine, label) => {
    const same = all.filter((row) => row.label === label);
    const held = same.filter(({ train }) => !train).length;
    return shuffle(same, split * 1000 + Number(fine)).map((row, i) => ({ ...row, train: i >= held }));
  });
}

/** A picture's 3 × 1,024 bytes, plane after plane, as PNG. */
export async function toPng({ pixels }: Row): Promise<Uint8Array<ArrayBuffer>> {
  const rgb = Uint8Array.from({ length: SIZE }, (_, j) => pixels[(j % 3) * 1024 + Math.floor(j / 3)]!);
  const png = await sharp(rgb, { raw: { width: 32, height: 32, channels: 3 } }).png().toBuffer();
  return new Uint8Array(png);
}

/** Writes pictures, lists and configuration below `root`, as SageMaker would for the four channels. */
export async function stage(
  root: string,
  split: number,
  hyperparameters: Record<string, string>,
): Promise<void> {
  const input = join(root, "input");
  for (const folder of ["config", "data/train", "data/validation", "data/train_lst", "data/validation_lst"]) {
    await Deno.mkdir(join(input, folder), { recursive: true });
  }
  for (const folder of ["model", "output"]) await Deno.mkdir(join(root, folder), { recursive: true });
  const all = await rows(split);
  for (const channel of ["train", "validation"]) {
    const lines: string[] = [];
    const part = all.filter(({ train }) => train === (channel === "train"));
    for (const [i, row] of part.entries()) {
      await Deno.writeFile(join(input, "data", channel, row.name), await toPng(row));
      lines.push(`${i}\t${row.label}\t${row.name}\n`);
    }
    await Deno.writeTextFile(join(input, "data", `${channel}_lst`, `${channel}.lst`), lines.join(""));
  }
  const images = { ContentType: "application/x-image", TrainingInputMode: "File" };
  const channels = { train: images, validation: images, train_lst: images, validation_lst: images };
  const config = {
    hyperparameters: {
      image_shape: "3,32,32",
      num_classes: "2",
      num_training_samples: "1000",
      ...hyperparameters,
    },
    inputdataconfig: channels,
    resourceconfig: { current_host: "algo-1", hosts: ["algo-1"] },
  };
  for (const [name, content] of Object.entries(config)) {
    await Deno.writeTextFile(join(input, "config", `${name}.json`), JSON.stringify(content));
  }
}
