import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "../../base/random.js";
import { logProbFloor } from "./distribution.js";
import {
  buildGrid, type Grid, gridCdf, gridCrps, gridDistribution, gridFromJson, gridMean, gridQuantile, gridVariance,
} from "./grid.js";

const rng = createRng(7);
const mixed = buildGrid(
  Float64Array.from({ length: 2000 }, () => (rng.uniform() < 0.2 ? 0 : Math.round(100 * Math.exp(rng.normal())) / 100)),
  { resolution: 0.01, min: 0, max: 60 },
);
const counts = buildGrid(Float64Array.from({ length: 500 }, () => rng.int(12)), { resolution: 1, min: 0, max: 11 });
/** A continuous cell with its mean at an end, gaps between cells, an atom between continuous cells. */
const odd = gridFromJson({
  lo: [-3, 0, 1.5, 4], hi: [-1, 0, 3, 5], center: [-3, 0, 3, 4.2], bound: [-0.5, 0.5, 3.5], resolution: 0.5,
});

const cases = fc.constantFrom(mixed, counts, odd).chain((grid) =>
  fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1, noNaN: true })),
    { minLength: grid.size, maxLength: grid.size })
    .filter((w) => w.some((v) => v > 0))
    .map((w) => ({ grid, p: Float64Array.from(w, (v) => v / w.reduce((a, b) => a + b)) })));
const uniform = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });

/** Midpoint quadrature between the ends of the cells, where all jumps and kinks are. */
function integral(grid: Grid, f: (x: number) => number, extra: number[] = []): number {
  const marks = [...grid.lo, ...grid.hi, ...grid.center, ...extra].sort((a, b) => a - b);
  let sum = 0;
  for (let i = 1; i < marks.length; i++) {
    const width = (marks[i] - marks[i - 1]) / 200;
    for (let j = 0; j < 200; j++) sum += width * f(marks[i - 1] + (j + 0.5) * width);
  }
  return sum;
}

describe("gridDistribution", () => {
  it("has a cdf that its quantile inverts", () => {
    fc.assert(fc.property(cases, uniform, uniform, ({ grid, p }, u, v) => {
      const x = gridQuantile(grid, p, u);
      expect(gridCdf(grid, p, x)).toBeGreaterThanOrEqual(u - 1e-12);
      expect(gridCdf(grid, p, x - 1e-9)).toBeLessThan(u + 1e-6);
      if (v < u) expect(gridQuantile(grid, p, v)).toBeLessThanOrEqual(x);
      expect(gridCdf(grid, p, grid.hi[grid.size - 1])).toBeCloseTo(1, 12);
      expect(gridCdf(grid, p, grid.lo[0] - 1e-9)).toBe(0);
    }));
  });

  it("has the mean and variance of its cdf, and the mean of its centers", () => {
    fc.assert(fc.property(cases, ({ grid, p }) => {
      const m = gridMean(grid, p);
      const low = grid.lo[0];
      expect(low + integral(grid, (x) => 1 - gridCdf(grid, p, x))).toBeCloseTo(m, 9);
      const beyond = (x: number): number => (x < m ? gridCdf(grid, p, x) : 1 - gridCdf(grid, p, x));
      const variance = integral(grid, (x) => 2 * Math.abs(x - m) * beyond(x), [m]);
      expect(Math.abs(variance - gridVariance(grid, p))).toBeLessThan(1e-4 * (1 + variance));
    }), { numRuns: 30 });
  });

  it("has the CRPS of quadrature, inside and outside of its support", () => {
    fc.assert(fc.property(cases, fc.double({ min: -6, max: 70, noNaN: true }), ({ grid, p }, x) => {
      const inside = Math.min(grid.hi[grid.size - 1], Math.max(grid.lo[0], x));
      const numeric = Math.abs(x - inside) + integral(grid, (t) => (gridCdf(grid, p, t) - (x <= t ? 1 : 0)) ** 2, [inside]);
      expect(Math.abs(gridCrps(grid, p, x) - numeric)).toBeLessThan(1e-4 * (1 + numeric));
    }), { numRuns: 30 });
  });

  it("gives recorded values probabilities that sum to 1", () => {
    fc.assert(fc.property(cases, ({ grid, p }) => {
      const d = grid.resolution;
      let sum = 0;
      const last = grid.hi[grid.size - 1] / d + 1;
      for (let x = Math.round(grid.lo[0] / d) - 1; x <= last; x++) sum += Math.exp(gridDistribution(grid, p).logProb(x * d));
      expect(sum).toBeCloseTo(1, 7);
    }), { numRuns: 30 });
    const sure = gridDistribution(mixed, Float64Array.from(mixed.lo, (_, k) => (k === 0 ? 1 : 0)));
    expect([sure.logProb(0), sure.logProb(5)]).toEqual([0, logProbFloor]);
  });

  it("offers all of it as an object", () => {
    const p = new Float64Array(odd.size).fill(0.25);
    const d = gridDistribution(odd, p);
    expect(d.mean()).toBeCloseTo((-3 + 0 + 3 + 4.2) / 4, 12);
    expect(d.cdf(-3)).toBeCloseTo(0.25, 12);
    expect([d.median(), d.quantile(0.5), d.sample(0.5), d.quantile(0), d.quantile(1)]).toEqual([0, 0, 0, -3, 5]);
    expect(d.logProb(0)).toBeCloseTo(Math.log(0.25), 12);
    // Right of its centre 4.2 the cell from 4 to 5 has a share of .2 on a length of .8.
    expect(d.logProb(4.25, 0.1)).toBeCloseTo(Math.log((0.25 * 0.2 * 0.1) / 0.8), 12);
    expect([d.crps(1), d.variance()]).toEqual([gridCrps(odd, p, 1), gridVariance(odd, p)]);
    expect(d.quantile(NaN)).toBeNaN();
  });

  it("takes the heaviest atom as mode, unless a dense cell holds more", () => {
    const p = new Float64Array(mixed.size).fill(0.6 / (mixed.size - 1));
    p[0] = 0.4;
    expect(gridDistribution(mixed, p).mode()).toBe(0);
    const bulk = new Float64Array(mixed.size);
    bulk[0] = 0.05;
    bulk[10] = 0.95;
    expect(gridDistribution(mixed, bulk).mode()).toBe(mixed.center[10]);
    const whole = new Float64Array(counts.size);
    whole[3] = 0.7;
    whole[4] = 0.3;
    expect(gridDistribution(counts, whole).mode()).toBe(3);
  });
});
