/** What a network keeps between steps, as two vectors: all weights, and all running averages. */
import { Graph, type Value } from "../graph/graph.ts";
import { sizeOf } from "../graph/shapes.ts";
import { type Kept, Layers, type NormalNumbers } from "./layers.ts";
import type { Network, PictureShape } from "./network.ts";

/** The tensors in each vector, in order. */
export interface Layout {
  parameters: Kept[];
  statistics: Kept[];
}

/** The vectors of a trained network. */
export interface Learnt {
  /** All parameters. */
  weights: Float32Array;
  /** All running averages. */
  statistics: Float32Array;
}

/** The layout of a network for pictures of `shape`, found by building it once. */
export function layoutOf(network: Network, shape: PictureShape): Layout {
  const graph = new Graph();
  const layers = new Layers(graph);
  network.forward(layers, graph.input("pictures", [-1, ...shape]));
  return { parameters: layers.parameters, statistics: layers.statistics };
}

/** The length of the vector of these tensors. */
export function lengthOf(kept: Kept[]): number {
  return kept.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** The vector of initial values. */
export function initialValues(kept: Kept[], random: NormalNumbers): Float32Array {
  return endToEnd(kept, ({ initial }) => initial(random));
}

/** The vector of weight decay: `weight_decay`, or 0 where it does not apply. */
export function decayOf(parameters: Kept[], weight_decay: number): Float32Array {
  return endToEnd(
    parameters,
    ({ shape, decays }) => new Float32Array(sizeOf(shape)).fill(decays ? weight_decay : 0),
  );
}

function endToEnd(kept: Kept[], valuesOf: (tensor: Kept) => Float32Array): Float32Array {
  const vector = new Float32Array(lengthOf(kept));
  let offset = 0;
  for (const tensor of kept) {
    vector.set(valuesOf(tensor), offset);
    offset += sizeOf(tensor.shape);
  }
  return vector;
}

/** Splits the two vectors into tensors, by name. */
export function unpack(g: Graph, layout: Layout, weights: Value, statistics: Value): Map<string, Value> {
  return new Map([...split(g, weights, layout.parameters), ...split(g, statistics, layout.statistics)]);
}

function split(g: Graph, vector: Value, kept: Kept[]): [string, Value][] {
  if (kept.length === 0) return [];
  const sizes = kept.map(({ shape }) => sizeOf(shape));
  const parts = g.nodes("Split", [vector, g.integers(sizes)], sizes.map((size) => ({ shape: [size] })), {
    axis: 0,
  });
  return kept.map(({ name, shape }, i) => [name, g.node("Reshape", [parts[i]!, g.integers(shape)], shape)]);
}

/** Joins tensors, in the order of the layout, into one vector. */
export function pack(g: Graph, values: Value[]): Value {
  const flat = values.map((v) => g.node("Reshape", [v, g.integers([-1])], [sizeOf(v.shape)]));
  return g.node("Concat", flat, [values.reduce((sum, { shape }) => sum + sizeOf(shape), 0)], { axis: 0 });
}
