import { expect, test } from "vitest";
import { evenlySpaced, pickRows } from "./rows.js";

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
