import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "../../base/random.js";
import { buildGrid, cellOf, gaussianMass, type Grid, gridFromJson, gridMean, tiltToMean } from "./grid.js";
import { normalCdf } from "../../base/normal.js";

const rng = createRng(11);
const draws = (n: number, draw: () => number): Float64Array => Float64Array.from({ length: n }, draw);
const grids: Grid[] = [
  buildGrid(draws(2000, () => (rng.uniform() < 0.3 ? 0 : Math.exp(rng.normal()))), { resolution: 0.01, min: 0, max: 80 }),
  buildGrid(draws(2000, () => 10 ** (9 * rng.uniform() - 3)), { resolution: 1e-3, min: 1e-3, max: 1e6 }),
  buildGrid(draws(300, () => -rng.int(30)), { resolution: 1, min: -29, max: 0 }),
  gridFromJson({ lo: [0, 1], hi: [0, 1], center: [0, 1], bound: [0.5], resolution: 1 }),
  gridFromJson({ lo: [5], hi: [5], center: [5], bound: [], resolution: 1 }),
];
const grid = fc.constantFrom(...grids);
const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const total = (p: Float64Array): number => p.reduce((a, b) => a + b, 0);
const rangeOf = ({ center, size }: Grid): number => center[size - 1] - center[0];

describe("gaussianMass", () => {
  it("is the normal's mass of each part of the line", () => {
    fc.assert(fc.property(grid, between(-2, 3), between(-6, 2), (g, at, logSd) => {
      const span = rangeOf(g) + 1;
      const mean = g.center[0] + at * span;
      const sd = span * 10 ** logSd;
      const out = new Float64Array(g.size).fill(NaN);
      gaussianMass(g, mean, sd, out);
      expect(total(out)).toBeCloseTo(1, 12);
      for (let k = 0; k < g.size; k++) {
        const upper = k < g.size - 1 ? normalCdf((g.bound[k] - mean) / sd) : 1;
        const lower = k > 0 ? normalCdf((g.bound[k - 1] - mean) / sd) : 0;
        expect(out[k]).toBeGreaterThanOrEqual(0);
        expect(Math.abs(out[k] - (upper - lower))).toBeLessThan(2e-8);
      }
    }));
  });

  it("is all in one cell without a spread", () => {
    const out = new Float64Array(grids[0].size).fill(NaN);
    gaussianMass(grids[0], 1.1, 0, out);
    expect([total(out), out[cellOf(grids[0], 1.1)]]).toEqual([1, 1]);
  });
});

describe("tiltToMean", () => {
  /** Probabilities with holes and 15 decades between the cells. */
  const cases = grid.chain((g) =>
    fc.array(fc.oneof(fc.constant(-Infinity), between(-15, 0)), { minLength: g.size, maxLength: g.size })
      .filter((w) => w.some((v) => v > -Infinity))
      .map((w) => {
        const raw = Float64Array.from(w, (v) => 10 ** v);
        const sum = total(raw);
        return { g, p: raw.map((v) => v / sum) };
      }));

  it("meets the mean to 1e-10 of the range, and keeps the support", () => {
    fc.assert(fc.property(cases, between(0.001, 0.999), ({ g, p }, at) => {
      const used = Array.from(g.center).filter((_, k) => p[k] > 0);
      const target = used[0] + at * (used[used.length - 1] - used[0]);
      const tilted = p.slice();
      tiltToMean(g, tilted, target);
      expect(total(tilted)).toBeCloseTo(1, 10);
      expect(Math.abs(gridMean(g, tilted) - target)).toBeLessThanOrEqual(1e-10 * (rangeOf(g) || 1));
      for (let k = 0; k < g.size; k++) if (p[k] === 0) expect(tilted[k]).toBe(0);
    }), { numRuns: 500 });
  });

  it("meets it for narrow normals far from the target too", () => {
    fc.assert(fc.property(grid, between(0, 1), between(0.01, 0.99), between(-4, 1), (g, from, to, logSd) => {
        const p = new Float64Array(g.size);
        gaussianMass(g, g.center[0] + from * rangeOf(g), (rangeOf(g) || 1) * 10 ** logSd, p);
        const used = Array.from(g.center).filter((_, k) => p[k] > 0);
        const target = used[0] + to * (used[used.length - 1] - used[0]);
        tiltToMean(g, p, target);
        expect(Math.abs(gridMean(g, p) - target)).toBeLessThanOrEqual(1e-10 * (rangeOf(g) || 1));
      }), { numRuns: 500 });
  });

  it("does not bounce between two flat stretches of the odds", () => {
    const p = new Float64Array(Math.max(...grids.map((g) => g.size)));
    let worst = 0;
    for (let i = 0; i < 30_000; i++) {
      const g = grids[i % 3];
      const range = rangeOf(g);
      let sum = 0;
      for (let k = 0; k < g.size; k++) sum += p[k] = 10 ** (-15 * rng.uniform() * rng.uniform());
      for (let k = 0; k < g.size; k++) p[k] /= sum;
      const target = g.center[0] + rng.uniform() * range;
      tiltToMean(g, p, target);
      worst = Math.max(worst, Math.abs(gridMean(g, p) - target) / range);
    }
    expect(worst).toBeLessThan(1e-10);
  });

  it("is exponential in the centers, the identity at the own mean, and shifts all mass the same way", () => {
    const g = grids[2];
    const p = new Float64Array(g.size);
    gaussianMass(g, -12, 5, p);
    const same = p.slice();
    tiltToMean(g, same, gridMean(g, p));
    expect(same.every((v, k) => Math.abs(v - p[k]) < 1e-14)).toBe(true);
    const up = p.slice();
    tiltToMean(g, up, -9);
    const logRatio = Array.from(up, (v, k) => Math.log(v / p[k]));
    const slope = (logRatio[1] - logRatio[0]) / (g.center[1] - g.center[0]);
    expect(slope).toBeGreaterThan(0);
    for (let k = 2; k < g.size; k++) expect(logRatio[k] - logRatio[0]).toBeCloseTo(slope * (g.center[k] - g.center[0]), 9);
    let cumulative = 0;
    let tiltedCumulative = 0;
    const higher = p.slice();
    tiltToMean(g, higher, -8);
    for (let k = 0; k < g.size - 1; k++) {
      cumulative += up[k];
      tiltedCumulative += higher[k];
      expect(tiltedCumulative).toBeLessThan(cumulative);
    }
  });

  it("moves targets outside of the support to just inside", () => {
    const g = grids[2];
    const p = new Float64Array(g.size).fill(1 / g.size);
    p[g.size - 1] = 0;
    tiltToMean(g, p, 99);
    expect(p[g.size - 2]).toBeCloseTo(1, 6);
    expect(p[g.size - 1]).toBe(0);
    expect(gridMean(g, p)).toBeLessThan(g.center[g.size - 2]);
  });

  it("raises tiny probabilities, and treats still smaller ones as none", () => {
    const { center, size } = grids[2];
    const p = new Float64Array(size);
    p[3] = 1;
    p[12] = 1e-279;
    p[size - 1] = 5e-324;
    tiltToMean(grids[2], p, center[5]);
    expect(gridMean(grids[2], p)).toBeCloseTo(center[5], 8);
    tiltToMean(grids[2], p, center[20]);
    expect(gridMean(grids[2], p)).toBeCloseTo(center[12], 6);
  });

  it("leaves a single cell, and nothing at all, as they are", () => {
    const p = Float64Array.of(0, 1);
    tiltToMean(grids[3], p, 0.3);
    expect(Array.from(p)).toEqual([0, 1]);
    const none = new Float64Array(2);
    tiltToMean(grids[3], none, 0.3);
    expect(Array.from(none)).toEqual([0, 0]);
    const one = Float64Array.of(1);
    tiltToMean(grids[4], one, 9);
    expect(Array.from(one)).toEqual([1]);
  });
});
