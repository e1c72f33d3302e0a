import { nn, numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { checkOp, runGraph, type OpCase } from "../../../test/support/checkOp.js";
import { each } from "../../../test/support/plain.js";
import { Graph, float32, ops, type Shape } from "../index.js";

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

describe("one tensor", () => {
  const a: Record<string, Shape> = { a: ["B", 3] };
  const cases: Record<string, Omit<OpCase, "inputs">> = {
    scale: {
      build: ({ a }) => ops.scale(a, -2.5),
      plain: ({ a }) => each(a.shape, (x) => -2.5 * x, a),
      jax: ({ a }) => a.mul(-2.5),
    },
    addScalar: {
      build: ({ a }) => ops.addScalar(a, 0.7),
      plain: ({ a }) => each(a.shape, (x) => x + 0.7, a),
      jax: ({ a }) => a.add(0.7),
    },
    neg: { build: ({ a }) => ops.neg(a), plain: ({ a }) => each(a.shape, (x) => -x, a), jax: ({ a }) => np.negative(a) },
    exp: { build: ({ a }) => ops.exp(a), plain: ({ a }) => each(a.shape, Math.exp, a), jax: ({ a }) => np.exp(a) },
    log: {
      build: ({ a }) => ops.log(a),
      plain: ({ a }) => each(a.shape, Math.log, a),
      jax: ({ a }) => np.log(a),
      range: [0.5, 3],
    },
    square: { build: ({ a }) => ops.square(a), plain: ({ a }) => each(a.shape, (x) => x * x, a), jax: ({ a }) => np.square(a) },
    silu: {
      build: ({ a }) => ops.silu(a),
      plain: ({ a }) => each(a.shape, (x) => x * logistic(x), a),
      jax: ({ a }) => nn.silu(a),
      range: [-4, 4],
    },
    clamp: {
      build: ({ a }) => ops.clamp(a, -0.4, 0.9),
      plain: ({ a }) => each(a.shape, (x) => Math.min(Math.max(x, Math.fround(-0.4)), Math.fround(0.9)), a),
      jax: ({ a }) => np.clip(a, -0.4, 0.9),
    },
  };
  test.each(Object.entries(cases))("%s", async (_, c) => checkOp({ inputs: a, ...c }));
});

describe("two tensors that broadcast", () => {
  const pairs: [Shape, Shape][] = [
    [["B", 3], ["B", 3]],
    [["B", 3], [3]],
    [[], ["B", 2]],
    [["B", 1], ["B", 4]],
    [["B", 1, 3], [2, 1]],
  ];
  const kinds: Record<string, Pick<OpCase, "build" | "jax"> & { f: (x: number, y: number) => number }> = {
    add: { build: ({ a, b }) => ops.add(a, b), f: (x, y) => x + y, jax: ({ a, b }) => a.add(b) },
    sub: { build: ({ a, b }) => ops.sub(a, b), f: (x, y) => x - y, jax: ({ a, b }) => a.sub(b) },
    mul: { build: ({ a, b }) => ops.mul(a, b), f: (x, y) => x * y, jax: ({ a, b }) => a.mul(b) },
    div: { build: ({ a, b }) => ops.div(a, b), f: (x, y) => x / y, jax: ({ a, b }) => a.div(b) },
  };
  const cases = Object.keys(kinds).flatMap((kind) => pairs.map(([a, b]) => ({ kind, a, b, title: `${kind} [${a}] [${b}]` })));
  test.each(cases)("$title", async ({ kind, a, b }) => {
    const { build, jax, f } = kinds[kind];
    await checkOp({ inputs: { a, b }, build, jax, range: [0.5, 2], plain: (x) => each(broadcast(x.a.shape, x.b.shape), f, x.a, x.b) });
  });
});

/** Written once more, so as not to test `broadcastShapes` by itself. */
function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const padded = (s: readonly number[]): number[] => [...Array<number>(rank - s.length).fill(1), ...s];
  return padded(a).map((d, i) => Math.max(d, padded(b)[i]));
}

test("where takes the gradient to the branch that was taken", async () => {
  await checkOp({
    inputs: { a: ["B", 3], b: [3] },
    indices: { c: { shape: ["B", 1], below: 2 } },
    build: ({ a, b, c }) => ops.where(ops.equal(c, c.graph.int64([1])), a, b),
    plain: ({ a, b, c }) => each(a.shape, (x, y, z) => (z === 1 ? x : y), a, b, c),
    jax: ({ a, b, c }) => np.where(np.equal(c, 1), a, b),
  });
});

test("one tensor used twice gets both gradients", async () => {
  await checkOp({
    inputs: { a: ["B", 2] },
    build: ({ a }) => ops.add(ops.mul(a, a), a),
    plain: ({ a }) => each(a.shape, (x) => x * x + x, a),
    jax: ({ a }) => a.ref.mul(a.ref).add(a),
  });
});

test("silu stays finite far out", async () => {
  const g = new Graph();
  const a = g.input("a", ["B"]);
  g.output("silu", ops.silu(a));
  const out = await runGraph(g, { a: float32(Float32Array.of(-200, -90, 90, 200), 4) });
  const [far, low, high, highest] = out.silu.data as Float32Array;
  expect([far, low].every((y) => Math.abs(y) < 1e-36)).toBe(true);
  expect([high, highest]).toEqual([90, 200]);
});

test("negative zero is kept apart from zero", async () => {
  const g = new Graph();
  const a = g.input("a", [1]);
  g.output("plus", ops.div(a, g.constant(0)));
  g.output("minus", ops.div(a, g.constant(-0)));
  const out = await runGraph(g, { a: float32(Float32Array.of(1), 1) });
  expect([out.plus.data[0], out.minus.data[0]]).toEqual([Infinity, -Infinity]);
});
