import { describe, expect, it } from "vitest";
import { createRng } from "../base/random.js";
import { ampute, maskTable, mechanisms, type Mechanism } from "./ampute.js";
import { average, type Mask, type TextTable } from "./columns.js";

const rng = createRng(5);
const n = 4000;
const columns = ["a", "b", "c", "d", "level", "code"];
const rows = Array.from({ length: n }, () => {
  const z = rng.normal();
  const cells = [z, z + 0.5 * rng.normal(), rng.normal(), Math.exp(rng.normal())].map(String);
  const hole = (text: string): string => (rng.uniform() < 0.1 ? (rng.uniform() < 0.5 ? "" : "NA") : text);
  return [...cells, z > 1 ? "high" : "low", String(rng.int(4))].map(hole);
});
const table: TextTable = { columns, rows };
const rate = 0.3;
const hide = (mechanism: Mechanism, seed = 1): Mask => ampute(table, { mechanism, rate, seed });

const isObserved = (i: number, j: number): boolean => rows[i][j] !== "" && rows[i][j] !== "NA";
/** Share of the observed cells of a column that are hidden. */
const share = (mask: Mask, j: number): number => {
  const observed = rows.map((_, i) => i).filter((i) => isObserved(i, j));
  return observed.filter((i) => mask[i][j]).length / observed.length;
};
const complete = (mask: Mask): number[] => columns.map((_, j) => j).filter((j) => share(mask, j) === 0);

/** Difference in the mean of a numeric column between rows whose cell in column j is hidden and others, in SDs. */
function shift(mask: Mask, j: number, of: number): number {
  const seen = rows.map((_, i) => i).filter((i) => isObserved(i, j) && isObserved(i, of));
  const value = (i: number): number => Number(rows[i][of]);
  const mean = average(seen.map(value));
  const sd = Math.sqrt(average(seen.map((i) => (value(i) - mean) ** 2)));
  return (average(seen.filter((i) => mask[i][j]).map(value)) - average(seen.filter((i) => !mask[i][j]).map(value))) / sd;
}

describe("ampute", () => {
  it("hides the wanted share of the observed cells of each column, and no hole", () => {
    for (const mechanism of mechanisms) {
      const mask = hide(mechanism);
      const left = complete(mask);
      expect(left.length, mechanism).toBe(mechanism === "mar" ? 3 : 0);
      columns.forEach((_, j) => {
        if (!left.includes(j)) expect(share(mask, j), `${mechanism} ${columns[j]}`).toBeCloseTo(rate, 1.3);
        expect(rows.some((_, i) => mask[i][j] === 1 && !isObserved(i, j))).toBe(false);
      });
    }
  });

  it("mcar: what is hidden has nothing to do with any value", () => {
    const mask = hide("mcar");
    for (const j of [0, 1, 2]) for (const of of [0, 1, 2]) expect(Math.abs(shift(mask, j, of))).toBeLessThan(0.12);
  });

  it("mnar: what is hidden is larger, or smaller, than what is seen, in levels too", () => {
    const mask = hide("mnar");
    for (const j of [0, 1, 2, 3]) expect(Math.abs(shift(mask, j, j))).toBeGreaterThan(0.5);
    const high = rows.map((_, i) => i).filter((i) => rows[i][4] === "high");
    expect(Math.abs(high.filter((i) => mask[i][4]).length / high.length - rate)).toBeGreaterThan(0.1);
    const signs = Array.from({ length: 10 }, (_, seed) => Math.sign(shift(hide("mnar", seed), 0, 0)));
    expect(new Set(signs).size).toBe(2);
  });

  it("mar: the columns that stay complete decide, and nothing else does", () => {
    for (const seed of [1, 2, 3, 4]) {
      const mask = hide("mar", seed);
      const drivers = complete(mask);
      const numeric = drivers.filter((j) => j < 4);
      const hidden = columns.map((_, j) => j).filter((j) => !drivers.includes(j));
      // Some driver tells hidden cells from seen ones in every column that has a strong numeric driver.
      const strongest = hidden.map((j) => Math.max(0, ...numeric.map((d) => Math.abs(shift(mask, j, d)))));
      if (numeric.length > 1) expect(Math.max(...strongest)).toBeGreaterThan(0.3);
      // Column c is independent of all others: if it is hidden, its own value played no part.
      if (hidden.includes(2)) expect(Math.abs(shift(mask, 2, 2))).toBeLessThan(0.12);
    }
  });

  it("mnarlog: as mar, and the driving columns get holes too", () => {
    const seed = 2;
    const drivers = complete(hide("mar", seed));
    const mask = hide("mnarlog", seed);
    for (const d of drivers.filter((j) => j < 3)) expect(Math.abs(shift(mask, d, d))).toBeLessThan(0.12);
    expect(complete(mask)).toEqual([]);
  });

  it("gives the same mask for the same seed and another for another", () => {
    for (const mechanism of mechanisms) {
      const text = (seed: number): string => hide(mechanism, seed).join(";");
      expect(text(7) === text(7)).toBe(true);
      expect(text(8) === text(7)).toBe(false);
    }
  });

  it("takes tables of one column, one row, no row, an empty and a constant column", () => {
    for (const mechanism of mechanisms) {
      expect(ampute({ columns: ["x"], rows: [] }, { mechanism, rate, seed: 1 })).toEqual([]);
      for (const small of [[["1"]], [["", "k"], ["", "k"]]]) {
        const mask = ampute({ columns: small[0].map((_, j) => `c${j}`), rows: small }, { mechanism, rate, seed: 1 });
        expect(mask.map((bits) => bits.length)).toEqual(small.map((row) => row.length));
      }
    }
  });

  it("refuses rates that are no share", () => {
    const hideShare = (bad: number) => () => ampute(table, { mechanism: "mcar", rate: bad, seed: 1 });
    for (const bad of [0, 1, -1, 30, NaN]) expect(hideShare(bad)).toThrow(/between 0 and 1/);
  });
});

describe("maskTable", () => {
  it("empties the masked cells and leaves the others as they stood", () => {
    const mask = hide("mcar");
    const masked = maskTable(table, mask);
    expect(masked.columns).toEqual(columns);
    expect(masked.rows.every((row, i) => row.every((text, j) => text === (mask[i][j] ? "" : rows[i][j])))).toBe(true);
  });
});
