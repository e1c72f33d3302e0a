import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRowSample, shares } from "./rowSample.js";

describe("a sample of rows", () => {
  const kept = (counts: ReadonlyMap<string, number>, most: number, seed: number, rows: readonly string[]): number[] => {
    const sample = createRowSample(counts, most, seed);
    return rows.flatMap((group, i) => (sample.keep(group) ? [i] : []));
  };

  it("has exactly as many rows of each group as it says, whatever their order", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 200 }), fc.integer({ min: 1, max: 150 }), fc.integer(), (rows, most, seed) => {
        const counts = new Map<string, number>();
        for (const group of rows) counts.set(group, (counts.get(group) ?? 0) + 1);
        const found = kept(counts, most, seed, rows);
        expect(found).toHaveLength(Math.min(most, rows.length));
        for (const [group, wanted] of shares(counts, most)) expect(found.filter((i) => rows[i] === group)).toHaveLength(wanted);
        expect(kept(counts, most, seed, rows)).toEqual(found);
      }),
    );
  });

  it("takes every row alike, and others by another seed", () => {
    const rows = new Array<string>(20).fill("");
    const times = new Float64Array(20);
    for (let seed = 0; seed < 2000; seed++) for (const i of kept(new Map([["", 20]]), 5, seed, rows)) times[i]++;
    for (const n of times) expect(Math.abs(n / 2000 - 0.25)).toBeLessThan(0.05);
  });

  it("cuts long sources more than short ones", () => {
    expect([...shares(new Map([["long", 1_000_000], ["short", 800]]), 100_000)]).toEqual([["long", 99_200], ["short", 800]]);
    const cut = shares(new Map([["a", 90_000], ["b", 10_000]]), 20_000);
    expect(cut.get("a")! + cut.get("b")!).toBe(20_000);
    expect(cut.get("a")! / cut.get("b")!).toBeCloseTo(3, 2);
  });
});
