import { expect, test } from "vitest";
import { runGraph } from "../../test/support/checkOp.js";
import { Graph, float32, int64, ops } from "./index.js";

test("names of inputs and outputs do not meet the graph's own, whatever they are called", async () => {
  const g = new Graph();
  const y = ops.addScalar(ops.scale(g.input("t0", []), 10), 1);
  const names = ["c0", "c1", "t1", "t2"];
  g.output("y", names.reduce((sum, name) => ops.add(sum, g.input(name, [])), y));
  const feeds = Object.fromEntries(["t0", ...names].map((name, i) => [name, float32(Float32Array.of(i + 1))]));
  expect((await runGraph(g, feeds)).y.data[0]).toBe(10 + 1 + 2 + 3 + 4 + 5);
});

test("a name is given once", () => {
  const g = new Graph();
  const a = g.input("a", [2]);
  g.output("b", a);
  expect(() => g.input("a", [2])).toThrow("the graph already has an input or output 'a'");
  expect(() => g.input("b", [2])).toThrow("'b'");
  expect(() => g.output("a", a)).toThrow("'a'");
  expect(() => g.output("_t1", a)).toThrow("cannot be called '_t1'");
  expect(() => g.input("", [])).toThrow("cannot be called ''");
});

test("tensors of another graph are refused", () => {
  const a = new Graph().input("a", [2]);
  const g = new Graph();
  expect(() => ops.add(g.input("b", [2]), a)).toThrow("the tensor 'a' belongs to another graph");
  expect(() => g.output("y", a)).toThrow("belongs to another graph");
});

test("constants fill their shape, and small equal ones are stored once", () => {
  const g = new Graph();
  expect(() => g.constant([1, 2, 3], [2, 2])).toThrow("a constant of shape [2,2] takes 4 values, not 3");
  expect(g.constant(0.5)).toBe(g.constant(0.5));
  expect(g.constant(0.5, [1])).not.toBe(g.constant(0.5));
  expect(g.int64([1, 2])).toBe(g.int64([1, 2]));
  expect(g.int64([1, 2], [1, 2])).not.toBe(g.int64([1, 2]));
});

test("shapes of several symbols are computed when the graph runs", async () => {
  const g = new Graph();
  g.input("a", ["B", 2]);
  g.input("b", [3, "M"], "int64");
  g.output("shape", g.runtimeShape(["6*B*M", "B", 4, "B*B"]));
  const feeds = { a: float32(new Float32Array(10), 5, 2), b: int64(new BigInt64Array(21), 3, 7) };
  expect([...(await runGraph(g, feeds)).shape.data].map(Number)).toEqual([210, 5, 4, 25]);
  expect(() => g.runtimeShape(["C"])).toThrow("the symbol 'C' stands in no input's shape");
});

test("empty batches run", async () => {
  const g = new Graph();
  const x = ops.reshape(g.input("x", ["B", 6]), ["B", 2, 3]);
  g.output("y", ops.sum(ops.softmax(ops.matmul(x, g.constant([1, 2, 3], [3, 1]))), [1, 2]));
  expect((await runGraph(g, { x: float32(new Float32Array(0), 0, 6) })).y.dims).toEqual([0]);
});
