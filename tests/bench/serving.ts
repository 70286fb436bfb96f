/**
 * InvokeEndpoint with 32×32 PNGs: latency of one request at a time, and requests per second with 16 clients; by AWS's
 * SDK through the local AWS with data capture on, and by plain requests to the serving process alone. Run on its own:
 * `deno run -A tests/bench/serving.ts`.
 */
import { InvokeEndpointCommand } from "@aws-sdk/client-sagemaker-runtime";
import { join } from "node:path";
import { mapBounded } from "../../lib/concurrent.ts";
import {
  serveCommand,
  trainCommand,
} from "../../lib/local/sagemaker/image_classification/container/commands.ts";
import { startProgram } from "../local/testing/program.ts";
import { connectTo, deployEndpoint } from "../workflow/testing.ts";
import { rows, stage, toPng } from "./pictures.ts";

const CLIENTS = 16;
const WARM_UP = 100;
const ALONE = 300;
const TOGETHER = 3000;
const TARGETS = { p50: 6, perSecond: 400 };

type Invoke = (png: Uint8Array<ArrayBuffer>) => Promise<unknown>;

interface Figures {
  /** Milliseconds of one request alone. */
  p50: number;
  p99: number;
  perSecond: number;
}

/** Prints and returns the figures of both ways. */
export async function bench(): Promise<{ endpoint: Figures; process: Figures }> {
  const pngs = await Promise.all((await rows(0)).filter(({ train }) => !train).map(toPng));
  const endpoint = await throughEndpoint((invoke) => measure(invoke, pngs));
  report("InvokeEndpoint by the SDK", endpoint);
  const process = await withProcess((invoke) => measure(invoke, pngs));
  report("the serving process alone", process);
  console.log(`on ${navigator.hardwareConcurrency} processors, load ${Deno.loadavg()[0]!.toFixed(1)}`);
  return { endpoint, process };
}

async function measure(invoke: Invoke, pngs: Uint8Array<ArrayBuffer>[]): Promise<Figures> {
  const timed = async (i: number) => {
    const start = performance.now();
    await invoke(pngs[i % pngs.length]!);
    return performance.now() - start;
  };
  const one = (count: number) => mapBounded(Array.from({ length: count }, (_, i) => i), 1, timed);
  await one(WARM_UP);
  const times = (await one(ALONE)).sort((a, b) => a - b);
  const start = performance.now();
  await mapBounded(Array.from({ length: TOGETHER }, (_, i) => i), CLIENTS, timed);
  const perSecond = TOGETHER / ((performance.now() - start) / 1000);
  return { p50: times[ALONE / 2]!, p99: times[ALONE * 0.99]!, perSecond };
}

function report(name: string, { p50, p99, perSecond }: Figures): void {
  console.log(
    `${name}: p50 ${p50.toFixed(2)} ms (≤ ${TARGETS.p50}, ratio ${(TARGETS.p50 / p50).toFixed(2)}), p99 ${
      p99.toFixed(2)
    } ms; ${CLIENTS} clients: ${perSecond.toFixed(0)} requests/s (≥ ${TARGETS.perSecond}, ratio ${
      (perSecond / TARGETS.perSecond).toFixed(2)
    })`,
  );
}

/** Through a local AWS of its own: signed, authorised, captured. */
async function throughEndpoint<T>(body: (invoke: Invoke) => Promise<T>): Promise<T> {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-serving-" });
  const program = await startProgram(stateDir);
  try {
    const aws = await connectTo(program.endpoint);
    await deployEndpoint(aws);
    const result = await body(async (png) => {
      const { Body } = await aws.runtime.send(
        new InvokeEndpointCommand({
          EndpointName: aws.names.endpoint,
          ContentType: "application/x-image",
          Body: png,
        }),
      );
      return JSON.parse(Body!.transformToString());
    });
    aws.close();
    return result;
  } finally {
    await program.stop();
    await Deno.remove(stateDir, { recursive: true });
  }
}

/** The serving process alone, with a model of one epoch. */
async function withProcess<T>(body: (invoke: Invoke) => Promise<T>): Promise<T> {
  const root = await Deno.makeTempDir({ prefix: "scones-serving-" });
  try {
    await stage(root, 0, { epochs: "1" });
    const { args, env } = trainCommand(root);
    const training = new Deno.Command(Deno.execPath(), { args, env: { ...env, SCONES_PARENT_PIPE: "0" } });
    if (!(await training.output()).success) {
      throw new Error(await Deno.readTextFile(join(root, "output", "failure")));
    }
    const child = new Deno.Command(Deno.execPath(), {
      ...serveCommand(root),
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    try {
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      const { port } = JSON.parse((await reader.read()).value!);
      await reader.cancel();
      return await body(async (png) => {
        const response = await fetch(`http://127.0.0.1:${port}/invocations`, {
          method: "POST",
          headers: { "Content-Type": "application/x-image" },
          body: png,
        });
        if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
        return await response.json();
      });
    } finally {
      await child.stdin.close();
      await child.status;
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

if (import.meta.main) await bench();
