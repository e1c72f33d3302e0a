import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countTogether, mostTogether, packTogether, peopleTogether, unpackTogether, type Together } from "./together.js";

/** Up to 8 columns of up to 300 rows; runs of equal bits, so that zero, small and capped counts all occur. */
const table = fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 300 })).chain(([columns, rows]) =>
  fc.array(fc.record({ from: fc.nat(rows), length: fc.nat(rows), every: fc.integer({ min: 1, max: 4 }) }), { minLength: columns, maxLength: columns }).map((runs) =>
    runs.map(({ from, length, every }) => Float64Array.from({ length: rows }, (_, i) => (i >= from && i < from + length && i % every === 0 ? 1 : NaN))),
  ),
);

const plainCount = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + (Number.isNaN(x) || Number.isNaN(b[i]) ? 0 : 1), 0);

function expectCounts(together: Together, columns: readonly Float64Array[]): void {
  columns.forEach((a, i) => columns.forEach((b, j) => expect(peopleTogether(together, i, j)).toBe(Math.min(mostTogether, plainCount(a, b)))));
}

describe("the people that observe two columns", () => {
  it("are those that a plain count finds, up to the cap", () => {
    fc.assert(fc.property(table, (columns) => expectCounts(countTogether(columns), columns)));
  });

  it("come back from their bytes", () => {
    fc.assert(fc.property(table, (columns) => {
      const together = countTogether(columns);
      expect(unpackTogether(packTogether(together))).toEqual(together);
    }));
  });

  it("take a class per kind of column, not a number per pair", () => {
    const rows = 4000;
    const source = (from: number, to: number) => Array.from({ length: 200 }, (_, j) => Float64Array.from({ length: rows }, (_, i) => (i >= from && i < to && (i * 7 + j) % 5 > 0 ? 1 : NaN)));
    const columns = [...source(0, rows), ...source(0, 2000), ...source(2000, rows)];
    const together = countTogether(columns);
    expect(together.classes).toBe(3);
    expect(packTogether(together).length).toBeLessThan(1300);
    expect(peopleTogether(together, 250, 450)).toBe(0);
    expect(peopleTogether(together, 0, 450)).toBe(mostTogether);
  });

  it("are refused from bytes that do not fit", () => {
    const bytes = packTogether(countTogether([Float64Array.of(1, 2), Float64Array.of(NaN, 2)]));
    expect(() => unpackTogether(bytes.subarray(0, bytes.length - 1))).toThrow("do not fit 2 attributes in 2 classes");
    expect(() => unpackTogether(new Uint8Array(3))).toThrow(expect.objectContaining({ code: "bundle" }));
    expect(() => unpackTogether(bytes.with(8, 9))).toThrow("do not fit");
  });
});
