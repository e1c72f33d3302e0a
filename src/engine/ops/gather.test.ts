import { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { createRng } from "../../base/random.js";
import { checkOp, difference } from "../../../test/support/checkOp.js";
import { at, plain } from "../../../test/support/plain.js";
import { Graph, float32, grad, int64, ops, toOnnx, type Shape } from "../index.js";
import { openSession } from "../node/session.js";

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

describe("embedding", () => {
  test.each<[Shape]>([[["B"]], [["B", 3]], [[]]])("of indices [%s]", (shape) =>
    checkOp({
      inputs: { table: [5, 3] },
      indices: { rows: { shape, below: 5 } },
      build: ({ table, rows }) => ops.embedding(table, rows),
      plain: ({ table, rows }) => plain([...rows.shape, 3], (...index) => at(table, at(rows, ...index.slice(0, -1)), index.at(-1)!)),
      jax: ({ table, rows }) => np.take(table, rows, 0),
    }),
  );

  test("refuses indices and tables of the wrong kind", () => {
    const g = new Graph();
    const rows = g.input("rows", ["B"], "int64");
    const table = g.input("t1", ["V", 3]);
    expect(() => ops.embedding(table, rows)).toThrow("embedding: the table [V,3] must have rank 2 and a static size");
    expect(() => ops.embedding(g.input("t2", [5, 3]), g.input("x", ["B"]))).toThrow("the indices must be int64, not float32");
  });

  test("8,192 updates into 200 rows lose none, in 300 runs on two threads", async () => {
    const [rows, width, updates] = [200, 8, 8192];
    const g = new Graph();
    const table = g.input("table", [rows, width]);
    const loss = ops.sum(ops.mul(ops.embedding(table, g.input("at", ["N"], "int64")), g.input("d", ["N", width])));
    g.output("gradient", grad(loss, [table])[0]);
    const session = await openSession(toOnnx(g), { threads: 2 });

    const rng = createRng(1);
    // Half of the updates go to four hot rows.
    const indices = Array.from({ length: updates }, () => (rng.uniform() < 0.5 ? rng.int(4) : rng.int(rows)));
    const d = Float32Array.from({ length: updates * width }, () => rng.normal());
    const feeds = {
      table: float32(new Float32Array(rows * width), rows, width),
      at: int64(BigInt64Array.from(indices, BigInt), updates),
      d: float32(d, updates, width),
    };
    const expected = new Float64Array(rows * width);
    indices.forEach((row, i) => {
      for (let k = 0; k < width; k++) expected[row * width + k] += d[i * width + k];
    });

    const first = (await session.run(feeds)).gradient.data as Float32Array;
    expect(difference(first, expected)).toBeLessThan(1e-4);
    for (let run = 1; run < 300; run++) {
      const again = (await session.run(feeds)).gradient.data as Float32Array;
      expect(Buffer.compare(bytes(again), bytes(first)), `run ${run} differs from the first`).toBe(0);
    }
    await session.close();
  });
});

const bytes = (x: Float32Array): Uint8Array => new Uint8Array(x.buffer, x.byteOffset, x.byteLength);
