import { describe, expect, it } from "vitest";
import { createRng } from "../base/random.js";
import { studentCdf, studentQuantile } from "../model/likelihoods/index.js";
import { bootstrapGroups, correctedTTest, holm, ranks } from "./significance.js";

describe("Student's distribution", () => {
  it("has scipy's values", () => {
    const cdf = [[0.5, 1, 0.6475836176504333], [-2.3, 2, 0.07407407407407408], [4.1, 7, 0.99771347991143], [1.96, 120, 0.9738431617770862]];
    for (const [t, degrees, p] of cdf) expect(studentCdf(t, degrees)).toBeCloseTo(p, 12);
    const quantiles = [[0.975, 1, 12.706204736174694], [0.975, 2, 4.302652729749462], [0.95, 9, 1.833112932656237], [0.1, 4, -1.5332062740589436]];
    for (const [u, degrees, t] of quantiles) expect(studentQuantile(u, degrees)).toBeCloseTo(t, 9);
  });
});

describe("correctedTTest", () => {
  it("widens the variance by the overlap of masks (computed with scipy)", () => {
    const { mean, low, high, p } = correctedTTest([[-0.015, -0.009, -0.0094, -0.02]], 0.3 / 0.7);
    expect([mean, low, high, p]).toEqual([-0.01335, -0.027011459548164588, 0.0003114595481645867, 0.05288598349368027].map((x) => expect.closeTo(x, 10)));
  });

  it("does not take what sets mechanisms apart for chance", () => {
    const { mean, low, high } = correctedTTest([[1, 1.2], [9, 9.2]], 0.5);
    expect(mean).toBeCloseTo(5.1, 12);
    // s² = 0.02 on 2 degrees of freedom.
    expect((high - low) / 2).toBeCloseTo(4.302652729749462 * Math.sqrt(0.75 * 0.02), 9);
  });

  it("finds equal methods equal, and constant differences certain", () => {
    expect(correctedTTest([[0, 0, 0]], 0.4)).toMatchObject({ mean: 0, low: 0, high: 0, p: 1 });
    expect(correctedTTest([[1, 1, 1]], 0.4).p).toBe(0);
  });

  it("rejects about 5% of the time when masks share what they have in common", () => {
    // Differences with the correlation that the correction is made for: test share 0.3 of the cells.
    const rng = createRng(4);
    const share = 0.3;
    const runs = 4000;
    let rejected = 0;
    for (let k = 0; k < runs; k++) {
      const common = Math.sqrt(share) * rng.normal();
      const differences = Array.from({ length: 5 }, () => common + Math.sqrt(1 - share) * rng.normal());
      if (correctedTTest([differences], share / (1 - share)).p < 0.05) rejected++;
    }
    expect(rejected / runs).toBeCloseTo(0.05, 1.7);
  });
});

describe("holm", () => {
  it("multiplies by how many are left, never falling, and passes over what has no p", () => {
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06].map((x) => expect.closeTo(x, 12)));
    expect(holm([0.6, NaN, 0.7])).toEqual([1, NaN, 1]);
    expect(holm([])).toEqual([]);
  });
});

describe("bootstrapGroups", () => {
  it("gives the mean's standard error, and the same interval for the same seed", () => {
    const rng = createRng(1);
    const values = Array.from({ length: 200 }, () => rng.normal());
    const mean = values.reduce((a, b) => a + b, 0) / 200;
    const of = (weights: Float64Array): number => values.reduce((sum, v, g) => sum + v * weights[g], 0) / 200;
    const found = bootstrapGroups(200, of);
    expect(found.mean).toBeCloseTo(mean, 12);
    expect((found.high - found.low) / 2).toBeCloseTo(1.96 / Math.sqrt(200), 1.7);
    expect(bootstrapGroups(200, of)).toEqual(found);
    expect(bootstrapGroups(200, (w) => of(w) + 3).p).toBeLessThan(0.002);
  });
});

describe("ranks", () => {
  it("starts at 1 for the largest, shares ties and puts NaN last", () => {
    expect(ranks([3, 1, 3, NaN])).toEqual([1.5, 3, 1.5, 4]);
  });
});
