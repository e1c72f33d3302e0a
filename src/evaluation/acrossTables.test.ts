import { describe, expect, it } from "vitest";
import { compareAcross, type TableFigures } from "./acrossTables.js";

const tables = (rows: readonly (readonly number[])[]): TableFigures[] => rows.map((values, k) => ({ table: `t${k}`, values }));

describe("compareAcross", () => {
  it("ranks within tables, tests over tables, and bounds the mean ratio", () => {
    const errors = tables(Array.from({ length: 12 }, (_, k) => [0.8 + 0.01 * k, 0.82 + 0.011 * k, 1 + 0.001 * k]));
    const found = compareAcross(errors, ["a", "b", "c"], "nrmse");
    expect(found.meanRanks).toEqual([1, 2, 3]);
    expect(found.friedman.statistic).toBeCloseTo(24, 10);
    expect(found.rivals.map((r) => [r.rival, r.tables, r.won, r.lost, r.notBehind])).toEqual([["b", 12, 12, 0, true], ["c", 12, 12, 0, true]]);
    // All twelve signs alike: 2 / 2^12, twice that after Holm.
    for (const { p, adjusted } of found.rivals) expect([p, adjusted]).toEqual([expect.closeTo(2 / 4096, 12), expect.closeTo(4 / 4096, 12)]);
  });

  it("is behind where the upper end of the ratio is over 1.02, however few tables are lost", () => {
    const { rivals } = compareAcross(tables([[1, 1], [0.99, 1], [0.98, 1], [1.2, 1], [0.97, 1]]), ["a", "b"], "nrmse");
    expect(rivals[0]).toMatchObject({ won: 3, lost: 1, beside: expect.closeTo(1.028, 12), notBehind: false });
  });

  it("takes more for better in accuracy, ranks what did not finish last, and drops tables that lack the figure", () => {
    const found = compareAcross(tables([[0.7, 0.6, NaN], [0.5, 0.6, 0.55], [NaN, NaN, NaN]]), ["a", "b", "c"], "accuracy");
    expect(found.tables).toEqual(["t0", "t1"]);
    expect(found.meanRanks).toEqual([2, 1.5, 2.5]);
    expect(found.rivals[0]).toMatchObject({ tables: 2, won: 1, lost: 1, beside: expect.closeTo(0, 12) });
    expect(found.rivals[0].notBehind).toBeUndefined();
    expect(found.rivals[1]).toMatchObject({ tables: 1 });
  });
});
