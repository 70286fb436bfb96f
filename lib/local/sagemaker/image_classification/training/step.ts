import { Graph } from "../graph/graph.ts";
import type { Model } from "../graph/onnx.ts";
import { crossEntropy } from "../graph/operators/cross_entropy.ts";
import { Layers } from "../networks/layers.ts";
import { decayOf, type Layout, lengthOf, pack, unpack } from "../networks/layout.ts";
import type { Network, PictureShape } from "../networks/network.ts";
import { type OptimiserSettings, slotCount, update } from "./optimisers.ts";

/**
 * The graph of a training step: forward pass, gradients and update of all weights.
 *
 * Inputs: `pictures` uint8 [batch, C, H, W], `targets` [batch, classes] (rows sum to 1), `rate` [], `weights` [P],
 * `slot0` … [P], `statistics` [S].
 * Outputs: `loss` [] and `probabilities` [batch, classes] before the update; `next_weights`, `next_slot0` …,
 * `next_statistics` after it.
 *
 * The time of a ResNet-20 step (batch 64, 28×28, one thread of an AVX-512 machine, by ONNX Runtime's profile):
 * convolutions and their gradients 60 %, the layouts they need (Reorder, Transpose, Pad) 18 %, the
 * arithmetic of batch norm and ReLU (Mul, Add, BatchNormalization, ReduceSum, HardSigmoid) 18 %, strided input
 * gradients 3 %, the optimiser under 1 %. With plain Conv and weight gradients as products of shifted copies the
 * same step took 1.7 times as long: Conv 46 %, MatMul 20 %, the copies 16 %.
 * A step of the compact network (batch 32, two threads): convolutions 38 %, layouts 18 %, pooling with its gradient
 * 15 %, Mul, Add and Erf of batch norm, GELU and optimiser 12 %.
 */
export function stepModel(
  network: Network,
  layout: Layout,
  { batch, shape, classes, optimiser, block }: {
    batch: number;
    shape: PictureShape;
    classes: number;
    optimiser: OptimiserSettings;
    /** See `blockSize` in engine.ts. */
    block?: number;
  },
): Model {
  const g = new Graph(block);
  const P = lengthOf(layout.parameters);
  const bytes = g.input("pictures", [batch, ...shape], "uint8");
  const targets = g.input("targets", [batch, classes]);
  const rate = g.input("rate", []);
  const weights = g.input("weights", [P]);
  const slots = Array.from({ length: slotCount(optimiser) }, (_, i) => g.input(`slot${i}`, [P]));
  const statistics = g.input("statistics", [lengthOf(layout.statistics)]);

  const kept = unpack(g, layout, weights, statistics);
  const layers = new Layers(g, kept, true);
  const pictures = g.node("Cast", [bytes], bytes.shape, { to: 1 }); // [batch, C, H, W], floats
  const logits = network.forward(layers, pictures); // [batch, classes]
  const { loss, probabilities } = crossEntropy(g, logits, targets);

  const parameters = layout.parameters.map(({ name }) => kept.get(name)!);
  const gradient = pack(g, g.gradients(loss, parameters)); // [P]
  const decay = g.constant(decayOf(layout.parameters, optimiser.weight_decay), [P]);
  const next = update(g, optimiser, { w: weights, gradient, decay, rate, slots });
  const averages = layout.statistics.map(({ name }) => layers.updated.get(kept.get(name)!.name)!);
  return g.model([
    g.named("loss", loss),
    g.named("probabilities", probabilities),
    g.named("next_weights", next.w),
    ...next.slots.map((slot, i) => g.named(`next_slot${i}`, slot)),
    g.named("next_statistics", pack(g, averages)),
  ]);
}
