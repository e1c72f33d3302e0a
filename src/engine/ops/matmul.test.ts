import { numpy as np, type Array as JaxArray } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { checkOp } from "../../../test/support/checkOp.js";
import { at, plain, total, type Plain } from "../../../test/support/plain.js";
import { Graph, ops, type Shape } from "../index.js";

function product(a: Plain, b: Plain, transposed: boolean): Plain {
  const rank = Math.max(a.shape.length, b.shape.length);
  const batch = (a.shape.length === rank ? a : b).shape.slice(0, -2);
  const shape = [...batch, a.shape.at(-2)!, b.shape.at(transposed ? -2 : -1)!];
  const inner = a.shape.at(-1)!;
  return plain(shape, (...index) => {
    const [m, n] = index.slice(-2);
    const lead = index.slice(0, -2);
    return total(inner, (k) => at(a, ...lead, m, k) * (transposed ? at(b, ...lead, n, k) : at(b, ...lead, k, n)));
  });
}

/** jax-js 0.1.25 gives a matrix times a batch of matrices the wrong shape, so the matrix is repeated first. */
const jaxProduct = (a: JaxArray, b: JaxArray): JaxArray =>
  np.matmul(a.shape.length < b.shape.length ? np.broadcastTo(a, [...b.shape.slice(0, -2), ...a.shape]) : a, b);

const pairs: [Shape, Shape][] = [
  [["B", 3], [3, 4]],
  [[2, 3], [3, "B"]],
  [["B", 4, 3], [3, 2]],
  [["B", 2, 4, 3], [3, 2]],
  [["B", 4, 3], ["B", 3, 2]],
  [[2, "B", 3], [2, 3, 1]],
  [["B", 2, 2, 3], ["B", 2, 3, 2]],
  [[4, 3], ["B", 3, 2]],
  [["B", 1, 3], ["B", 3, 2]],
];

describe("matmul", () => {
  test.each(pairs)("[%s] x [%s]", (a, b) =>
    checkOp({
      inputs: { a, b },
      build: ({ a, b }) => ops.matmul(a, b),
      plain: ({ a, b }) => product(a, b, false),
      jax: ({ a, b }) => jaxProduct(a, b),
    }),
  );
});

describe("matmulTransposed", () => {
  test.each(pairs.map(([a, b]): [Shape, Shape] => [a, [...b.slice(0, -2), b.at(-1)!, b.at(-2)!]]))("[%s] x [%s]^T", (a, b) =>
    checkOp({
      inputs: { a, b },
      build: ({ a, b }) => ops.matmulTransposed(a, b),
      plain: ({ a, b }) => product(a, b, true),
      jax: ({ a, b }) => jaxProduct(a, np.matrixTranspose(b)),
    }),
  );
});

test("a tensor times itself gets both gradients", () =>
  checkOp({
    inputs: { a: ["B", 3, 3] },
    build: ({ a }) => ops.matmulTransposed(a, a),
    plain: ({ a }) => product(a, a, true),
    jax: ({ a }) => np.matmul(a.ref, np.matrixTranspose(a)),
  }));

test("shapes that do not fit are refused with both shapes named", () => {
  const g = new Graph();
  const a = g.input("a", ["B", 3]);
  const b = g.input("b", [4, 5]);
  const vector = g.input("vector", [3]);
  const c = g.input("c", [2, "B", 3]);
  const d = g.input("d", [3, 3, 4]);
  expect(() => ops.matmul(a, b)).toThrow("matmul: [B,3] and [4,5] do not share their inner size");
  expect(() => ops.matmulTransposed(a, b)).toThrow("do not share their inner size");
  expect(() => ops.matmul(a, vector)).toThrow("matmul: [B,3] and [3] need two axes or more");
  expect(() => ops.matmul(c, d)).toThrow("matmul: the batch axes [2] and [3] must be equal");
});
