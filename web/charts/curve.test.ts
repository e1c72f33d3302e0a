import { describe, expect, it } from "vitest";
import { normalQuantile } from "../../src/base/normal.js";
import { areaPath, curveQuantiles, densityOf, highestOf, ticksOf } from "./curve.js";

describe("densities through quantiles", () => {
  const quantiles = curveQuantiles.map((u) => ({ u, x: 100 + 15 * normalQuantile(u) }));
  const density = densityOf(quantiles, 2);

  it("integrate to the mass between the outermost quantiles", () => {
    const sum = Array.from({ length: 2001 }, (_, k) => density(0 + k * 0.1) * 0.1).reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(0.99, 3);
  });

  it("come near the density that the quantiles are of", () => {
    const truth = (x: number): number => Math.exp(-0.5 * ((x - 100) / 15) ** 2) / (15 * Math.sqrt(2 * Math.PI));
    for (const x of [80, 90, 100, 115]) expect(density(x) / truth(x)).toBeCloseTo(1, 1);
  });

  it("give a path that stays in its box", () => {
    const highest = highestOf(density, 50, 150);
    const ys = [...areaPath(density, 50, 150, { width: 200, height: 40, top: 3, highest }).line.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map((m) => Number(m[1]));
    expect(ys).toHaveLength(73);
    expect(Math.min(...ys)).toBeCloseTo(3, 1);
    expect(Math.max(...ys)).toBeLessThanOrEqual(43);
  });

  it("survive quantiles that coincide", () => {
    expect(densityOf(quantiles.map(({ u }) => ({ u, x: 7 })), 0.5)(7)).toBeGreaterThan(0);
  });
});

describe("ticks", () => {
  it("are round and inside", () => {
    expect(ticksOf(93, 187)).toEqual([100, 125, 150, 175]);
    expect(ticksOf(0, 1)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(ticksOf(-0.31, 0.27)).toEqual([-0.2, 0, 0.2]);
    expect(ticksOf(5, 5)).toEqual([5]);
  });
});
