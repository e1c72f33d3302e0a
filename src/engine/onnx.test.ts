import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, type ModelProto } from "onnx-buf";
import { expect, test } from "vitest";
import { runGraph } from "../../test/support/checkOp.js";
import { Graph, Parameters, planInputs, float32, grad, ops, toOnnx } from "./index.js";

const read = (graph: Graph): ModelProto => fromBinary(ModelProtoSchema, toOnnx(graph));

test("nodes, inputs and constants that no output needs are left out", () => {
  const g = new Graph();
  const a = g.input("a", ["B", 2]);
  const unused = g.input("unused", ["B", 2]);
  ops.exp(ops.add(unused, g.constant([7, 8], [2])));
  g.output("y", ops.add(a, g.constant([1, 2], [2])));
  const { graph } = read(g);
  expect(graph!.node.map((n) => n.opType)).toEqual(["Add"]);
  expect(graph!.input.map((x) => x.name)).toEqual(["a"]);
  expect(graph!.output.map((x) => x.name)).toEqual(["y"]);
  expect(graph!.initializer).toHaveLength(1);
  expect(() => toOnnx(new Graph())).toThrow("the graph has no outputs");
});

test("constants keep every bit, and shapes their symbols", () => {
  const g = new Graph();
  const values = Float32Array.of(1e-42, -0, Infinity, NaN, 1 / 3, 16777217);
  g.output("y", ops.add(g.input("a", ["B", "4*C", 6]), g.constant(values, [6])));
  g.output("i", g.int64([-(2 ** 40), 5]));
  const { graph, opsetImport } = read(g);
  expect(opsetImport.map((o) => [o.domain, o.version])).toEqual([["", 20n]]);
  const [floats, integers] = graph!.initializer;
  expect(new Uint32Array(floats.rawData.slice().buffer)).toEqual(new Uint32Array(values.buffer));
  expect(floats.dims).toEqual([6n]);
  expect(new BigInt64Array(integers.rawData.slice().buffer)).toEqual(BigInt64Array.of(-(2n ** 40n), 5n));
  const type = graph!.input[0].type!.value;
  expect(type.case === "tensorType" && type.value.shape!.dim.map((d) => d.value.value)).toEqual(["B", "4*C", 6n]);
});

test("outputs take the place of the results they name, also two for one, an input or a constant", async () => {
  const g = new Graph();
  const a = g.input("a", ["B"]);
  const y = ops.scale(a, 2);
  g.output("first", y);
  g.output("second", y);
  g.output("same", a);
  g.output("one", g.constant(1));
  g.output("more", ops.addScalar(y, 1));
  expect(read(g).graph!.node.map((n) => n.opType).sort()).toEqual(["Add", "Identity", "Identity", "Identity", "Mul"]);
  const out = await runGraph(g, { a: float32(Float32Array.of(3, 4), 2) });
  expect(Object.entries(out).map(([name, { data }]) => [name, ...data])).toEqual([
    ["first", 6, 8],
    ["second", 6, 8],
    ["same", 3, 4],
    ["one", 1],
    ["more", 7, 9],
  ]);
});

test("statistics of a layer normalisation are kept for its gradient only", () => {
  const build = (train: boolean): ModelProto => {
    const g = new Graph();
    const a = g.input("a", ["B", 2]);
    const y = ops.layerNorm(a, g.constant([1, 1], [2]), g.constant([0, 0], [2]));
    g.output("y", train ? grad(ops.sum(ops.square(y)), [a])[0] : y);
    return read(g);
  };
  const outputs = (model: ModelProto): number => model.graph!.node.find((n) => n.opType === "LayerNormalization")!.output.length;
  expect([outputs(build(false)), outputs(build(true))]).toEqual([1, 3]);
});

test("a whole training step consists of standard operators", () => {
  const p = new Parameters();
  p.declare("table", [5, 4], { normal: 1 });
  p.declare("w", [4, 4], { normal: 1 });
  p.declare("scale", [4], { fill: 1 });
  const g = new Graph();
  const leaves = p.inputs(g);
  const rows = ops.lookup(leaves.get("table")!, g.input("rows", ["B", 3], "int64"), planInputs(g, "plan", 5, 4));
  const h = ops.layerNorm(ops.silu(ops.matmul(rows, leaves.get("w")!)), leaves.get("scale")!, leaves.get("scale")!);
  const loss = ops.neg(ops.sum(ops.mean(ops.logSoftmax(ops.matmulTransposed(h, h)), [1, 2])));
  p.outputGradients(grad(loss, [...leaves.values()]));
  expect(read(g).graph!.node.every((n) => n.domain === "")).toBe(true);
});
