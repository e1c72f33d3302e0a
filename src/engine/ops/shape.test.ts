import { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { checkOp, runGraph } from "../../../test/support/checkOp.js";
import { at, plain } from "../../../test/support/plain.js";
import { Graph, float32, grad, ops, type Shape } from "../index.js";

describe("reshape", () => {
  const cases: [Shape, Shape][] = [
    [["B", 6], ["B", 2, 3]],
    [["B", 2, 3], ["2*B", 3]],
    [["B", 2, 3], ["6*B"]],
    [[2, "B", 3], [1, 2, "B", 3, 1]],
  ];
  test.each(cases)("[%s] to [%s]", (from, to) =>
    checkOp({
      inputs: { a: from },
      build: ({ a }) => ops.reshape(ops.square(a), to),
      plain: ({ a }) => {
        const batch = a.data.length / 6;
        const shape = to.map((d) => (typeof d === "number" ? d : d === "B" ? batch : Number(d.split("*")[0]) * batch));
        return { shape, data: a.data.map((x) => x * x) };
      },
      jax: ({ a }) => np.square(a).reshape(to.map((d) => (typeof d === "number" ? d : -1))),
    }),
  );

  test("two symbols at once", async () => {
    const g = new Graph();
    const a = g.input("a", ["B", "M"]);
    const y = ops.reshape(ops.reshape(a, ["B*M"]), ["M", "B", 1]);
    g.output("y", y);
    g.output("d", grad(ops.sum(ops.mul(y, g.input("w", ["M", "B", 1]))), [a])[0]);
    const x = Float32Array.from({ length: 6 }, (_, i) => i);
    const { y: out, d } = await runGraph(g, { a: float32(x, 2, 3), w: float32(x, 3, 2, 1) });
    expect([out.dims, d.dims]).toEqual([[3, 2, 1], [2, 3]]);
    expect([out.data, d.data]).toEqual([x, x]);
  });
});

test.each<[number[]]>([[[0, 1, 2]], [[2, 0, 1]], [[1, -1, 0]]])("transpose by [%s]", (order) =>
  checkOp({
    inputs: { a: ["B", 2, 3] },
    build: ({ a }) => ops.transpose(ops.square(a), order),
    plain: ({ a }) => {
      const perm = order.map((i) => (i + 3) % 3);
      return plain(perm.map((i) => a.shape[i]), (...index) => at(a, ...[0, 1, 2].map((axis) => index[perm.indexOf(axis)])) ** 2);
    },
    jax: ({ a }) => np.transpose(np.square(a), order.map((i) => (i + 3) % 3)),
  }));

describe("concat", () => {
  test.each([1, -1])("along axis %s", (axis) =>
    checkOp({
      inputs: { a: ["B", 2], b: ["B", 3], c: ["B", 1] },
      build: ({ a, b, c }) => ops.concat([a, b, c, a], axis),
      plain: ({ a, b, c }) => {
        const row = (i: number): number[] => [a, b, c, a].flatMap((x) => Array.from({ length: x.shape[1] }, (_, j) => at(x, i, j)));
        return plain([a.shape[0], 8], (i, j) => row(i)[j]);
      },
      jax: ({ a, b, c }) => np.concatenate([a.ref, b, c, a], 1),
    }),
  );

  test("along the first axis, the batch on the second", () =>
    checkOp({
      inputs: { a: [1, "B"], b: [2, "B"] },
      build: ({ a, b }) => ops.concat([a, b], 0),
      plain: ({ a, b }) => plain([3, a.shape[1]], (i, j) => (i < 1 ? at(a, 0, j) : at(b, i - 1, j))),
      jax: ({ a, b }) => np.concatenate([a, b], 0),
    }));
});

describe("split", () => {
  test("gives pieces whose gradients are joined", () =>
    checkOp({
      inputs: { a: ["B", 6, 2] },
      build: ({ a }) => {
        const [p, q, r] = ops.split(a, [1, 3, 2], 1);
        return ops.add(ops.mul(p, q), ops.sum(r, [1], true));
      },
      plain: ({ a }) => plain([a.shape[0], 3, 2], (i, j, k) => at(a, i, 0, k) * at(a, i, 1 + j, k) + at(a, i, 4, k) + at(a, i, 5, k)),
      jax: ({ a }) => {
        const [p, q, r] = np.split(a, [1, 4], 1);
        return p.mul(q).add(np.sum(r, 1, { keepdims: true }));
      },
    }));

  test("a piece that is not used has the gradient zero", () =>
    checkOp({
      inputs: { a: ["B", 6] },
      build: ({ a }) => ops.square(ops.split(a, [2, 1, 3], -1)[1]),
      plain: ({ a }) => plain([a.shape[0], 1], (i) => at(a, i, 2) ** 2),
      jax: ({ a }) => np.square(np.split(a, [2, 3], 1)[1]),
    }));

  test("leaves the batch alone on any axis", () =>
    checkOp({
      inputs: { a: [3, "B"] },
      build: ({ a }) => ops.mul(...(ops.split(a, [2, 1], 0) as [typeof a, typeof a])),
      plain: ({ a }) => plain([2, a.shape[1]], (i, j) => at(a, i, j) * at(a, 2, j)),
      jax: ({ a }) => {
        const [p, q] = np.split(a, [2], 0);
        return p.mul(q);
      },
    }));
});

test.each<[number, number]>([[0, 2], [1, 4], [3, 5], [0, 5]])("slice from %s to %s", (start, end) =>
  checkOp({
    inputs: { a: ["B", 5, 2] },
    build: ({ a }) => ops.slice(ops.square(a), start, end, 1),
    plain: ({ a }) => plain([a.shape[0], end - start, 2], (i, j, k) => at(a, i, start + j, k) ** 2),
    jax: ({ a }) => np.square(a).slice([], [start, end]),
  }));

test("shapes that do not fit are refused with both shapes named", () => {
  const g = new Graph();
  const a = g.input("a", ["B", 6]);
  const c = g.input("c", ["C", 6]);
  expect(() => ops.reshape(a, ["B", 4])).toThrow("reshape: [B,6] has another size than [B,4]");
  expect(() => ops.reshape(a, [12])).toThrow("another size");
  expect(() => ops.transpose(a, [0])).toThrow("transpose: [0] must name every axis of [B,6]");
  expect(() => ops.transpose(a, [0, 0])).toThrow("the axes [0,0] do not fit");
  expect(() => ops.concat([a, c], 1)).toThrow("concat: [B,6] and [C,6] differ in more than axis 1");
  expect(() => ops.concat([a, a], 0)).toThrow("concat: the axis has the symbolic size B");
  expect(() => ops.concat([], 0)).toThrow("concat: no tensors");
  expect(() => ops.split(a, [2, 3], 1)).toThrow("split: 2,3 does not add up to 6");
  expect(() => ops.slice(a, 4, 7, 1)).toThrow("slice: 4 to 7 does not lie in an axis of size 6");
  expect(() => ops.add(a, c)).toThrow("shapes [B,6] and [C,6] do not broadcast: B against C");
});
