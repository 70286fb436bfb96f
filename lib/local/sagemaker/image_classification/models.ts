import { Graph, type Shape, sizeOf, type Value } from "./graph.ts";
import { type Kept, Layers } from "./layers.ts";
import type { Network } from "./networks.ts";
import type { Model } from "./onnx.ts";
import { crossEntropy } from "./operators.ts";
import { type OptimiserSettings, slotCount, update } from "./optimisers.ts";
import type { Random } from "./random.ts";

/** Everything a network keeps, laid end to end: one vector of weights and one of running averages. */
export interface Layout {
  parameters: Kept[];
  statistics: Kept[];
}

/** What a network keeps for pictures of `shape` [channels, H, W], found by building it once. */
export function layoutOf(network: Network, shape: Shape): Layout {
  const graph = new Graph();
  const layers = new Layers(graph);
  network.forward(layers, graph.input("pictures", [-1, ...shape]));
  return { parameters: layers.parameters, statistics: layers.statistics };
}

/** The length of the vector that holds these tensors. */
export function lengthOf(kept: Kept[]): number {
  return kept.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** The vector of initial values. */
export function initialValues(kept: Kept[], random: Random): Float32Array {
  const vector = new Float32Array(lengthOf(kept));
  let offset = 0;
  for (const { shape, initial } of kept) {
    vector.set(initial(random), offset);
    offset += sizeOf(shape);
  }
  return vector;
}

/** The tensors of a vector, by name. */
function split(g: Graph, vector: Value, kept: Kept[], into: Map<string, Value>): void {
  if (kept.length === 0) return;
  const sizes = kept.map(({ shape }) => sizeOf(shape));
  const parts = g.nodes("Split", [vector, g.integers(sizes)], sizes.map((size) => ({ shape: [size] })), {
    axis: 0,
  });
  kept.forEach(({ name, shape }, i) => {
    into.set(name, g.node("Reshape", [parts[i]!, g.integers(shape)], shape));
  });
}

/** The vector of tensors given in the order of `kept`. */
function join(g: Graph, values: Value[]): Value {
  const flat = values.map((v) => g.node("Reshape", [v, g.integers([-1])], [sizeOf(v.shape)]));
  return g.node("Concat", flat, [values.reduce((sum, { shape }) => sum + sizeOf(shape), 0)], { axis: 0 });
}

/**
 * One training step as one graph.
 *
 * Where the time of a ResNet-20 step goes (batch 64, 28×28, one thread of an AVX-512 machine, by ONNX Runtime's
 * profile): convolutions and their gradients 60 %, the layouts they need (Reorder, Transpose, Pad) 18 %, the
 * arithmetic of batch norm and ReLU (Mul, Add, BatchNormalization, ReduceSum, HardSigmoid) 18 %, strided input
 * gradients 3 %, the optimiser under 1 %. With plain Conv and weight gradients as products of shifted copies the
 * same step took 1.7 times as long: Conv 46 %, MatMul 20 %, the copies 16 %.
 * Of a step of the compact network (batch 32, two threads): convolutions 38 %, layouts 18 %, pooling with its gradient
 * 15 %, Mul, Add and Erf of batch norm, GELU and optimiser 12 %.
 *
 * Inputs: `pictures` uint8 [batch, channels, H, W], `targets` [batch, classes] (rows sum to 1), `rate` [],
 * `weights` [P], `slot0` … [P], `statistics` [S].
 * Outputs: `loss` [] and `probabilities` [batch, classes] before the update; `next_weights`, `next_slot0` …,
 * `next_statistics` after it.
 */
export function trainingModel(
  network: Network,
  layout: Layout,
  { batch, shape, classes, optimiser, block }: {
    batch: number;
    shape: Shape;
    classes: number;
    optimiser: OptimiserSettings;
    /** Size of the blocks of the blocked kernels, when there are such on this machine. */
    block?: number;
  },
): Model {
  const g = new Graph(block);
  const bytes = g.input("pictures", [batch, ...shape], "uint8");
  const targets = g.input("targets", [batch, classes]);
  const rate = g.input("rate", []);
  const P = lengthOf(layout.parameters);
  const weights = g.input("weights", [P]);
  const slots = Array.from({ length: slotCount(optimiser) }, (_, i) => g.input(`slot${i}`, [P]));
  const statistics = g.input("statistics", [lengthOf(layout.statistics)]);
  const kept = new Map<string, Value>();
  split(g, weights, layout.parameters, kept);
  split(g, statistics, layout.statistics, kept);

  const layers = new Layers(g, kept, true);
  const pictures = g.node("Cast", [bytes], bytes.shape, { to: 1 });
  const { loss, probabilities } = crossEntropy(g, network.forward(layers, pictures), targets);

  const parameters = layout.parameters.map(({ name }) => kept.get(name)!);
  const gradient = join(g, g.gradients(loss, parameters));
  const decay = g.constant(decayOf(layout.parameters, optimiser.weight_decay), [P]);
  const next = update(g, optimiser, { w: weights, gradient, decay, rate, slots });
  const averages = layout.statistics.map(({ name }) => layers.updated.get(kept.get(name)!.name)!);
  return g.model([
    g.named("loss", loss),
    g.named("probabilities", probabilities),
    g.named("next_weights", next.w),
    ...next.slots.map((slot, i) => g.named(`next_slot${i}`, slot)),
    g.named("next_statistics", join(g, averages)),
  ]);
}

function decayOf(parameters: Kept[], weight_decay: number): Float32Array {
  const vector = new Float32Array(lengthOf(parameters));
  let offset = 0;
  for (const { shape, decays } of parameters) {
    vector.fill(decays ? weight_decay : 0, offset, offset += sizeOf(shape));
  }
  return vector;
}

/** The forward pass with running averages; inputs `data` (any batch), `weights`, `statistics`. */
export function evaluationModel(network: Network, layout: Layout, shape: Shape, block?: number): Model {
  const g = new Graph(block);
  const bytes = g.input("data", [-1, ...shape], "uint8");
  const kept = new Map<string, Value>();
  split(g, g.input("weights", [lengthOf(layout.parameters)]), layout.parameters, kept);
  split(g, g.input("statistics", [lengthOf(layout.statistics)]), layout.statistics, kept);
  return g.model([probabilitiesOf(g, network, bytes, kept)]);
}

/** The trained network as a plain ONNX model: input `data` uint8 [batch, channels, H, W], output
 * `probabilities` [batch, classes]. */
export function inferenceModel(
  network: Network,
  layout: Layout,
  shape: Shape,
  values: { weights: Float32Array; statistics: Float32Array },
  metadata: Record<string, string>,
): Model {
  const g = new Graph();
  const bytes = g.input("data", [-1, ...shape], "uint8");
  const kept = new Map<string, Value>();
  for (
    const [list, vector] of [[layout.parameters, values.weights], [
      layout.statistics,
      values.statistics,
    ]] as const
  ) {
    let offset = 0;
    for (const { name, shape } of list) {
      kept.set(name, g.stored(name, vector.subarray(offset, offset += sizeOf(shape)), shape));
    }
  }
  return g.model([probabilitiesOf(g, network, bytes, kept)], metadata);
}

function probabilitiesOf(g: Graph, network: Network, bytes: Value, kept: Map<string, Value>): Value {
  const pictures = g.node("Cast", [bytes], bytes.shape, { to: 1 });
  const logits = network.forward(new Layers(g, kept), pictures);
  return g.named("probabilities", g.node("Softmax", [logits], logits.shape, { axis: 1 }));
}
