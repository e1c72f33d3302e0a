import { describe, expect, test } from "vitest";
import { factorTable, withHoles } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import type { Cells } from "../data/cells.js";
import { encodeCells } from "../data/encode.js";
import { fitLayout } from "../data/layout.js";
import { cellIndicators, fitGrids } from "./grids.js";
import type { MemoryRows } from "./paths.js";
import { makePrototypes, smallestPrototype } from "./prototypes.js";

function peopleOf(cells: Cells) {
  const layout = fitLayout(cells);
  const table = encodeCells(cells, layout);
  const all = Int32Array.from({ length: cells.rows }, (_, i) => i);
  const people: MemoryRows = {
    rows: cells.rows,
    features: table.features,
    observed: Float32Array.from(table.observed),
    cells: cellIndicators(cells, layout, fitGrids(cells, layout), all, table.observed),
    row: BigInt64Array.from(all, BigInt),
  };
  return { layout, people, filled: table.features };
}

/** Sizes of the groups in their order, as halving makes them. */
const sizes = (n: number): number[] => (n < 2 * smallestPrototype ? [n] : [...sizes(n >> 1), ...sizes(n - (n >> 1))]);

describe.each([20, 39, 40, 83, 500])("prototypes of %d people", (n) => {
  const { layout, people, filled } = peopleOf(withHoles(factorTable(n, 3, [2, 6], n), 0.3, 1));
  const made = makePrototypes(people, filled, layout)!;
  const groups = sizes(n);
  const p = layout.columns.length;
  const d = layout.features;
  const cellCount = people.cells.length / n;

  test("average 20 people or more each, and each person once", () => {
    expect(made.rows).toBe(groups.length);
    expect(Math.min(...groups)).toBeGreaterThanOrEqual(20);
    expect(groups.reduce((a, b) => a + b, 0)).toBe(n);
    expect(made.row.every((r) => r === -2n)).toBe(true);
  });

  test("keep nothing that fewer than 5 people share", () => {
    const counts = (values: Float32Array, width: number): number[] => Array.from(values, (v, at) => v * groups[Math.floor(at / width)]);
    for (const count of counts(made.observed, p)) expect(count === 0 || count > 4.999).toBe(true);
    for (const count of counts(made.cells, cellCount)) expect(count === 0 || count > 4.999).toBe(true);
    for (const { first, width, kind } of layout.columns) {
      if (kind !== "levels") continue;
      for (let g = 0; g < made.rows; g++) {
        for (let k = first; k < first + width; k++) expect(made.features[g * d + k] === 0 || made.features[g * d + k] * groups[g] > 4.999).toBe(true);
      }
    }
  });

  test("hold shares that agree: classes sum to the share that observed the column, grid cells to at most that", () => {
    const grids = cellCount / layout.numbers;
    for (let g = 0; g < made.rows; g++) {
      layout.columns.forEach(({ first, width, kind }, j) => {
        const share = made.observed[g * p + j];
        expect(share).toBeLessThanOrEqual(1);
        if (kind === "levels") {
          expect(made.features.subarray(g * d + first, g * d + first + width).reduce((a, b) => a + b, 0)).toBeCloseTo(share, 5);
        } else if (share === 0) {
          expect(made.features[g * d + first]).toBe(0);
        }
      });
      expect(made.cells.subarray(g * cellCount, (g + 1) * cellCount).reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(layout.numbers + 1e-4);
    }
    expect(grids).toBeGreaterThan(1);
  });

  test("are the same every time", () => {
    expect(makePrototypes(people, filled, layout)).toEqual(made);
  });
});

test("fewer than 20 people give none", () => {
  const { layout, people, filled } = peopleOf(factorTable(19, 2, [2], 1));
  expect(makePrototypes(people, filled, layout)).toBeNull();
});

test("of complete numbers add up to the people's sums", () => {
  const { layout, people, filled } = peopleOf(factorTable(130, 4, [], 7));
  const made = makePrototypes(people, filled, layout)!;
  const d = layout.features;
  for (let k = 0; k < d; k++) {
    let [fromGroups, fromPeople] = [0, 0];
    sizes(130).forEach((size, g) => (fromGroups += size * made.features[g * d + k]));
    for (let i = 0; i < 130; i++) fromPeople += people.features[i * d + k];
    expect(fromGroups).toBeCloseTo(fromPeople, 3);
  }
});

test("a column that 4 people of a group have is dropped there", () => {
  const cells = factorTable(25, 2, [2], 3);
  const rare = { ...cells, values: cells.values.map((column, j) => column.map((x, i) => (j === 1 && i >= 4 ? NaN : j === 2 && i >= 5 ? NaN : x))) };
  const { layout, people, filled } = peopleOf(rare);
  const made = makePrototypes(people, filled, layout)!;
  const at = (name: string): number => layout.columns.findIndex((c) => c.attribute.name === name);
  expect(made.observed[at("n0")]).toBe(1);
  expect(made.observed[at("n1")]).toBe(0);
  expect(made.features[layout.columns[at("n1")].first]).toBe(0);
});

test("people are grouped with those who are like them", () => {
  const rng = createRng(2);
  const cells = factorTable(400, 5, [], 9);
  const { layout, people, filled } = peopleOf(cells);
  const spreadOf = (m: MemoryRows): number => {
    let s = 0;
    for (const v of m.features) s += v * v;
    return s / m.features.length;
  };
  const shuffled = Float32Array.from({ length: filled.length }, () => rng.normal());
  expect(spreadOf(makePrototypes(people, filled, layout)!)).toBeGreaterThan(5 * spreadOf(makePrototypes(people, shuffled, layout)!));
});
