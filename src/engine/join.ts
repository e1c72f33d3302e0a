import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { GraphProtoSchema, ModelProtoSchema, type NodeProto } from "onnx-buf";

/**
 * Graphs of `toOnnx` put one after the other: what one gives out under a name, later ones take in under that name. Inputs
 * that no earlier graph gives become inputs of the whole; what the outputs do not need is left out.
 * @param outputs names of the whole's outputs
 * @throws Error when the graphs have different operator versions, or no graph has an output of one of the names
 */
export function joinOnnx(graphs: readonly Uint8Array[], outputs: readonly string[]): Uint8Array {
  const models = graphs.map((bytes) => fromBinary(ModelProtoSchema, bytes));
  const versions = new Set(models.flatMap(({ opsetImport }) => opsetImport.map(({ domain, version }) => `${domain}:${version}`)));
  if (versions.size > 1) throw new Error(`graphs of different operators cannot be joined: ${[...versions].join(", ")}`);
  const parts = models.map(({ graph }, k) => renamed(graph!, k));
  const given = new Map(parts.flatMap(({ output }) => output.map((value) => [value.name, value])));
  const missing = outputs.find((name) => !given.has(name));
  if (missing !== undefined) throw new Error(`no graph has an output '${missing}'`);
  const used = new Set(outputs);
  const kept: NodeProto[] = [];
  for (const node of parts.flatMap(({ node }) => node).toReversed()) {
    if (!node.output.some((name) => used.has(name))) continue;
    kept.push(node);
    for (const name of node.input) used.add(name);
  }
  const inputs = new Map(parts.flatMap(({ input }) => input.filter(({ name }) => !given.has(name) && used.has(name)).map((value) => [value.name, value])));
  const graph = create(GraphProtoSchema, {
    name: "vhgm",
    node: kept.reverse(),
    initializer: parts.flatMap(({ initializer }) => initializer.filter(({ name }) => used.has(name))),
    input: [...inputs.values()],
    output: outputs.map((name) => given.get(name)!),
  });
  return toBinary(ModelProtoSchema, { ...models[0], graph });
}

/** A graph's own names begin with '_' (graph.ts); in a whole they are told apart by the graph's place. */
function renamed(graph: ReturnType<typeof create<typeof GraphProtoSchema>>, place: number): typeof graph {
  const rename = (name: string): string => (name.startsWith("_") ? `_${place}${name}` : name);
  return {
    ...graph,
    node: graph.node.map((node) => ({ ...node, input: node.input.map(rename), output: node.output.map(rename) })),
    initializer: graph.initializer.map((tensor) => ({ ...tensor, name: rename(tensor.name) })),
  };
}

/** Names of a graph's outputs. */
export const onnxOutputs = (bytes: Uint8Array): string[] => fromBinary(ModelProtoSchema, bytes).graph!.output.map(({ name }) => name);

/** Names of a graph's inputs. */
export const onnxInputs = (bytes: Uint8Array): string[] => fromBinary(ModelProtoSchema, bytes).graph!.input.map(({ name }) => name);
