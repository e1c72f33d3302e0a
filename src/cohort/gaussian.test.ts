import { describe, expect, test } from "vitest";
import { logIntervalProbability, normalCdf, normalQuantile, truncatedMoments } from "./gaussian.js";

describe("normal distribution", () => {
  test("cdf agrees with tabulated values (Abramowitz & Stegun, table 26.1; R's pnorm in the tail)", () => {
    expect(normalCdf(0)).toBeCloseTo(0.5, 15);
    expect(normalCdf(1)).toBeCloseTo(0.8413447460685429, 14);
    expect(normalCdf(-1.96)).toBeCloseTo(0.024997895148220435, 14);
    expect(normalCdf(-5) / 2.866515718791939e-7).toBeCloseTo(1, 10);
    expect(normalCdf(-20) / 2.753624118606234e-89).toBeCloseTo(1, 10);
    expect([normalCdf(-Infinity), normalCdf(Infinity)]).toEqual([0, 1]);
  });

  test("quantile inverts the cdf", () => {
    for (const p of [1e-12, 1e-5, 0.01, 0.024, 0.025, 0.3, 0.5, 0.77, 0.999]) {
      expect(normalCdf(normalQuantile(p)) / p).toBeCloseTo(1, 9);
    }
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
  });

  test("interval probabilities join at the width where the formula changes", () => {
    const narrow = logIntervalProbability(1, 1 + 0.999e-3, 0, 1);
    const wide = logIntervalProbability(1, 1 + 1.001e-3, 0, 1);
    expect(wide - narrow).toBeCloseTo(Math.log(1.001 / 0.999), 5);
  });

  test.each([
    [-1, 2, 0.3, 1.2],
    [0.5, Infinity, 0, 1],
    [-Infinity, -2, 0, 1],
    [4, 5, 0, 1],
    [0.2, 0.2005, 0, 1],
  ])("moments in (%d, %d) of N(%d, %d) agree with numerical integration", (low, high, mean, sd) => {
    const expected = integrated(low, high, mean, sd);
    const result = truncatedMoments(low, high, mean, sd);
    expect(Math.abs(result.mean - expected.mean)).toBeLessThan(1e-7);
    expect(Math.abs(Math.sqrt(result.variance / expected.variance) - 1)).toBeLessThan(1e-6);
  });

  test.each([
    [7, 9, 0, 1],
    [-Infinity, -7, 0.2, 1.1],
  ])("far in a tail, in (%d, %d) of N(%d, %d), they are those of an exponential decay: a little too wide", (low, high, mean, sd) => {
    const expected = integrated(low, high, mean, sd);
    const result = truncatedMoments(low, high, mean, sd);
    expect(Math.abs(result.mean - expected.mean)).toBeLessThan(0.01);
    expect(Math.sqrt(result.variance / expected.variance)).toBeGreaterThan(1);
    expect(Math.sqrt(result.variance / expected.variance)).toBeLessThan(1.08);
  });
});

/** Mean and variance within an interval by the midpoint rule. */
function integrated(low: number, high: number, mean: number, sd: number): { mean: number; variance: number } {
  const from = Math.max(low, mean - 12 * sd);
  const to = Math.min(high, mean + 12 * sd);
  const n = 200_000;
  const points = Array.from({ length: n }, (_, i) => from + ((i + 0.5) * (to - from)) / n);
  const weights = points.map((x) => Math.exp(-0.5 * ((x - mean) / sd) ** 2));
  const mass = weights.reduce((sum, w) => sum + w, 0);
  const centre = points.reduce((sum, x, i) => sum + weights[i] * x, 0) / mass;
  return { mean: centre, variance: points.reduce((sum, x, i) => sum + weights[i] * (x - centre) ** 2, 0) / mass };
}
