import { Graph, type Value } from "../graph/graph.ts";
import { batchNorm, batchNormOfAverages } from "../graph/operators/batch_norm.ts";
import { convolution, type ConvolutionOptions } from "../graph/operators/convolution.ts";
import { dense } from "../graph/operators/dense.ts";
import { type Shape, sizeOf } from "../graph/shapes.ts";

/** A source of standard normal numbers, for initial weights. */
export interface NormalNumbers {
  normal(): number;
}

/** A tensor that a network keeps between steps: a trained parameter or a running average. */
export interface Kept {
  name: string;
  shape: Shape;
  /** Whether weight decay applies: to weights and γ, not to biases and β, as in MXNet. */
  decays: boolean;
  initial: (random: NormalNumbers) => Float32Array;
}

/** Builds the layers of a network's `forward`, and lists the tensors that they keep. */
export class Layers {
  readonly parameters: Kept[] = [];
  readonly statistics: Kept[] = [];
  /** The running averages after this step, by name; filled only when training. */
  readonly updated = new Map<string, Value>();

  /**
   * @param graph the graph to build in
   * @param kept the values of parameters and statistics by name; without it each becomes an input of the graph
   * @param training whether batch norm uses the statistics of the batch
   */
  constructor(readonly graph: Graph, readonly kept?: Map<string, Value>, readonly training = false) {}

  /** A trained parameter. */
  parameter(name: string, shape: Shape, initial: Kept["initial"], decays = true): Value {
    this.parameters.push({ name, shape, decays, initial });
    return this.#value(name, shape);
  }

  #statistic(name: string, shape: Shape, start: number): Value {
    this.statistics.push({ name, shape, decays: false, initial: () => filled(shape, start) });
    return this.#value(name, shape);
  }

  #value(name: string, shape: Shape): Value {
    if (!this.kept) return this.graph.input(name, shape);
    const value = this.kept.get(name);
    if (!value) throw new Error(`there is no value for ${name}`);
    return value;
  }

  /** x [N, C, H, W] → [N, filters, H', W'], no bias: a batch norm always follows. */
  convolution(
    name: string,
    x: Value,
    filters: number,
    kernel: number,
    { gain, ...options }: ConvolutionOptions & { gain?: number } = {},
  ): Value {
    const w = this.filters(name, [filters, x.shape[1]!, kernel, kernel], gain);
    return convolution(this.graph, x, w, options);
  }

  /**
   * Trained filters of `shape` [O, C, k, k]. Initially normal with deviation `gain`/√(C·k²); the default √2 is He's, as
   * in MXNet's example. Before a batch norm smaller ones learn faster at the same rate, as their scale has no other
   * effect.
   */
  filters(name: string, shape: [number, number, number, number], gain = Math.SQRT2): Value {
    const [, C, k] = shape;
    return this.parameter(`${name}_weight`, shape, normal(shape, gain / Math.sqrt(C * k * k)));
  }

  /**
   * Batch norm of x [N, C, H, W]. The running averages move by `momentum`: r ← momentum·r + (1 − momentum)·batch.
   * With `fixedGamma` γ is 1, as for the input of MXNet's ResNets.
   */
  batchNorm(name: string, x: Value, { fixedGamma = false, momentum = 0.9 } = {}): Value {
    const g = this.graph;
    const shape = [x.shape[1]!];
    const ones = filled(shape, 1);
    const gamma = fixedGamma ? g.constant(ones, shape) : this.parameter(`${name}_gamma`, shape, () => ones);
    const beta = this.parameter(`${name}_beta`, shape, () => filled(shape, 0), false);
    const mean = this.#statistic(`${name}_moving_mean`, shape, 0);
    const variance = this.#statistic(`${name}_moving_var`, shape, 1);
    if (!this.training) return batchNormOfAverages(g, x, gamma, beta, { mean, variance });
    const batch = batchNorm(g, x, gamma, beta);
    for (const [old, now] of [[mean, batch.mean], [variance, batch.variance]] as const) {
      const kept = g.node("Mul", [old, g.constant(momentum)], shape);
      const added = g.node("Mul", [now, g.constant(1 - momentum)], shape);
      this.updated.set(old.name, g.node("Add", [kept, added], shape));
    }
    return batch.y;
  }

  /** x [N, C] → [N, outputs] with a bias. */
  dense(name: string, x: Value, outputs: number): Value {
    const shape = [outputs, x.shape[1]!];
    const w = this.parameter(`${name}_weight`, shape, normal(shape, Math.sqrt(1 / x.shape[1]!)));
    const b = this.parameter(`${name}_bias`, [outputs], () => filled([outputs], 0), false);
    return dense(this.graph, x, w, b);
  }
}

function filled(shape: Shape, value: number): Float32Array {
  return new Float32Array(sizeOf(shape)).fill(value);
}

function normal(shape: Shape, deviation: number): Kept["initial"] {
  return (random) => Float32Array.from({ length: sizeOf(shape) }, () => deviation * random.normal());
}
