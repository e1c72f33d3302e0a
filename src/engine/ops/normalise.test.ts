import { nn, type Array as JaxArray } from "@jax-js/jax";
import { expect, test } from "vitest";
import { checkOp, runGraph } from "../../../test/support/checkOp.js";
import { at, each, plain, total, type Plain } from "../../../test/support/plain.js";
import { Graph, float32, ops } from "../index.js";

const width = (x: Plain): number => x.shape.at(-1)!;
const softmax = (a: Plain): Plain =>
  plain(a.shape, (...i) => Math.exp(at(a, ...i)) / total(width(a), (k) => Math.exp(at(a, ...i.slice(0, -1), k))));

test.each([[["B", 5]], [["B", 2, 3]], [["B", 1]]])("softmax of [%s]", (shape) =>
  checkOp({
    inputs: { a: shape },
    build: ({ a }) => ops.softmax(a),
    plain: ({ a }) => softmax(a),
    jax: ({ a }) => nn.softmax(a, -1),
  }));

test.each([[["B", 5]], [["B", 2, 3]]])("logSoftmax of [%s]", (shape) =>
  checkOp({
    inputs: { a: shape },
    build: ({ a }) => ops.logSoftmax(a),
    plain: ({ a }) => each(a.shape, Math.log, softmax(a)),
    jax: ({ a }) => nn.logSoftmax(a, -1),
  }));

test("softmax and logSoftmax of large values stay finite", async () => {
  const g = new Graph();
  const a = g.input("a", ["B", 2]);
  g.output("p", ops.softmax(a));
  g.output("l", ops.logSoftmax(a));
  const { p, l } = await runGraph(g, { a: float32(Float32Array.of(1000, 0, -1e9, -1e9), 2, 2) });
  expect([...p.data]).toEqual([1, 0, 0.5, 0.5]);
  expect([...l.data]).toEqual([0, -1000, Math.fround(Math.log(0.5)), Math.fround(Math.log(0.5))]);
});

function normalise(a: Plain, w: Plain, b: Plain): Plain {
  const n = width(a);
  return plain(a.shape, (...i) => {
    const row = (k: number): number => at(a, ...i.slice(0, -1), k);
    const mean = total(n, row) / n;
    const variance = total(n, (k) => (row(k) - mean) ** 2) / n;
    return (at(w, i.at(-1)!) * (at(a, ...i) - mean)) / Math.sqrt(variance + 1e-5) + at(b, i.at(-1)!);
  });
}

const jaxNormalise = (a: JaxArray, w: JaxArray, b: JaxArray): JaxArray => nn.standardize(a, -1, { epsilon: 1e-5 }).mul(w).add(b);

test.each([[["B", 5]], [["B", 2, 4]]])("layerNorm of [%s]", (shape) =>
  checkOp({
    inputs: { a: shape, scale: [Number(shape.at(-1))], shift: [Number(shape.at(-1))] },
    build: ({ a, scale, shift }) => ops.layerNorm(a, scale, shift),
    plain: ({ a, scale, shift }) => normalise(a, scale, shift),
    jax: ({ a, scale, shift }) => jaxNormalise(a, scale, shift),
  }));

test("layerNorm needs a last axis of static size, and vectors of that size", () => {
  const g = new Graph();
  const w = g.constant([1, 1], [2]);
  expect(() => ops.layerNorm(g.input("a", [2, "B"]), w, w)).toThrow("layerNorm: [2,B] needs a last axis of static size");
  expect(() => ops.layerNorm(g.input("b", ["B", 3]), w, w)).toThrow("scale [2] and shift [2] of that size");
});
