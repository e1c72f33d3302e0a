import { expect, test } from "vitest";
import { difference } from "../../test/support/checkOp.js";
import { createRng } from "../base/random.js";
import { Graph, float32, grad, indexData, ops, planInputs, planLookup, toOnnx } from "./index.js";
import { openSession } from "./node/session.js";

test("indices are written as int64", () => {
  expect(indexData(Int32Array.of(0, 7, 2147483647), 3)).toEqual({ dims: [3], data: BigInt64Array.of(0n, 7n, 2147483647n) });
});

/** The gradient of sum(w * lookup(table, indices)) and the looked-up rows. */
async function lookUp(indices: Int32Array, rows: number, width: number, most: number, threads = 1, runs = 1) {
  const g = new Graph();
  const table = g.input("table", [rows, width]);
  const at = g.input("at", ["N"], "int64");
  const y = ops.lookup(table, at, planInputs(g, "plan", rows, most));
  g.output("y", y);
  g.output("gradient", grad(ops.sum(ops.mul(y, g.input("w", ["N", width]))), [table])[0]);
  const session = await openSession(toOnnx(g), { threads });
  const rng = createRng(4);
  const values = Float32Array.from({ length: rows * width }, () => rng.normal());
  const w = Float32Array.from({ length: indices.length * width }, () => rng.normal());
  const feeds = {
    table: float32(values, rows, width),
    at: indexData(indices.map((i) => Math.max(i, 0)), indices.length),
    w: float32(w, indices.length, width),
    ...planLookup("plan", indices, rows, most),
  };
  const results = [];
  for (let r = 0; r < runs; r++) results.push(await session.run(feeds));
  await session.close();
  const expected = new Float64Array(rows * width);
  indices.forEach((i, n) => {
    if (i >= 0) for (let k = 0; k < width; k++) expected[i * width + k] += w[n * width + k];
  });
  return { results, values, expected };
}

test.each([
  ["each row once", Int32Array.of(2, 0, 4), 1],
  ["rows of all counts", Int32Array.from({ length: 60 }, (_, n) => Math.floor(Math.sqrt(n))), 16],
  ["one row alone", new Int32Array(9).fill(3), 9],
  ["no row at all", Int32Array.of(-1, -1), 4],
])("the gradient of a look-up sums over the places of each row: %s", async (_name, indices, most) => {
  const { results, values, expected } = await lookUp(indices, 9, 3, most);
  expect(difference(results[0].gradient.data as Float32Array, expected)).toBeLessThan(1e-6);
  indices.forEach((i, n) => {
    const at = Math.max(i, 0) * 3;
    expect((results[0].y.data as Float32Array).slice(n * 3, n * 3 + 3)).toEqual(values.slice(at, at + 3));
  });
});

test("8,192 updates into 200 rows lose none, in 300 runs on two threads", async () => {
  const rng = createRng(1);
  const indices = Int32Array.from({ length: 8192 }, () => (rng.uniform() < 0.5 ? rng.int(4) : rng.int(200)));
  const { results, expected } = await lookUp(indices, 200, 8, 8192, 2, 300);
  expect(difference(results[0].gradient.data as Float32Array, expected)).toBeLessThan(1e-4);
  for (const { gradient } of results) expect(gradient.data).toEqual(results[0].gradient.data);
});

test("a row that is looked up more often than was said is refused", () => {
  expect(() => planLookup("plan", Int32Array.of(1, 1, 1), 2, 2)).toThrow("row 1 is looked up 3 times, at most 2 are allowed");
});
