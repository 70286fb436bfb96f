import * as ort from "onnxruntime-node";
import { Graph } from "./graph.ts";
import { encode, type Model, type TensorInfo } from "./onnx.ts";

/** The typed array that holds a tensor of each element type used here. */
type Data = Float32Array | Uint8Array;
export type Feeds = Record<string, Data>;

/**
 * A graph that ONNX Runtime has made ready to run. Inputs and outputs are plain typed arrays; an output is written
 * into the array given for it, if one is, so that a loop of steps allocates nothing.
 */
export class Engine {
  readonly #session: ort.InferenceSession;
  readonly #model: Model;
  /** Tensors made once per array: the same arrays come back at every step. */
  readonly #tensors = new WeakMap<Data, ort.Tensor>();

  private constructor(session: ort.InferenceSession, model: Model) {
    this.#session = session;
    this.#model = model;
  }

  /** @param threads how many threads run one operator; results may differ in the last bits between counts */
  static async load(model: Model, threads: number): Promise<Engine> {
    return new Engine(await ort.InferenceSession.create(encode(model), sessionOptions(threads)), model);
  }

  /** Runs the graph; a free batch dimension is `batch`. */
  async run(feeds: Feeds, fetches: Feeds = {}, batch = 1): Promise<Feeds> {
    const tensor = (info: TensorInfo, data: Data) => this.#tensor(info, data, batch);
    const inputs = this.#model.inputs.map((info) => [info.name, tensor(info, feeds[info.name]!)]);
    const outputs = this.#model.outputs.map((info) => {
      const data = fetches[info.name];
      return [info.name, data ? tensor(info, data) : null];
    });
    const results = await this.#session.run(Object.fromEntries(inputs), Object.fromEntries(outputs));
    return Object.fromEntries(this.#model.outputs.map(({ name }) => [name, results[name]!.data as Data]));
  }

  #tensor({ type, shape }: TensorInfo, data: Data, batch: number): ort.Tensor {
    let tensor = this.#tensors.get(data);
    if (!tensor) {
      const dims = shape.map((d) => d < 0 ? batch : d);
      tensor = new ort.Tensor(type as "float32", data as Float32Array, dims);
      this.#tensors.set(data, tensor);
    }
    return tensor;
  }

  /** Frees the native memory. */
  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** How ONNX Runtime runs a graph here. */
export function sessionOptions(threads: number): ort.InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    logSeverityLevel: 3,
    // A thread that waits for work sleeps after 20 µs. By default it spins on, which on a busy machine takes the
    // processor from the thread that it waits for: steps were two to four times slower there.
    extra: { session: { intra_op: { allow_spinning: "1", spin_duration_us: "20" } } },
  };
}

/**
 * How many channels the blocked convolution kernels take together on this machine: 16 with AVX-512, 8 with AVX2. Read
 * off where the second pixel of 0, 1, 2, … goes; undefined where there are no such kernels.
 */
export async function blockSize(): Promise<number | undefined> {
  const g = new Graph();
  const x = g.input("x", [1, 64, 1, 2]);
  const y = g.node("com.microsoft.nchwc::ReorderInput", [x], [1, 64, 1, 2]);
  const values = Float32Array.from({ length: 128 }, (_, i) => i);
  try {
    const engine = await Engine.load(g.model([g.named("y", y)]), 1);
    const block = (await engine.run({ x: values })).y!.indexOf(1); // the second pixel of channel 0
    await engine.close();
    return block > 1 ? block : undefined;
  } catch {
    return undefined;
  }
}
