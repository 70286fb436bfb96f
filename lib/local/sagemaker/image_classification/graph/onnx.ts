import protobuf from "protobufjs";

/** The element types in use, with ONNX's numbers (TensorProto.DataType). */
export const ELEMENT_TYPE = { float32: 1, uint8: 2, int64: 7, bool: 9, float64: 11 } as const;
export type ElementType = keyof typeof ELEMENT_TYPE;

export interface TensorInfo {
  name: string;
  type: ElementType;
  /** -1 is a free axis, named `batch` in the file. */
  shape: readonly number[];
}
export interface Initializer extends TensorInfo {
  data: Float32Array | BigInt64Array | Float64Array;
}
export type Attribute = number | string | readonly number[] | { float: number };
export interface Node {
  operator: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, Attribute>;
}
export interface Model {
  nodes: Node[];
  inputs: TensorInfo[];
  outputs: TensorInfo[];
  initializers: Initializer[];
  metadata?: Record<string, string>;
}

/** The opsets in use: ONNX's own, and ONNX Runtime's for its blocked (NCHWc) and fused kernels. */
export const OPSETS = { "": 20, "com.microsoft": 1, "com.microsoft.nchwc": 1 } as const;
/** The IR version of opset 20. */
const IR_VERSION = 9;

/** The part of onnx.proto (v1.15) in use, with its names and field numbers. */
const schema = protobuf.parse(
  `syntax = "proto3";
  package onnx;
  message ModelProto {
    int64 ir_version = 1; string producer_name = 2; GraphProto graph = 7;
    repeated OperatorSetIdProto opset_import = 8; repeated StringStringEntryProto metadata_props = 14;
  }
  message OperatorSetIdProto { string domain = 1; int64 version = 2; }
  message StringStringEntryProto { string key = 1; string value = 2; }
  message GraphProto {
    repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
    repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
  }
  message NodeProto {
    repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
    repeated AttributeProto attribute = 5; string domain = 7;
  }
  message AttributeProto {
    string name = 1; float f = 2; int64 i = 3; bytes s = 4; repeated int64 ints = 8; int32 type = 20;
  }
  message TensorProto { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
  message ValueInfoProto { string name = 1; TypeProto type = 2; }
  message TypeProto {
    message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; }
    Tensor tensor_type = 1;
  }
  message TensorShapeProto {
    message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
    repeated Dimension dim = 1;
  }`,
  { keepCase: true },
).root.lookupType("onnx.ModelProto");

function attribute([name, value]: [string, Attribute]) {
  // AttributeProto.AttributeType: FLOAT 1, INT 2, STRING 3, INTS 7
  if (typeof value === "string") return { name, s: new TextEncoder().encode(value), type: 3 };
  if (typeof value === "number") return { name, i: value, type: 2 };
  if ("float" in value) return { name, f: value.float, type: 1 };
  return { name, ints: value, type: 7 };
}

function valueInfo({ name, type, shape }: TensorInfo) {
  const dim = shape.map((d) => d < 0 ? { dim_param: "batch" } : { dim_value: d });
  return { name, type: { tensor_type: { elem_type: ELEMENT_TYPE[type], shape: { dim } } } };
}

/** The bytes of an `.onnx` file. Only the opset domains of its nodes are imported. */
export function encode(model: Model): Uint8Array {
  const domains = new Set(["", ...model.nodes.map((n) => n.domain)]);
  const message = {
    ir_version: IR_VERSION,
    producer_name: "scones-unlimited",
    opset_import: Object.entries(OPSETS).filter(([domain]) => domains.has(domain))
      .map(([domain, version]) => ({ domain, version })),
    metadata_props: Object.entries(model.metadata ?? {}).map(([key, value]) => ({ key, value })),
    graph: {
      name: "image_classification",
      node: model.nodes.map((n, i) => ({
        name: `${n.operator}_${i}`,
        op_type: n.operator,
        domain: n.domain,
        input: n.inputs,
        output: n.outputs,
        attribute: Object.entries(n.attributes).map(attribute),
      })),
      initializer: model.initializers.map(({ name, type, shape, data }) => ({
        name,
        dims: shape,
        data_type: ELEMENT_TYPE[type],
        raw_data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      })),
      input: model.inputs.map(valueInfo),
      output: model.outputs.map(valueInfo),
    },
  };
  const problem = schema.verify(message);
  if (problem) throw new TypeError(`not a valid ONNX model: ${problem}`);
  return schema.encode(schema.fromObject(message)).finish();
}
