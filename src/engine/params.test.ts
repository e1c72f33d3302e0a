import { expect, test } from "vitest";
import { runGraph } from "../../test/support/checkOp.js";
import { createRng } from "../base/random.js";
import { Graph, Parameters, float32, grad, ops } from "./index.js";

function declared(): Parameters {
  const p = new Parameters();
  p.declare("w", [2, 3], { normal: 0.1 });
  p.declare("scale", [3], { fill: 1 });
  p.declare("table", [1, 2], { values: Float32Array.of(5, 6) });
  p.declare("alone", [], { fill: -1 });
  return p;
}

test("starting values stand in order of declaration and depend on the seed alone", () => {
  const p = declared();
  expect(p.size).toBe(12);
  const flat = p.initial(createRng(1));
  expect([...flat.subarray(6)]).toEqual([1, 1, 1, 5, 6, -1]);
  expect(flat.subarray(0, 6).every((x) => x !== 0 && Math.abs(x) < 1)).toBe(true);
  expect(declared().initial(createRng(1))).toEqual(flat);
  expect(declared().initial(createRng(2))).not.toEqual(flat);
});

test("the flat tensor is cut into parameters, and gradients are laid back in the same places", async () => {
  const p = declared();
  const g = new Graph();
  const theta = g.input("theta", [p.size]);
  const leaves = p.leaves(theta);
  const loss = [...leaves.values()].map((t) => ops.sum(ops.square(t))).reduce(ops.add);
  g.output("packed", p.packGradients(g, grad(loss, [...leaves.values()])));
  const constants = p.constants(g, Float32Array.from({ length: 12 }, (_, i) => i));
  for (const [name, constant] of constants) g.output(`constant.${name}`, constant);
  const flat = Float32Array.from({ length: 12 }, (_, i) => i - 4);
  const out = await runGraph(g, { theta: float32(flat, 12) });
  expect([...out.packed.data]).toEqual([...flat].map((x) => 2 * x));
  expect(out["constant.w"]).toEqual({ dims: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) });
  expect(out["constant.alone"]).toEqual({ dims: [], data: Float32Array.of(11) });
});

test("a single parameter works as several do", async () => {
  const p = new Parameters();
  p.declare("w", [2, 2], { fill: 0 });
  const g = new Graph();
  const leaves = [...p.leaves(g.input("theta", [4])).values()];
  g.output("packed", p.packGradients(g, grad(ops.sum(ops.square(leaves[0])), leaves)));
  expect([...(await runGraph(g, { theta: float32(Float32Array.of(1, 2, 3, 4), 4) })).packed.data]).toEqual([2, 4, 6, 8]);
});

test("sizes that do not fit are refused", () => {
  const p = declared();
  const g = new Graph();
  expect(() => p.declare("w", [1], { fill: 0 })).toThrow("the parameter 'w' is declared twice");
  expect(() => p.declare("x", [2], { values: Float32Array.of(1) })).toThrow("the parameter 'x' of shape [2] takes 2 values, not 1");
  expect(() => p.leaves(g.input("theta", [3]))).toThrow("the parameters are [12], not [3]");
  expect(() => p.constants(g, new Float32Array(3))).toThrow("the model has 12 parameters, not 3");
  expect(() => p.packGradients(g, [g.input("d", [3, 2])])).toThrow("the gradient of 'w' is [3,2], not [2,3]");
});
