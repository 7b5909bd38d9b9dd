/**
 * Writes ONNX models: just enough of the format to serialise a graph of nodes with initialisers. onnxruntime reads
 * the bytes; nothing else of ONNX is needed, and no protobuf library.
 * Field numbers: onnx.proto3 of ONNX 1.16 (ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto).
 */
import { ProtobufWriter } from '../protobuf-writer.ts';

export type DataType = 'float32' | 'int32' | 'int64' | 'bool';

/** A dimension is a number or the name of a symbolic one. */
export type Dimensions = readonly (number | string)[];

export interface ValueInfo {
  readonly name: string;
  readonly type: DataType;
  readonly dims: Dimensions;
}

export interface Initialiser {
  readonly name: string;
  readonly type: DataType;
  readonly dims: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array;
}

/** An attribute: a number is an integer, `{ float }` a float, an array integers. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly domain: string;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initialisers: readonly Initialiser[];
}

const typeCodes: Record<DataType, number> = { float32: 1, int32: 6, int64: 7, bool: 9 };
const operatorSet = 21;
const irVersion = 9;
const attributeType = { float: 1, integer: 2, string: 3, integers: 7 } as const;

/** Serialises a graph as an ONNX model that uses the default and the com.microsoft operators. */
export function serialiseOnnx(graph: OnnxGraph): Uint8Array {
  const body = new ProtobufWriter();
  graph.nodes.forEach((node, index) => {
    body.message(1, writeNode(node, `${node.op}_${index}`));
  });
  body.string(2, 'qed');
  for (const tensor of graph.initialisers) body.message(5, writeTensor(tensor));
  for (const input of graph.inputs) body.message(11, writeValueInfo(input));
  for (const output of graph.outputs) body.message(12, writeValueInfo(output));
  return new ProtobufWriter()
    .integer(1, irVersion)
    .message(7, body)
    .message(8, new ProtobufWriter().string(1, '').integer(2, operatorSet))
    .message(8, new ProtobufWriter().string(1, 'com.microsoft').integer(2, 1))
    .finish();
}

function writeNode(node: OnnxNode, name: string): ProtobufWriter {
  const out = new ProtobufWriter();
  for (const input of node.inputs) out.string(1, input);
  for (const output of node.outputs) out.string(2, output);
  out.string(3, name).string(4, node.op);
  for (const [key, value] of Object.entries(node.attributes)) out.message(5, writeAttribute(key, value));
  return node.domain === '' ? out : out.string(7, node.domain);
}

function writeAttribute(name: string, value: Attribute): ProtobufWriter {
  const out = new ProtobufWriter().string(1, name);
  if (typeof value === 'string') return out.string(4, value).integer(20, attributeType.string);
  if (typeof value === 'number') return out.integer(3, value).integer(20, attributeType.integer);
  if ('float' in value) return out.float(2, value.float).integer(20, attributeType.float);
  for (const item of value) out.integer(8, item);
  return out.integer(20, attributeType.integers);
}

function writeTensor(tensor: Initialiser): ProtobufWriter {
  const out = new ProtobufWriter();
  for (const dim of tensor.dims) out.integer(1, dim);
  const { buffer, byteOffset, byteLength } = tensor.data;
  return out
    .integer(2, typeCodes[tensor.type])
    .string(8, tensor.name)
    .bytes(9, new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
}

function writeValueInfo(value: ValueInfo): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const dim of value.dims) {
    const entry = new ProtobufWriter();
    shape.message(1, typeof dim === 'string' ? entry.string(2, dim) : entry.integer(1, dim));
  }
  const tensor = new ProtobufWriter().integer(1, typeCodes[value.type]).message(2, shape);
  return new ProtobufWriter().string(1, value.name).message(2, new ProtobufWriter().message(1, tensor));
}
