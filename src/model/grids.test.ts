import { expect, test } from "vitest";
import { cellsOf, factorTable, levelsAttribute, numberAttribute, withHoles } from "../../test/support/tables.js";
import { encodeCells } from "../data/encode.js";
import { fitLayout } from "../data/layout.js";
import { cellIndicators, fitGrids } from "./grids.js";

test("grids lie side by side, one per number column in the layout's order", () => {
  const cells = cellsOf([levelsAttribute("a", 2), numberAttribute("x"), numberAttribute("y")], [[0, 1, 1], [1, 2, 2], [5, NaN, 7]]);
  const grids = fitGrids(cells, fitLayout(cells));
  expect(grids.grids.map((g) => Array.from(g.center))).toEqual([[1, 2], [5, 7]]);
  expect([grids.first, grids.total]).toEqual([[0, 2], 4]);
});

test("the support is the dictionary's, else the observed range", () => {
  const values = Array.from({ length: 100 }, (_, i) => i / 10);
  const support = (more: object): [number, number] => {
    const cells = cellsOf([numberAttribute("x", { resolution: 0.1, ...more })], [values]);
    const [grid] = fitGrids(cells, fitLayout(cells)).grids;
    return [grid.lo[0], grid.hi[grid.size - 1]];
  };
  expect(support({})).toEqual([0, 9.9]);
  expect(support({ min: -5, max: 20 })).toEqual([-5, 20]);
  expect(support({ min: 3 })[0]).toBe(3);
  expect(support({ min: 50 })).toEqual([50, 50]);
  expect(support({ max: -1 })).toEqual([-1, -1]);
});

test("indicators mark the cell of each number that counts, of the chosen people", () => {
  const cells = withHoles(factorTable(200, 3, [2], 4), 0.3, 2);
  const layout = fitLayout(cells);
  const grids = fitGrids(cells, layout);
  const { observed } = encodeCells(cells, layout);
  const p = layout.columns.length;
  const chosen = Int32Array.of(3, 50, 199);
  const keep = Uint8Array.from({ length: chosen.length * p }, (_, at) => (at % p === 1 ? 0 : observed[chosen[Math.floor(at / p)] * p + (at % p)]));
  const marks = cellIndicators(cells, layout, grids, chosen, keep);
  expect(marks.length).toBe(3 * grids.total);
  chosen.forEach((i, r) => grids.grids.forEach((grid, j) => {
    const own = Array.from(marks.subarray(r * grids.total + grids.first[j], r * grids.total + grids.first[j] + grid.size));
    const x = cells.values[layout.columns[j].source][i];
    if (!keep[r * p + j]) return expect(own.every((v) => v === 0)).toBe(true);
    expect(own.filter((v) => v !== 0)).toEqual([1]);
    const b = own.indexOf(1);
    expect(b === 0 || x > grid.bound[b - 1]).toBe(true);
    expect(b === grid.size - 1 || x <= grid.bound[b]).toBe(true);
  }));
});
