import { expect, test } from "vitest";
import { pickRows } from "../data/encode.js";
import { createRng, permutation } from "../base/random.js";
import { evenlySpaced, linearRows, pickCells, sampleRows } from "./rows.js";

test("few rows are all there, many are thinned evenly from the first on", () => {
  expect([...evenlySpaced(3, 5)]).toEqual([0, 1, 2]);
  expect([...evenlySpaced(10, 4)]).toEqual([0, 2, 5, 7]);
  expect([...evenlySpaced(0, 4)]).toEqual([]);
});

test("chosen rows are copied in the order of the choice", () => {
  const all = Float32Array.of(1, 2, 3, 4, 5, 6);
  const picked = pickRows(all, 2, Int32Array.of(2, 0));
  expect([...picked]).toEqual([5, 6, 1, 2]);
  picked[0] = 9;
  expect(all[4]).toBe(5);
});

test("cells of chosen rows keep their attributes", () => {
  const attributes = [{ name: "x", role: "attribute", type: "real" }] as const;
  expect(pickCells({ rows: 3, attributes, values: [Float64Array.of(1, NaN, 3)] }, Int32Array.of(2, 1))).toEqual({ rows: 2, attributes, values: [Float64Array.of(3, NaN)] });
});

test("a sample of few rows begins their permutation; of many, each row comes once and as often as any other", () => {
  expect([...sampleRows(linearRows, 50, createRng(1))]).toEqual([...permutation(linearRows, createRng(1)).subarray(0, 50)]);
  const rows = linearRows + 1;
  const all = sampleRows(rows, rows, createRng(2));
  expect(new Set(all).size).toBe(rows);
  const early = Array.from({ length: 40 }, (_, seed) => sampleRows(rows, 100, createRng(seed)).filter((i) => i < rows / 4).length);
  expect(early.reduce((a, b) => a + b, 0) / 4000).toBeCloseTo(0.25, 1);
});
