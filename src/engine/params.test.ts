import { expect, test } from "vitest";
import { createRng } from "../base/random.js";
import { Graph, Parameters, grad, ops, toOnnx } from "./index.js";
import { openSession } from "./node/session.js";

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

test("graphs take views of the flat parameters, and lay gradients in the same places", async () => {
  const p = declared();
  const g = new Graph();
  const inputs = p.inputs(g);
  const loss = [...inputs.values()].map((t) => ops.sum(ops.square(t))).reduce(ops.add);
  p.outputGradients(grad(loss, [...inputs.values()]));
  const constants = p.constants(g, Float32Array.from({ length: 12 }, (_, i) => i));
  for (const [name, constant] of constants) g.output(`constant.${name}`, constant);
  const flat = Float32Array.from({ length: 12 }, (_, i) => i - 4);
  const gradient = new Float32Array(12);
  const session = await openSession(toOnnx(g));
  const out = await session.run(p.feeds(flat), p.gradientOutputs(gradient));
  expect([...gradient]).toEqual([...flat].map((x) => 2 * x));
  flat.fill(1);
  await session.run(p.feeds(flat), p.gradientOutputs(gradient));
  expect([...gradient]).toEqual(new Array(12).fill(2));
  await session.close();
  expect(out["constant.w"]).toEqual({ dims: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) });
  expect(out["constant.alone"]).toEqual({ dims: [], data: Float32Array.of(11) });
});

test("sizes that do not fit are refused", () => {
  const p = declared();
  const g = new Graph();
  expect(() => p.declare("w", [1], { fill: 0 })).toThrow("the parameter 'w' is declared twice");
  expect(() => p.declare("x", [2], { values: Float32Array.of(1) })).toThrow("the parameter 'x' of shape [2] takes 2 values, not 1");
  for (const views of [p.feeds, p.gradientOutputs]) expect(() => views.call(p, new Float32Array(3))).toThrow("the model has 12 parameters, not 3");
  expect(() => p.constants(g, new Float32Array(3))).toThrow("the model has 12 parameters, not 3");
  expect(() => p.outputGradients([g.input("d", [3, 2])])).toThrow("the gradient of 'w' is [3,2], not [2,3]");
});
