import { create, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from "onnx-buf";
import type { DType, Graph, Initializer, Node, NodeAttribute, Tensor } from "./graph.js";

const opset = 20;
const elementType = {
  float32: TensorProto_DataType.FLOAT,
  float64: TensorProto_DataType.DOUBLE,
  int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL,
} satisfies Record<DType, TensorProto_DataType>;

/**
 * The graph as an ONNX model (standard operators, opset 20), with only the nodes, inputs and constants that its outputs
 * need. @throws Error when it has no outputs
 */
export function toOnnx(graph: Graph): Uint8Array {
  if (graph.outputs.size === 0) throw new Error("the graph has no outputs");
  const { nodes, used } = reachable(graph);
  const model = create(ModelProtoSchema, {
    irVersion: 9n,
    producerName: "vhgm",
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: "", version: BigInt(opset) })],
    graph: create(GraphProtoSchema, {
      name: "vhgm",
      node: nodes.map(encodeNode),
      initializer: [...graph.initializers.values()].filter((x) => used.has(x.name)).map(encodeInitializer),
      input: [...graph.inputs.values()].filter((x) => used.has(x.name)).map(encodeValue),
      output: [...graph.outputs.values()].map(encodeValue),
    }),
  });
  return toBinary(ModelProtoSchema, model);
}

/**
 * The nodes that the outputs need, in order. An output that is some node's result takes the place of that result, which
 * saves a copy. Statistics of a LayerNormalization that nobody reads are left out, which lets the runtime fuse it.
 */
function reachable(graph: Graph): { nodes: Node[]; used: Set<string> } {
  const computed = new Set(graph.nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  for (const { op, inputs, outputs } of graph.nodes) {
    if (op === "Identity" && graph.outputs.has(outputs[0]) && computed.has(inputs[0]) && !renamed.has(inputs[0])) {
      renamed.set(inputs[0], outputs[0]);
    }
  }
  const rename = (name: string): string => renamed.get(name) ?? name;
  const used = new Set(graph.outputs.keys());
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    const inputs = node.inputs.map(rename);
    const outputs = node.outputs.map(rename);
    if (inputs[0] === outputs[0] || !outputs.some((name) => used.has(name))) continue;
    const end = node.op === "LayerNormalization" ? outputs.findLastIndex((name) => used.has(name)) + 1 : outputs.length;
    nodes.push({ ...node, inputs, outputs: outputs.slice(0, end) });
    for (const name of inputs) used.add(name);
  }
  return { nodes: nodes.reverse(), used };
}

function encodeNode(node: Node) {
  return create(NodeProtoSchema, {
    opType: node.op,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, value]) => encodeAttribute(name, value)),
  });
}

function encodeAttribute(name: string, value: NodeAttribute) {
  const { INT, INTS, FLOAT, STRING } = AttributeProto_AttributeType;
  if (typeof value === "number") return create(AttributeProtoSchema, { name, type: INT, i: BigInt(value) });
  if (typeof value === "string") return create(AttributeProtoSchema, { name, type: STRING, s: new TextEncoder().encode(value) });
  if ("float" in value) return create(AttributeProtoSchema, { name, type: FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: INTS, ints: value.map(BigInt) });
}

function encodeInitializer({ name, dtype, shape, data }: Initializer) {
  return create(TensorProtoSchema, {
    name,
    dataType: elementType[dtype],
    dims: shape.map(BigInt),
    rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  });
}

function encodeValue({ name, dtype, shape }: Tensor) {
  const dim = shape.map((d) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof d === "number" ? { case: "dimValue", value: BigInt(d) } : { case: "dimParam", value: d },
    }),
  );
  const tensorType = create(TypeProto_TensorSchema, { elemType: elementType[dtype], shape: create(TensorShapeProtoSchema, { dim }) });
  return create(ValueInfoProtoSchema, { name, type: create(TypeProtoSchema, { value: { case: "tensorType", value: tensorType } }) });
}
