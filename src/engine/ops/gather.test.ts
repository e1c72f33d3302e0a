import { numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { checkOp } from "../../../test/support/checkOp.js";
import { at, plain } from "../../../test/support/plain.js";
import { Graph, grad, ops, planInputs, type Shape } from "../index.js";

test("gather takes columns in any order, also twice", () =>
  checkOp({
    inputs: { a: ["B", 4] },
    build: ({ a }) => ops.gather(a, [3, 0, 3], -1),
    plain: ({ a }) => plain([a.shape[0], 3], (i, j) => at(a, i, [3, 0, 3][j])),
    jax: ({ a }) => np.take(a, np.array(Int32Array.of(3, 0, 3)), 1),
    constant: true,
  }));

test("gather refuses indices that do not exist and to be trained through", () => {
  const a = new Graph().input("a", ["B", 4]);
  expect(() => ops.gather(a, [4], 1)).toThrow("gather: there is no index 4 along an axis of size 4");
  expect(() => ops.gather(a, [-1], 1)).toThrow("no index -1");
  expect(() => grad(ops.sum(ops.gather(a, [0], 1)), [a])).toThrow("gather has no gradient");
});

test("look-ups refuse indices and tables of the wrong kind", () => {
  const g = new Graph();
  const rows = g.input("rows", ["B"], "int64");
  const plan = planInputs(g, "plan", 5, 2);
  expect(() => ops.lookup(g.input("t1", [5, 3, 2]), rows, plan)).toThrow("lookup: the table [5,3,2] must have rank 2");
  expect(() => ops.lookup(g.input("t2", [5, 3]), g.input("x", ["B"]), plan)).toThrow("lookup: the indices must be int64, not float32");
});

test.each<[Shape]>([[["B"]], [["B", 3]], [[]]])("take gives rows by indices [%s] that come with the run, and no gradient", async (shape) => {
  await checkOp({
    inputs: { table: [5, 3] },
    indices: { rows: { shape, below: 5 } },
    build: ({ table, rows }) => ops.take(table, rows, 0),
    plain: ({ table, rows }) => plain([...rows.shape, 3], (...index) => at(table, at(rows, ...index.slice(0, -1)), index.at(-1)!)),
    jax: ({ table, rows }) => np.take(table, rows, 0),
    constant: true,
  });
  const g = new Graph();
  const table = g.input("table", [5, 3]);
  expect(() => grad(ops.sum(ops.take(table, g.input("rows", shape, "int64"), 0)), [table])).toThrow("take has no gradient: use lookup");
  expect(() => ops.take(table, g.input("x", ["B"]), 0)).toThrow("take: the indices must be int64, not float32");
});
