import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countTogether } from "../data/together.js";
import type { PredictModel } from "../model/trained.js";
import { neverTogether } from "./neverTogether.js";

/** A model that knows only who was seen together: columns by name, each with its first and last row of `rows`. */
function bundleOf(rows: number, ranges: Readonly<Record<string, readonly (readonly [number, number])[]>>): { model: PredictModel } {
  const columns = Object.values(ranges).map((parts) => Float64Array.from({ length: rows }, (_, i) => (parts.some(([a, b]) => i >= a && i <= b) ? 1 : NaN)));
  const layout = { columns: Object.keys(ranges).map((name, source) => ({ source, attribute: { name } })) };
  return { model: { layout, together: countTogether(columns) } as unknown as PredictModel };
}

describe("attributes never seen together", () => {
  const bundle = bundleOf(90, {
    age: [[0, 89]], waist: [[0, 29]], crp: [[30, 59]], iron: [[30, 59]], glucose: [[0, 59]], mood: [[60, 89]], sleep: [[60, 89]], linked: [[29, 31]],
  });

  it("come as blocks of whole sources", () => {
    const found = neverTogether(bundle)!;
    expect(found.allPairs).toBe(28);
    expect(found.blocks.slice(0, 2)).toEqual([
      { a: ["mood", "sleep"], b: ["waist", "crp", "iron", "glucose", "linked"], pairs: 10 },
      { a: ["waist"], b: ["crp", "iron"], pairs: 2 },
    ]);
    expect(found.pairs).toBe(12);
    expect([found.people("age", "waist"), found.people("linked", "waist"), found.people("mood", "crp"), found.people("mood", "none")]).toEqual([30, 1, 0, 0]);
  });

  it("count the few as never if asked", () => {
    expect(neverTogether(bundle, 2)!.pairs).toBe(13);
    expect(neverTogether(bundle, 4)!.pairs).toBe(17);
  });

  it("are exactly the pairs without a person, each in one block", () => {
    const range = fc.tuple(fc.nat(9), fc.nat(9)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    fc.assert(fc.property(fc.array(fc.array(range, { maxLength: 2 }), { maxLength: 9 }), fc.integer({ min: 1, max: 3 }), (parts, fewest) => {
      const names = parts.map((_, j) => `x${j}`);
      const found = neverTogether(bundleOf(10, Object.fromEntries(parts.map((part, j) => [names[j], part]))), fewest)!;
      const key = (a: string, b: string): string => [a, b].sort().join();
      const inBlocks = new Set(found.blocks.flatMap(({ a, b }) => a.flatMap((x) => b.filter((y) => y !== x).map((y) => key(x, y)))));
      const expected = new Set(names.flatMap((x, i) => names.slice(i + 1).filter((y) => found.people(x, y) < fewest).map((y) => key(x, y))));
      expect(inBlocks).toEqual(expected);
      expect(found.pairs).toBe(expected.size);
      expect(found.blocks.reduce((sum, { pairs }) => sum + pairs, 0)).toBe(expected.size);
    }));
  });

  it("are unknown in a model that did not count", () => expect(neverTogether({ model: { layout: { columns: [] } } as unknown as PredictModel })).toBeNull());
});
