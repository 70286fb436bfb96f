/**
 * Throughput of one ResNet-20 training step at batch 64 on 28×28 pictures, beside PyTorch's on the same machine. Both
 * are measured in turn, several times, because a shared machine is faster at one minute than at the next.
 */
import { fileURLToPath } from "node:url";
import { blockSize, Engine } from "../../lib/local/sagemaker/image_classification/graph/engine.ts";
import {
  initialValues,
  layoutOf,
  lengthOf,
} from "../../lib/local/sagemaker/image_classification/networks/layout.ts";
import { resNet } from "../../lib/local/sagemaker/image_classification/networks/resnet.ts";
import { Random } from "../../lib/local/sagemaker/image_classification/training/random.ts";
import { stepModel } from "../../lib/local/sagemaker/image_classification/training/step.ts";

const BATCH = 64;
const SHAPE = [3, 28, 28] as const;
const STEPS = 20;
const ROUNDS = 5;

export interface Throughput {
  /** Pictures per second of the median round. */
  imagesPerSecond: number;
  /** PyTorch's, and the median of the rounds' ratios of ours to it; undefined when no python3 here imports torch. */
  torch?: { version: string; imagesPerSecond: number; ratio: number };
}

export async function throughput(): Promise<Throughput> {
  const rounds: { local: number; torch?: { version: string; imagesPerSecond: number } }[] = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push({ local: await localRound(), torch: await torchRound() });
  const middle = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
  const imagesPerSecond = middle(rounds.map(({ local }) => local));
  const { torch } = rounds[0]!;
  if (!torch) return { imagesPerSecond };
  const theirs = middle(rounds.map(({ torch }) => torch!.imagesPerSecond));
  const ratio = middle(rounds.map(({ local, torch }) => local / torch!.imagesPerSecond));
  return { imagesPerSecond, torch: { version: torch.version, imagesPerSecond: theirs, ratio } };
}

/** Pictures per second of the median step, threads as in training. */
async function localRound(): Promise<number> {
  const network = resNet(20, 2, 28);
  const layout = layoutOf(network, SHAPE);
  const model = stepModel(network, layout, {
    batch: BATCH,
    shape: SHAPE,
    classes: 2,
    optimiser: {
      optimizer: "nag",
      momentum: 0.9,
      weight_decay: 1e-4,
      gamma: 0,
      beta_1: 0,
      beta_2: 0,
      eps: 0,
    },
    block: await blockSize(),
  });
  const engine = await Engine.load(model, navigator.hardwareConcurrency);
  const random = new Random(0);
  const P = lengthOf(layout.parameters);
  const feeds = {
    pictures: Uint8Array.from({ length: BATCH * 3 * 28 * 28 }, () => random.below(256)),
    targets: Float32Array.from({ length: 2 * BATCH }, (_, i) => i % 2),
    rate: Float32Array.of(0.01),
    weights: initialValues(layout.parameters, random),
    slot0: new Float32Array(P),
    statistics: initialValues(layout.statistics, random),
  };
  const fetches = { next_weights: new Float32Array(P), next_slot0: new Float32Array(P) };
  const seconds: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    const start = performance.now();
    await engine.run(feeds, fetches);
    seconds.push((performance.now() - start) / 1000);
  }
  await engine.close();
  return BATCH / median(seconds);
}

/** The same by PyTorch, with its version; undefined when no python3 here imports torch. */
async function torchRound(): Promise<{ version: string; imagesPerSecond: number } | undefined> {
  const script = fileURLToPath(new URL("./resnet20.py", import.meta.url));
  for (const python of ["python3", "/usr/bin/python3"]) {
    try {
      const command = new Deno.Command(python, { args: [script, "bench", String(STEPS)], stderr: "null" });
      const { success, stdout } = await command.output();
      if (!success) continue;
      const { version, seconds } = JSON.parse(new TextDecoder().decode(stdout));
      return { version, imagesPerSecond: BATCH / median(seconds) };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** The middle value; the first tenth, in which caches fill and memory is claimed, is left out. */
function median(values: number[]): number {
  const warm = values.slice(Math.ceil(values.length / 10)).sort((a, b) => a - b);
  return warm[warm.length >> 1]!;
}
