import * as ort from "onnxruntime-node";
import { Graph } from "./graph.ts";
import { encode, type Model, type TensorInfo } from "./onnx.ts";

/** The typed arrays of the element types in use. */
type Data = Float32Array | Uint8Array;
export type Feeds = Record<string, Data>;

/**
 * A graph loaded by ONNX Runtime. Inputs and outputs are typed arrays; an output is written into the array given for
 * it, if there is one, so that a loop of steps allocates nothing.
 */
export class Engine {
  readonly #session: ort.InferenceSession;
  readonly #model: Model;
  /** Tensors by their arrays, which are the same at every step. */
  readonly #tensors = new WeakMap<Data, ort.Tensor>();

  private constructor(session: ort.InferenceSession, model: Model) {
    this.#session = session;
    this.#model = model;
  }

  /** @param threads threads per operator; the last bits of results can depend on it */
  static async load(model: Model, threads: number): Promise<Engine> {
    return new Engine(await ort.InferenceSession.create(encode(model), sessionOptions(threads)), model);
  }

  /** Runs the graph. @param batch the length of a free batch axis */
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

/** ONNX Runtime's options for all graphs. */
export function sessionOptions(threads: number): ort.InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    logSeverityLevel: 3,
    // Waiting threads sleep after 20 µs. By default they go on spinning, which on a busy machine takes the processor
    // from the threads they wait for: steps were two to four times slower.
    extra: { session: { intra_op: { allow_spinning: "1", spin_duration_us: "20" } } },
  };
}

/**
 * The number of channels in a block of ONNX Runtime's blocked convolution kernels on this machine: 16 with AVX-512, 8
 * with AVX2, undefined without such kernels. Found by reordering 0, 1, 2, …: the second pixel comes after one block.
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
