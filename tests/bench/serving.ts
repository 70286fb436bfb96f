/**
 * The serving process alone: latency of one 32×32 PNG, and requests per second with 16 clients. Run on its own:
 * `deno run -A tests/bench/serving.ts`.
 */
import { join } from "node:path";
import { serveCommand, trainCommand } from "../../lib/local/sagemaker/image_classification/process.ts";
import { stage } from "./pictures.ts";

const CLIENTS = 16;
const REQUESTS = 2000;
const TARGETS = { p50: 6, perSecond: 400 };

/** Trains one epoch for a model to serve, then prints and returns the figures. */
export async function bench(): Promise<{ p50: number; p99: number; perSecond: number }> {
  const root = await Deno.makeTempDir();
  try {
    await stage(root, 0, { epochs: "1" });
    const { args, env } = trainCommand(root);
    const training = await new Deno.Command(Deno.execPath(), {
      args,
      env: { ...env, SCONES_PARENT_PIPE: "0" },
    }).output();
    if (!training.success) throw new Error(await Deno.readTextFile(join(root, "output", "failure")));
    return await measure(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function measure(root: string) {
  const { args, env } = serveCommand(root);
  const options = { args, env, clearEnv: true, stdin: "piped", stdout: "piped" } as const;
  const child = new Deno.Command(Deno.execPath(), options).spawn();
  try {
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { port } = JSON.parse((await reader.read()).value!);
    await reader.cancel();
    const folder = join(root, "input", "data", "validation");
    const files = [...Deno.readDirSync(folder)].map(({ name }) => Deno.readFileSync(join(folder, name)));
    const invoke = async (i: number) => {
      const start = performance.now();
      const response = await fetch(`http://127.0.0.1:${port}/invocations`, {
        method: "POST",
        headers: { "Content-Type": "application/x-image" },
        body: files[i % files.length]!,
      });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      await response.json();
      return performance.now() - start;
    };
    for (let i = 0; i < 100; i++) await invoke(i);
    const times: number[] = [];
    for (let i = 0; i < 300; i++) times.push(await invoke(i));
    times.sort((a, b) => a - b);

    let next = 0;
    const start = performance.now();
    const client = async () => {
      while (next < REQUESTS) await invoke(next++);
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    const perSecond = REQUESTS / ((performance.now() - start) / 1000);
    const [p50, p99] = [times[150]!, times[297]!];
    const load = Deno.loadavg()[0]!.toFixed(1);
    console.log(`one request: p50 ${p50.toFixed(2)} ms (target ≤ ${TARGETS.p50}), p99 ${p99.toFixed(2)} ms`);
    console.log(
      `${CLIENTS} clients: ${perSecond.toFixed(0)} requests/s (target ≥ ${TARGETS.perSecond}), load ${load}`,
    );
    return { p50, p99, perSecond };
  } finally {
    await child.stdin.close();
    await child.status;
  }
}

if (import.meta.main) await bench();
