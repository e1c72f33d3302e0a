import { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { checkOp } from "../../../test/support/checkOp.js";
import { at, each, plain, type Plain } from "../../../test/support/plain.js";
import { Graph, ops, type Shape } from "../index.js";

function sum(a: Plain, axes: readonly number[], keep: boolean): Plain {
  const over = axes.map((x) => (x < 0 ? x + a.shape.length : x));
  const kept = plain(a.shape.map((d, i) => (over.includes(i) ? 1 : d)), (...index) => {
    const element = (...inner: number[]): number => at(a, ...index.map((x, i) => (over.includes(i) ? inner[over.indexOf(i)] : x)));
    const box = plain(over.map((i) => a.shape[i]), element);
    return box.data.reduce((x, y) => x + y, 0);
  });
  return keep ? kept : { shape: a.shape.filter((_, i) => !over.includes(i)), data: kept.data };
}

describe("sum", () => {
  const cases: [Shape, number[], boolean][] = [
    [["B", 3], [1], false],
    [["B", 3], [-1], true],
    [["B", 3], [0], false],
    [["B", 3], [0, 1], false],
    [["B", 3, 2], [1], false],
    [["B", 3, 2], [1], true],
    [["B", 3, 2], [2, 1], false],
    [["B", 3, 2], [1, 2], true],
    [["B", 3, 2], [0, 2], false],
    [[2, "B", 3], [0, 2], false],
    [[2, "B", 3], [0, 2], true],
    [[3, "B", 2], [0], false],
    [["B", 2, 3, 2], [1, 3], false],
    [["B", 1], [1], false],
    [["B", 2], [], false],
  ];
  test.each(cases)("[%s] over [%s], kept: %s", (shape, axes, keep) =>
    checkOp({
      inputs: { a: shape },
      build: ({ a }) => ops.sum(a, axes, keep),
      plain: ({ a }) => sum(a, axes, keep),
      jax: ({ a }) => (axes.length === 0 ? a : np.sum(a, axes, { keepdims: keep })),
    }),
  );

  test("all axes are the default", () =>
    checkOp({
      inputs: { a: ["B", 3] },
      build: ({ a }) => ops.sum(a),
      plain: ({ a }) => sum(a, [0, 1], false),
      jax: ({ a }) => np.sum(a),
    }));
});

test.each<[number[], boolean]>([
  [[1], false],
  [[-1, 1], true],
])("mean over [%s], kept: %s", (axes, keep) =>
  checkOp({
    inputs: { a: ["B", 3, 2] },
    build: ({ a }) => ops.mean(a, axes, keep),
    plain: ({ a }) => {
      const s = sum(a, axes, keep);
      return each(s.shape, (x) => x / (a.data.length / s.data.length), s);
    },
    jax: ({ a }) => np.mean(a, axes, { keepdims: keep }),
  }));

test("maxAlong keeps its axis and takes no gradient", () =>
  checkOp({
    inputs: { a: ["B", 4, 2] },
    build: ({ a }) => ops.maxAlong(a, -2),
    plain: ({ a }) => plain([a.shape[0], 1, 2], (i, _, k) => Math.max(...[0, 1, 2, 3].map((j) => at(a, i, j, k)))),
    jax: ({ a }) => np.max(a, 1, { keepdims: true }),
    constant: true,
  }));

test("axes that do not exist and means of unknown size are refused", () => {
  const a = new Graph().input("a", ["B", 3]);
  expect(() => ops.sum(a, [2])).toThrow("the axes [2] do not fit a tensor of rank 2");
  expect(() => ops.sum(a, [1, -1])).toThrow("the axes [1,-1] do not fit");
  expect(() => ops.mean(a, [0])).toThrow("mean: an axis of [B,3] among [0] has no static size");
  expect(() => ops.maxAlong(a, -3)).toThrow("do not fit");
});
