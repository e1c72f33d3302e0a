import { describe, expect, test } from "vitest";
import { factorTable, withHoles } from "../../test/support/tables.js";
import { encodeCells } from "../data/encode.js";
import { fitLayout } from "../data/layout.js";
import { makeFold, maskedTable } from "./folds.js";

const cells = withHoles(factorTable(300, 4, [2, 3], 1), 0.3, 1);
const layout = fitLayout(cells);
const table = encodeCells(cells, layout);
const p = layout.columns.length;
const observed = table.observed.reduce((a, b) => a + b, 0);
const fold = (member: number, share = 0.1, seed = 1) => makeFold(table, p, seed, member, share);

describe("a fold", () => {
  test("gives each observed cell to learning or to holding out, and holes to neither", () => {
    const { train, held, heldCells } = fold(0);
    table.observed.forEach((o, at) => expect(train[at] + held[at]).toBe(o));
    expect(held.reduce((a, b) => a + b, 0)).toBe(heldCells);
    expect(Math.abs(heldCells / observed - 0.1)).toBeLessThan(4 * Math.sqrt(0.09 / observed));
  });

  test("is the same for the same seed and member, and another for others", () => {
    expect(fold(2)).toEqual(fold(2));
    expect(fold(2).held).not.toEqual(fold(3).held);
    expect(fold(2).held).not.toEqual(fold(2, 0.1, 2).held);
  });

  test("keeps two cells of every column for learning", () => {
    const few = { ...table, observed: table.observed.map((o, at) => (at % p === 1 && at >= p ? 0 : at % p === 2 && at >= 5 * p ? 0 : o)) };
    for (let member = 0; member < 4; member++) {
      const { train } = makeFold(few, p, 1, member, 0.5);
      for (const j of [1, 2]) {
        let left = 0;
        let all = 0;
        for (let i = 0; i < table.rows; i++) {
          left += train[i * p + j];
          all += few.observed[i * p + j];
        }
        expect(left).toBeGreaterThanOrEqual(Math.min(all, 2));
      }
    }
  });
});

test("members hold out different cells, together all of them", () => {
  const times = new Uint8Array(table.observed.length);
  for (let member = 0; member < 10; member++) fold(member).held.forEach((h, at) => (times[at] += h));
  expect(times).toEqual(table.observed);
});

test("a table as a member sees it has no trace of other cells", () => {
  const { train } = fold(0);
  const seen = maskedTable(table, train, layout);
  layout.columns.forEach(({ first, width }, j) => {
    for (let i = 0; i < table.rows; i++) {
      const at = i * layout.features + first;
      const expected = train[i * p + j] ? table.features.subarray(at, at + width) : new Float32Array(width);
      expect(seen.features.subarray(at, at + width)).toEqual(expected);
    }
  });
  expect(seen.observed).toBe(train);
});
