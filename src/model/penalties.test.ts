import { describe, expect, test } from "vitest";
import { factorTable, withHoles } from "../../test/support/tables.js";
import { encodeCells } from "../data/encode.js";
import { fitLayout } from "../data/layout.js";
import { addHeldOutErrors, chooseLambdas, usualTolerance } from "./penalties.js";

const cells = withHoles(factorTable(60, 4, [2, 3, 4], 5), 0.25, 6);
const layout = fitLayout(cells);
const table = encodeCells(cells, layout);

describe("the choice of penalties", () => {
  const choose = (errors: number[][], cells: number[], prior?: number): number[] => chooseLambdas(errors.map((e) => Float64Array.from(e)), Int32Array.from(cells), prior);

  test("follows each column where it has many cells", () => {
    expect(choose([[100, 50], [90, 60], [95, 70]], [1000, 1000])).toEqual([1, 0]);
  });

  test("follows the others where a column has few", () => {
    const many = [[100, 100, 100, 2], [80, 80, 80, 2.1]];
    expect(choose(many, [500, 500, 500, 2])).toEqual([1, 1, 1, 1]);
    expect(choose(many, [500, 500, 500, 2], 0)).toEqual([1, 1, 1, 0]);
  });

  test("does not let one column that is hardly missed choose for the others", () => {
    const many = new Array<number>(20).fill(100);
    const errors = [[1e-9, ...many, 3], [1e-3, ...many.map((e) => 0.8 * e), 3]];
    expect(choose(errors, [50, ...many.map(() => 50), 1])).toEqual([0, ...many.map(() => 1), 1]);
  });

  test("gives a column without cells what is best on the whole", () => {
    expect(choose([[10, 0], [9, 0], [11, 0]], [30, 0])).toEqual([1, 0].map(() => 1));
  });

  test("is the least penalty of the best course that errs hardly more, where that is wanted", () => {
    const errors = [[100], [92], [90.5], [90], [80.9], [80.5], [80], [85]].map((e) => Float64Array.from(e));
    const least = (tolerance: number): number[] => chooseLambdas(errors, Int32Array.of(50), 0, { tolerance: [tolerance], penalties: 4 });
    expect([0, 0.01, 0.02].map(least)).toEqual([[6], [5], [4]]);
    expect(least(0.5)).toEqual([4]);
  });

  test("may err a little more for numbers of many people, and not for levels or where people are few", () => {
    const kinds = layout.columns.map(({ kind }) => kind);
    expect(new Set(kinds).size).toBe(2);
    expect(usualTolerance(10 * layout.features, layout)).toEqual(kinds.map((kind) => (kind === "number" ? 0.01 : 0)));
    expect(usualTolerance(10 * layout.features - 1, layout)).toEqual(kinds.map(() => 0));
  });

  test("is the smallest penalty where there is nothing to go by", () => {
    expect(choose([[0, 0], [0, 0]], [0, 0])).toEqual([0, 0]);
    expect(choose([[0], [0]], [5])).toEqual([0]);
  });
});

test("held-out errors are squared differences of the held-out cells alone: a number's first feature, a level's classes", () => {
  const p = layout.columns.length;
  const held = new Uint8Array(table.rows * p);
  const number = 1;
  const level = layout.columns.findIndex((c) => c.width === 3);
  const observed = (j: number): number[] => Array.from({ length: table.rows }, (_, i) => i).filter((i) => table.observed[i * p + j]);
  for (const i of observed(number).slice(0, 4)) held[i * p + number] = 1;
  for (const i of observed(level).slice(0, 2)) held[i * p + level] = 1;
  const errors = new Float64Array(p).fill(1);
  addHeldOutErrors(table.features.map((v) => v + 0.5), table, held, layout, errors);
  expect(errors[number]).toBeCloseTo(1 + 4 * 0.25, 5);
  expect(errors[level]).toBeCloseTo(1 + 2 * 3 * 0.25, 5);
  expect(errors.filter((e) => e !== 1).length).toBe(2);
});
