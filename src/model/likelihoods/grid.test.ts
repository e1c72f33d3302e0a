import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "../../base/random.js";
import { buildGrid, cellOf, type Grid, gridFromJson, gridToJson } from "./grid.js";

const rng = createRng(20240501);
const many = (n: number, draw: (i: number) => number): Float64Array => Float64Array.from({ length: n }, (_, i) => draw(i));
const round = (x: number, resolution: number): number => Math.round(x / resolution) * resolution;

/** Awkward columns: name, values, resolution. */
const columns: [string, Float64Array, number][] = [
  ["constant", many(50, () => 7), 1],
  ["two values", many(50, (i) => i % 2), 1],
  ["heavy zeros and a long tail", many(3000, () => (rng.uniform() < 0.7 ? 0 : round(Math.exp(1.5 * rng.normal()), 0.01))), 0.01],
  ["whole numbers", many(2000, () => Math.round(50 + 18 * rng.normal())), 1],
  ["few counts", many(400, () => rng.int(9)), 1],
  ["huge range", many(2000, () => 10 ** (9 * rng.uniform() - 3)), 0.001],
  ["negative", many(1000, () => round(-40 + 3 * rng.normal(), 0.1)), 0.1],
  ["normal, fine", many(1000, () => rng.normal()), 1e-6],
  ["heaped in the middle", many(1000, () => (rng.uniform() < 0.3 ? 120 : 120 + 15 * rng.normal())), 0.01],
  ["detection limit", many(1000, () => Math.max(0.5, Math.exp(rng.normal()))), 0.001],
  ["barely more values than cells", many(45, (i) => i * i), 1],
  ["one value far out", many(1000, (i) => (i === 0 ? 1e6 : rng.normal())), 0.01],
];

const ends = (v: Float64Array) => ({ min: v.reduce((a, b) => Math.min(a, b)), max: v.reduce((a, b) => Math.max(a, b)) });

/** What every grid is: ordered disjoint cells with a width or an atom, bounds between them, centers inside. */
function expectSound(grid: Grid, min: number, max: number): void {
  const { size, lo, hi, center, atom, bound } = grid;
  expect([lo.length, hi.length, center.length, atom.length, bound.length]).toEqual([size, size, size, size, size - 1]);
  expect(lo[0]).toBeGreaterThanOrEqual(min);
  expect(hi[size - 1]).toBeLessThanOrEqual(max);
  for (let k = 0; k < size; k++) {
    if (atom[k] === 1) expect([lo[k], hi[k]]).toEqual([center[k], center[k]]);
    else expect(lo[k] < center[k] && center[k] < hi[k]).toBe(true);
    if (k > 0) expect(hi[k - 1] <= bound[k - 1] && bound[k - 1] <= lo[k] && center[k - 1] < center[k]).toBe(true);
    expect(cellOf(grid, center[k])).toBe(k);
  }
}

describe.each(columns)("grid of a column that is %s", (_, values, resolution) => {
  const { min, max } = ends(values);
  const grid = buildGrid(values, { resolution, min, max });

  it("is sound, of moderate size, and survives JSON", () => {
    expectSound(grid, min, max);
    expect(grid.size).toBeLessThanOrEqual(50);
    expect(gridFromJson(JSON.parse(JSON.stringify(gridToJson(grid))))).toEqual(grid);
  });

  it("has the observed means as centers, and every cell observed", () => {
    const sum = new Float64Array(grid.size);
    const n = new Float64Array(grid.size);
    for (const v of values) {
      const k = cellOf(grid, v);
      sum[k] += v;
      n[k]++;
    }
    for (let k = 0; k < grid.size; k++) {
      expect(n[k]).toBeGreaterThan(0);
      if (n[k] >= 5) expect(Math.abs(sum[k] / n[k] - grid.center[k])).toBeLessThanOrEqual(1e-9 * (max - min) + 1e-6 * resolution);
    }
  });

  it("tells the share of the observed values up to each inner boundary", () => {
    const share = (k: number): number => values.filter((v) => cellOf(grid, v) <= k).length / values.length;
    expect(Array.from(grid.below!)).toEqual(Array.from(grid.bound, (_, k) => share(k)));
    const { below } = gridToJson(grid);
    if (grid.size > 1) expect(() => gridFromJson({ ...gridToJson(grid), below: below!.map(() => 1) })).toThrow("growing shares below them");
  });

  it("cuts continuous cells around at least five people and at nobody's value", () => {
    const observed = new Set(values);
    for (let k = 0; k < grid.size; k++) {
      if (grid.atom[k] === 1) continue;
      expect(values.filter((v) => cellOf(grid, v) === k).length).toBeGreaterThanOrEqual(5);
      for (const end of [grid.lo[k], grid.hi[k]]) expect(end === min || end === max || !observed.has(end)).toBe(true);
    }
  });
});

describe("buildGrid", () => {
  it("makes atoms of few distinct values and of heaped ones only", () => {
    const byName = (name: string): Grid => {
      const [, values, resolution] = columns.find(([n]) => n === name)!;
      return buildGrid(values, { resolution, ...ends(values) });
    };
    expect(Array.from(byName("few counts").center)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(byName("few counts").atom.every((a) => a === 1)).toBe(true);
    expect(Array.from(byName("constant").center)).toEqual([7]);
    const zeros = byName("heavy zeros and a long tail");
    expect([zeros.atom[0], zeros.center[0], zeros.lo[1], zeros.bound[0]]).toEqual([1, 0, 0.005, 0.005]);
    expect(zeros.atom.reduce((a, b) => a + b)).toBe(1);
    const heaped = byName("heaped in the middle");
    const at = cellOf(heaped, 120);
    expect([heaped.atom[at], heaped.center[at], heaped.hi[at - 1], heaped.lo[at + 1]]).toEqual([1, 120, 119.995, 120.005]);
    expect(byName("normal, fine").atom.some((a) => a === 1)).toBe(false);
  });

  it("keeps the tails of skewed values in cells of half a percent", () => {
    const values = many(10_000, () => Math.exp(rng.normal()));
    const grid = buildGrid(values, { resolution: 1e-6, min: 0, max: 1000 });
    const shareOf = (k: number): number => values.filter((v) => cellOf(grid, v) === k).length / values.length;
    const shares = [0, 1, 2, grid.size - 2, grid.size - 1].map(shareOf);
    expect(shares).toEqual([0.005, 0.005, 0.01, 0.005, 0.005].map((s) => expect.closeTo(s, 3)));
    expect([grid.lo[0], grid.hi[grid.size - 1]]).toEqual([0, 1000]);
  });

  it("does not tell a few people's mean between two heaped values", () => {
    const values = Float64Array.from([...new Array(480).fill(0), ...new Array(480).fill(10), 3.3, ...many(41, (i) => 20 + i)]);
    const grid = buildGrid(values, { resolution: 0.1, min: 0, max: 60 });
    const k = cellOf(grid, 3.3);
    expect([grid.atom[k], grid.center[k]]).toEqual([0, expect.closeTo(5, 12)]);
  });

  it("skips NaN, clamps to the support, and takes an empty column", () => {
    const grid = buildGrid(Float64Array.of(NaN, -5, 3, 99), { resolution: 1, min: 0, max: 10 });
    expect(Array.from(grid.center)).toEqual([0, 3, 10]);
    const empty = buildGrid(new Float64Array(0), { resolution: 1, min: 2, max: 6 });
    expect([empty.size, empty.lo[0], empty.center[0], empty.hi[0]]).toEqual([1, 2, 4, 6]);
    expect(buildGrid(Float64Array.of(NaN), { resolution: 1, min: 2, max: 2 }).atom[0]).toBe(1);
  });

  it("merges values that differ by rounding noise only", () => {
    const grid = buildGrid(Float64Array.of(0.3, 0.1 + 0.2, 0.5), { resolution: 0.1, min: 0.3, max: 0.5 });
    expect(Array.from(grid.center)).toEqual([0.3, 0.5]);
  });

  it("is sound for any values", () => {
    const value = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: -3, max: 3 }), fc.constant(0));
    fc.assert(fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 60 }), (list, cells) => {
      const values = Float64Array.from(list);
      const { min, max } = ends(values);
      expectSound(buildGrid(values, { resolution: 0.01, min, max, cells }), min, max);
    }), { numRuns: 150 });
  });

  it("refuses impossible supports, and broken grids from bundles", () => {
    expect(() => buildGrid(Float64Array.of(1), { resolution: 0, min: 0, max: 1 })).toThrow("resolution 0");
    expect(() => buildGrid(Float64Array.of(1), { resolution: 1, min: 2, max: 1 })).toThrow("min 2, max 1");
    const json = gridToJson(buildGrid(Float64Array.of(1, 2, 3), { resolution: 1, min: 1, max: 3 }));
    expect(() => gridFromJson({ ...json, bound: [1.5] })).toThrow("3 cells");
    expect(() => gridFromJson({ ...json, center: [1, 5, 3] })).toThrow("ordered");
    expect(() => gridFromJson({ ...json, resolution: 0 })).toThrow("resolution 0");
  });
});
