import type { Attribute, ElementType, Initializer, Model, Node, TensorInfo } from "./onnx.ts";
import type { Shape } from "./shapes.ts";

/** A tensor in the graph: an input or output of operators. */
export type Value = TensorInfo;
/** Returns the gradients of an operator's inputs (null for none) for the gradient `dy` of its output. */
export type Gradient = (dy: Value) => (Value | null)[];

/**
 * An ONNX graph under construction, with the gradient functions of its differentiable operators. The operators are in
 * operators/; `gradients` applies the chain rule.
 */
export class Graph {
  readonly #nodes: Node[] = [];
  readonly #inputs: TensorInfo[] = [];
  readonly #initializers = new Map<string, Initializer>();
  /** In the order of the forward pass: backwards, every use comes before the definition. */
  readonly #tape: { output: Value; inputs: Value[]; gradient: Gradient }[] = [];
  /** Outputs of the nodes so far, by operator, inputs and attributes: equal nodes are computed once. */
  readonly #made = new Map<string, Value[]>();
  #count = 0;

  /**
   * @param block see `blockSize` in engine.ts; without it the graph is plain ONNX
   */
  constructor(readonly block?: number) {}

  /** An input of the graph, fed at every run. */
  input(name: string, shape: Shape, type: ElementType = "float32"): Value {
    const value = { name, type, shape };
    this.#inputs.push(value);
    return value;
  }

  /** A constant of floats; a number is a scalar. */
  constant(data: Float32Array | number, shape: Shape = []): Value {
    const array = typeof data === "number" ? Float32Array.of(data) : data;
    const name = typeof data === "number" ? `float_${data}` : `constant_${this.#count++}`;
    return this.#initialize({ name, type: "float32", shape, data: array });
  }

  /** A constant list of integers: axes, shapes, sizes. Equal lists share one constant. */
  integers(list: readonly number[]): Value {
    const data = BigInt64Array.from(list, BigInt);
    return this.#initialize({ name: `ints_${list.join("_")}`, type: "int64", shape: [list.length], data });
  }

  /** A named constant of floats: a trained parameter in a graph for inference. */
  stored(name: string, data: Float32Array, shape: Shape): Value {
    return this.#initialize({ name, type: "float32", shape, data });
  }

  #initialize(tensor: Initializer): Value {
    if (!this.#initializers.has(tensor.name)) this.#initializers.set(tensor.name, tensor);
    const { name, type, shape } = this.#initializers.get(tensor.name)!;
    return { name, type, shape };
  }

  /** An ONNX node with one output. @param operator with its domain if not ONNX's: `com.microsoft::FusedMatMul` */
  node(
    operator: string,
    inputs: Value[],
    shape: Shape,
    attributes: Record<string, Attribute> = {},
    type: ElementType = "float32",
  ): Value {
    return this.nodes(operator, inputs, [{ shape, type }], attributes)[0]!;
  }

  /** An ONNX node with several outputs. Equal nodes are shared. */
  nodes(
    operator: string,
    inputs: Value[],
    outputs: { shape: Shape; type?: ElementType }[],
    attributes: Record<string, Attribute> = {},
  ): Value[] {
    const key = JSON.stringify([operator, inputs.map((v) => v.name), outputs, attributes]);
    const made = this.#made.get(key);
    if (made) return made;
    const [name, domain = ""] = operator.split("::").reverse() as [string, string?];
    const values = outputs.map(({ shape, type = "float32" }) => ({
      name: `${name}_${this.#count++}`,
      type,
      shape,
    }));
    this.#nodes.push({
      operator: name,
      domain,
      inputs: inputs.map((v) => v.name),
      outputs: values.map((v) => v.name),
      attributes,
    });
    this.#made.set(key, values);
    return values;
  }

  /** Names a tensor, so that it can be an output. */
  named(name: string, value: Value): Value {
    this.#nodes.push({
      operator: "Identity",
      domain: "",
      inputs: [value.name],
      outputs: [name],
      attributes: {},
    });
    return { ...value, name };
  }

  /** Records the gradient function of an operator; returns `output`. */
  differentiable(output: Value, inputs: Value[], gradient: Gradient): Value {
    this.#tape.push({ output, inputs, gradient });
    return output;
  }

  /**
   * Reverse-mode differentiation: the gradients of the scalar `loss` with respect to each tensor of `wrt`, in the
   * same shapes. Only operators on a path from `wrt` to `loss` are differentiated. Throws when a tensor of `wrt`
   * has no influence on `loss`.
   */
  gradients(loss: Value, wrt: Value[]): Value[] {
    const needed = new Set(wrt.map((v) => v.name));
    for (const { output, inputs } of this.#tape) {
      if (inputs.some((v) => needed.has(v.name))) needed.add(output.name);
    }
    const gradients = new Map([[loss.name, this.constant(1)]]);
    for (const { output, inputs, gradient } of this.#tape.slice().reverse()) {
      const dy = gradients.get(output.name);
      if (!dy || !needed.has(output.name)) continue;
      gradient(dy).forEach((dx, i) => {
        const { name, shape } = inputs[i]!;
        if (!dx || !needed.has(name)) return;
        const sum = gradients.get(name);
        gradients.set(name, sum ? this.node("Add", [sum, dx], shape) : dx);
      });
    }
    return wrt.map(({ name }) => {
      const gradient = gradients.get(name);
      if (!gradient) throw new Error(`the loss does not depend on ${name}`);
      return gradient;
    });
  }

  /**
   * The finished graph, without nodes that no output needs: gradients are built for all inputs of an operator, and ONNX
   * Runtime would compute the unused ones too.
   */
  model(outputs: Value[], metadata?: Record<string, string>): Model {
    const wanted = new Set(outputs.map(({ name }) => name));
    const nodes = this.#nodes.toReversed().filter((node) => {
      if (!node.outputs.some((name) => wanted.has(name))) return false;
      node.inputs.forEach((name) => wanted.add(name));
      return true;
    }).toReversed();
    const initializers = [...this.#initializers.values()].filter(({ name }) => wanted.has(name));
    return { nodes, inputs: this.#inputs, outputs, initializers, metadata };
  }
}

/** The four arithmetic operations on tensors of one shape, or on a tensor and a number. */
export function arithmetic(g: Graph, shape: Shape) {
  const operation = (name: string) => (a: Value, b: Value | number) =>
    g.node(name, [a, typeof b === "number" ? g.constant(b) : b], shape);
  return { plus: operation("Add"), minus: operation("Sub"), times: operation("Mul"), over: operation("Div") };
}
