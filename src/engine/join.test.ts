import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { expect, test } from "vitest";
import { Graph, float32, joinOnnx, onnxInputs, onnxOutputs, ops, toOnnx } from "./index.js";
import { openSession } from "./node/session.js";

function graphOf(build: (g: Graph) => void): Uint8Array {
  const g = new Graph();
  build(g);
  return toOnnx(g);
}

const doubled = graphOf((g) => {
  const a = g.input("a", ["B", 2]);
  g.output("twice", ops.mul(a, g.constant([2, 2], [2])));
  g.output("unused", ops.exp(a));
});
const summed = graphOf((g) => {
  const b = g.input("b", ["B", 2]);
  g.output("sum", ops.add(ops.mul(g.input("twice", ["B", 2]), g.constant([1, 10], [2])), ops.add(b, g.input("a", ["B", 2]))));
});

test("graphs that are joined hand on what they name, and keep what is their own apart", async () => {
  const joined = joinOnnx([doubled, summed], ["sum", "twice"]);
  expect([onnxInputs(joined), onnxOutputs(joined)]).toEqual([["a", "b"], ["sum", "twice"]]);
  const { graph } = fromBinary(ModelProtoSchema, joined);
  expect(graph!.node.map(({ opType }) => opType)).not.toContain("Exp");
  expect(new Set(graph!.initializer.map(({ name }) => name)).size).toBe(2);
  const session = await openSession(joined);
  const out = await session.run({ a: float32(Float32Array.of(1, 2), 1, 2), b: float32(Float32Array.of(100, 1000), 1, 2) });
  await session.close();
  expect([...out.twice.data]).toEqual([2, 4]);
  expect([...out.sum.data]).toEqual([103, 1042]);
});

test("an output that no graph has is refused, and so are other versions of the operators", () => {
  expect(() => joinOnnx([doubled], ["sum"])).toThrow("no graph has an output 'sum'");
  const model = fromBinary(ModelProtoSchema, doubled);
  model.opsetImport[0].version = 19n;
  expect(() => joinOnnx([toBinary(ModelProtoSchema, model), summed], ["sum"])).toThrow("graphs of different operators cannot be joined: :19, :20");
});
