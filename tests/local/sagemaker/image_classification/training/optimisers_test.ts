import assert from "node:assert/strict";
import { Graph } from "../../../../../lib/local/sagemaker/image_classification/graph/graph.ts";
import {
  type OptimiserSettings,
  slotCount,
  stepRate,
  update,
} from "../../../../../lib/local/sagemaker/image_classification/training/optimisers.ts";
import { compile } from "../graph/testing.ts";

const SETTINGS = { momentum: 0.9, weight_decay: 0.1, gamma: 0.8, beta_1: 0.7, beta_2: 0.95, eps: 1e-3 };
const GRADIENTS = [0.5, -0.25, 1];
const RATE = 0.1;
const START = 2;

/** The same three steps of one weight in double precision, written out from MXNet's documentation. */
function expected(optimizer: OptimiserSettings["optimizer"]): number {
  const { momentum, weight_decay, gamma, beta_1, beta_2, eps } = SETTINGS;
  let [w, m, v] = [START, 0, 0];
  GRADIENTS.forEach((gradient, i) => {
    const t = i + 1;
    const d = gradient + weight_decay * w;
    if (optimizer === "sgd") {
      m = momentum * m - RATE * d;
      w += m;
    } else if (optimizer === "nag") {
      m = momentum * m + d;
      w -= RATE * (d + momentum * m);
    } else if (optimizer === "adam") {
      m = beta_1 * m + (1 - beta_1) * d;
      v = beta_2 * v + (1 - beta_2) * d * d;
      w -= RATE * Math.sqrt(1 - beta_2 ** t) / (1 - beta_1 ** t) * m / (Math.sqrt(v) + eps);
    } else {
      v = gamma * v + (1 - gamma) * d * d;
      w -= RATE * d / Math.sqrt(v + eps);
    }
  });
  return w;
}

for (const optimizer of ["sgd", "nag", "adam", "rmsprop"] as const) {
  Deno.test(`three steps of ${optimizer}`, async () => {
    const settings = { optimizer, ...SETTINGS };
    const g = new Graph();
    const input = (name: string) => g.input(name, [1]);
    const slots = Array.from({ length: slotCount(settings) }, (_, i) => input(`slot${i}`));
    const values = {
      w: input("w"),
      gradient: input("gradient"),
      decay: input("decay"),
      rate: g.input("rate", []),
    };
    const next = update(g, settings, { ...values, slots });
    const run = await compile(g, [
      g.named("w_", next.w),
      ...next.slots.map((s, i) => g.named(`slot${i}_`, s)),
    ]);

    let state: Record<string, Float32Array> = { w: Float32Array.of(START) };
    slots.forEach((_, i) => state[`slot${i}`] = Float32Array.of(0));
    for (const [i, gradient] of GRADIENTS.entries()) {
      const fed = {
        gradient: [gradient],
        decay: [SETTINGS.weight_decay],
        rate: [stepRate(settings, RATE, i + 1)],
      };
      const feeds = Object.fromEntries(Object.entries(fed).map(([name, v]) => [name, Float32Array.from(v)]));
      const out = await run({ ...state, ...feeds });
      state = Object.fromEntries(Object.entries(out).map(([name, v]) => [name.slice(0, -1), v]));
    }
    assert.ok(Math.abs(state.w![0]! - expected(optimizer)) < 1e-5, `${state.w![0]} ≠ ${expected(optimizer)}`);
  });
}
