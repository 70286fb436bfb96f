/**
 * Training by the reference hyperparameters alone: accuracy per seed and split, time, memory; and the throughput of a
 * ResNet-20 step. Run on its own: `deno run -A tests/bench/training.ts`; `--quick` trains one seed of one split.
 */
import { trainCommand } from "../../lib/local/sagemaker/image_classification/container/commands.ts";
import { writeVariables } from "../../lib/local/sagemaker/image_classification/container/environment.ts";
import { stage } from "./pictures.ts";
import { type Throughput, throughput } from "./resnet_step.ts";

interface Run {
  split: number;
  seed: number;
  accuracy: number;
  seconds: number;
  /** Largest resident memory of the training process, where /proc tells it. */
  megabytes: number;
}

/** A V100's published run of the same pictures by AWS's ResNet-152: 30 epochs, best of the last epochs. */
const PUBLISHED = { accuracy: 0.8177, seconds: 178 };
const TARGETS = { accuracy: 0.92, worst: 0.9, otherSplits: 0.91, seconds: 45, megabytes: 800, ratio: 0.8 };

async function train(split: number, seed: number): Promise<Run> {
  const root = await Deno.makeTempDir();
  try {
    await stage(root, split, {});
    await writeVariables(root, { SCONES_SEED: String(seed) });
    const { args, env } = trainCommand(root);
    const start = performance.now();
    const options = { args, env, clearEnv: true, stdin: "piped", stdout: "piped" } as const;
    const child = new Deno.Command(Deno.execPath(), options).spawn();
    let log = "";
    let megabytes = 0;
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      log += text;
      megabytes = Math.max(megabytes, await peakMemory(child.pid));
    }
    const { success } = await child.status;
    await child.stdin.close();
    if (!success) throw new Error(`training failed:\n${log}`);
    const accuracies = [...log.matchAll(/Validation-accuracy=(\S+)/g)].map(([, value]) => Number(value));
    return {
      split,
      seed,
      accuracy: accuracies.at(-1)!,
      seconds: (performance.now() - start) / 1000,
      megabytes,
    };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function peakMemory(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1000;
}

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Prints a table of figures, targets and ratios; returns the runs. */
export async function bench({ quick = false } = {}): Promise<Run[]> {
  const load = Deno.loadavg()[0]!.toFixed(1);
  console.log(
    `load ${load} on ${navigator.hardwareConcurrency} processors (figures mean little when others compute)`,
  );
  const runs: Run[] = [];
  for (const split of quick ? [0] : [0, 1, 2, 3]) {
    for (const seed of quick ? [0] : split === 0 ? [0, 1, 2, 3, 4] : [0]) {
      const run = await train(split, seed);
      const { accuracy, seconds, megabytes } = run;
      console.log(
        `split ${split} seed ${seed}: accuracy ${accuracy.toFixed(3)}, ${seconds.toFixed(1)} s, ${
          megabytes.toFixed(0)
        } MB`,
      );
      runs.push(run);
    }
  }
  const published = runs.filter(({ split }) => split === 0);
  const others = runs.filter(({ split }) => split !== 0);
  const rows: [string, number, number, boolean][] = [
    ["accuracy, published split, mean", mean(published.map((r) => r.accuracy)), TARGETS.accuracy, true],
    ["accuracy, published split, worst", Math.min(...published.map((r) => r.accuracy)), TARGETS.worst, true],
    ["seconds, slowest", Math.max(...runs.map((r) => r.seconds)), TARGETS.seconds, false],
    ["megabytes, largest", Math.max(...runs.map((r) => r.megabytes)), TARGETS.megabytes, false],
  ];
  if (others.length) {
    rows.push([
      "accuracy, other splits, mean",
      mean(others.map((r) => r.accuracy)),
      TARGETS.otherSplits,
      true,
    ]);
  }
  const { imagesPerSecond, torch } = await throughput();
  console.log(`ResNet-20, batch 64: ${imagesPerSecond.toFixed(0)} images/s here, ${describe(torch)}`);
  if (torch) rows.push(["ResNet-20 step, ratio to PyTorch", torch.ratio, TARGETS.ratio, true]);
  for (const [name, value, target, atLeast] of rows) {
    const reached = atLeast ? value >= target : value <= target;
    const limit = `${atLeast ? "≥" : "≤"} ${target}`;
    console.log(
      `${name.padEnd(36)} ${value.toFixed(3).padStart(9)}  ${limit.padEnd(8)} ${
        reached ? "reached" : "MISSED"
      }`,
    );
  }
  const [accuracy, seconds] = [mean(published.map((r) => r.accuracy)), mean(published.map((r) => r.seconds))];
  console.log(
    `against the published run on a V100: errors × ${
      ((1 - accuracy) / (1 - PUBLISHED.accuracy)).toFixed(2)
    }, ` +
      `time × ${(seconds / PUBLISHED.seconds).toFixed(2)}`,
  );
  return runs;
}

function describe(torch: Throughput["torch"]): string {
  return torch
    ? `${torch.imagesPerSecond.toFixed(0)} in PyTorch ${torch.version}`
    : "no PyTorch found to compare with";
}

if (import.meta.main) await bench({ quick: Deno.args.includes("--quick") });
