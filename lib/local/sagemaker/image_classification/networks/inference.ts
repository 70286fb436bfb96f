/**
 * Graphs of the forward pass with running averages: input `data` uint8 [batch, C, H, W] with a free batch axis, output
 * `probabilities` [batch, classes].
 */
import { Graph, type Value } from "../graph/graph.ts";
import type { Model } from "../graph/onnx.ts";
import { sizeOf } from "../graph/shapes.ts";
import { type Kept, Layers } from "./layers.ts";
import { type Layout, type Learnt, lengthOf, unpack } from "./layout.ts";
import type { Network, PictureShape } from "./network.ts";

/** For use during training, with the further inputs `weights` [P] and `statistics` [S]. */
export function evaluationModel(
  network: Network,
  layout: Layout,
  shape: PictureShape,
  block?: number,
): Model {
  const g = new Graph(block);
  const data = g.input("data", [-1, ...shape], "uint8");
  const weights = g.input("weights", [lengthOf(layout.parameters)]);
  const statistics = g.input("statistics", [lengthOf(layout.statistics)]);
  return g.model([probabilitiesOf(g, network, data, unpack(g, layout, weights, statistics))]);
}

/** The trained network with its weights as constants, in plain ONNX. */
export function inferenceModel(
  network: Network,
  layout: Layout,
  shape: PictureShape,
  { weights, statistics }: Learnt,
  metadata: Record<string, string>,
): Model {
  const g = new Graph();
  const data = g.input("data", [-1, ...shape], "uint8");
  const kept = new Map([
    ...stored(g, layout.parameters, weights),
    ...stored(g, layout.statistics, statistics),
  ]);
  return g.model([probabilitiesOf(g, network, data, kept)], metadata);
}

function stored(g: Graph, kept: Kept[], vector: Float32Array): [string, Value][] {
  let offset = 0;
  return kept.map(({ name, shape }) => {
    const values = vector.subarray(offset, offset += sizeOf(shape));
    return [name, g.stored(name, values, shape)];
  });
}

function probabilitiesOf(g: Graph, network: Network, data: Value, kept: Map<string, Value>): Value {
  const pictures = g.node("Cast", [data], data.shape, { to: 1 }); // [N, C, H, W], floats
  const logits = network.forward(new Layers(g, kept), pictures); // [N, classes]
  return g.named("probabilities", g.node("Softmax", [logits], logits.shape, { axis: 1 }));
}
