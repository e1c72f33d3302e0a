import { describe, expect, test } from "vitest";
import { cellsOf, levelsAttribute, numberAttribute } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import { correlate, fitMarginals, ranksOf } from "./marginals.js";

describe("what is kept of a column", () => {
  test("quantiles in steps of a twentieth, of the cells that are there", () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i % 5 === 0 ? NaN : i));
    const { columns } = fitMarginals(cellsOf([numberAttribute("x")], [values]));
    expect(columns[0]).toMatchObject({ name: "x", cells: 800 });
    expect(columns[0].quantiles).toHaveLength(19);
    columns[0].quantiles!.forEach((q, k) => expect(Math.abs(q - (k + 1) * 50)).toBeLessThan(3));
  });

  test("fewer where fewer than five people would lie between two", () => {
    const of = (n: number): number => fitMarginals(cellsOf([numberAttribute("x")], [Array.from({ length: n }, (_, i) => i)])).columns[0].quantiles!.length;
    expect([4, 9, 10, 50, 99, 100].map(of)).toEqual([0, 0, 1, 9, 18, 19]);
  });

  test("shares of levels, those of fewer than five people only in sum", () => {
    const values = [...Array<number>(90).fill(0), ...Array<number>(4).fill(1), ...Array<number>(3).fill(2), ...Array<number>(3).fill(NaN)];
    const { columns } = fitMarginals(cellsOf([levelsAttribute("c", 3)], [values]));
    expect(columns[0]).toEqual({ name: "c", cells: 97, shares: [0.9278, 0, 0], rare: 0.0722 });
  });

  test("nothing of a column without a value", () => {
    expect(fitMarginals(cellsOf([numberAttribute("x"), numberAttribute("y")], [[NaN, NaN], [1, 2]])).columns.map(({ name }) => name)).toEqual(["y"]);
  });
});

describe("relations", () => {
  const rng = createRng(2);
  const x = Array.from({ length: 500 }, () => rng.normal());
  const y = x.map((v) => Math.exp(v + 0.2 * rng.normal()));
  const z = x.map(() => rng.normal());

  test("the strongest first, weak ones and those of few people left out", () => {
    const few = x.map((v, i) => (i < 60 ? v : NaN));
    const { relations } = fitMarginals(cellsOf(["x", "y", "z", "few"].map((name) => numberAttribute(name)), [x, y, z, few]));
    expect(relations.map(({ a, b }) => a + b)).toEqual(["xy"]);
    expect(relations[0].correlation).toBeGreaterThan(0.95);
  });

  test("ranks share their mean among ties, and holes have none", () => {
    expect([...ranksOf(Float64Array.of(3, 1, NaN, 3, 2))]).toEqual([2.5, 0, NaN, 2.5, 1]);
    expect(correlate(Float64Array.of(1, 2, 3, NaN), Float64Array.of(2, 4, 6, 9))).toBeCloseTo(1, 12);
    expect(correlate(Float64Array.of(1, 2, 3), Float64Array.of(5, 5, 5))).toBeNaN();
  });
});
