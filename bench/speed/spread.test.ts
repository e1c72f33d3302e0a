import { expect, test } from "vitest";
import { spread } from "./spread.js";

test("gives the median and quartiles, whatever the order", () => {
  expect(spread([4, 1, 3, 2, 5])).toEqual({ median: 3, low: 2, high: 4, count: 5 });
  expect(spread([1, 2])).toEqual({ median: 1.5, low: 1.25, high: 1.75, count: 2 });
});

test("of nothing there is no median", () => {
  expect(spread([])).toEqual({ median: NaN, low: NaN, high: NaN, count: 0 });
});
