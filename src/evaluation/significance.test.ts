import { describe, expect, it } from "vitest";
import { createRng } from "../base/random.js";
import { studentCdf, studentQuantile } from "../model/likelihoods/index.js";
import { bootstrapGroups, correctedTTest, criticalDifference, friedman, holm, meanInterval, normalRangeCdf, ranks, signedRank } from "./significance.js";

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

describe("across tables (values of scipy)", () => {
  it("Wilcoxon's signed-rank test is exact, with ties too, and normal for many pairs", () => {
    expect(signedRank([0.12, -0.05, 0.3, 0.21, -0.01, 0.17, 0.08, 0.4, -0.02, 0.09, 0.33, 0.11])).toEqual({ pairs: 12, sum: 72, p: expect.closeTo(0.0068359375, 12) });
    // By all 2^9 choices of signs; the 0 is left out.
    expect(signedRank([1, 1, -1, 2, 3, -2, 4, 0, 5, 1])).toEqual({ pairs: 9, sum: 37, p: expect.closeTo(0.10546875, 12) });
    const many = [
      2.241, -2.356, 0.618, -0.368, -0.253, -0.016, -1.82, -0.032, -0.665, 3.523, 0.426, -0.153, -0.081, -0.468,
      -0.855, -0.191, 0.682, -0.039, 1.158, 0.0, 0.224, 1.746, 0.745, -0.305, 0.017, 0.741, 2.135, -0.07,
      -0.044, 1.202, -0.686, -0.092, 1.083, 0.78, 0.292, 0.87, -2.628, 1.221, -0.76, -1.469, 0.476, 0.901,
      -0.245, -0.876, 0.226, 0.147, 1.606, 0.947, 0.394, 1.312, -0.006, -0.726, 0.784, 0.783, -0.015, -0.583,
      0.429, -2.294, 0.89, 0.691, -1.439, 0.261, -0.764, 0.957, -1.834, -0.714, 0.91, 1.356, -1.958, -0.298,
    ];
    expect(signedRank(many)).toMatchObject({ pairs: 69, p: expect.closeTo(0.27258165996726924, 10) });
    expect(signedRank([0, 0]).p).toBeNaN();
  });

  it("Friedman's test is corrected for ties", () => {
    const rows = [[1, 3, 2, 4], [1, 2.5, 2.5, 4], [2, 3, 1, 4], [2, 1, 3, 4], [1, 3, 2, 4]];
    expect(friedman(rows)).toEqual({ statistic: expect.closeTo(11.081632653061224, 10), p: expect.closeTo(0.011292548124917685, 10) });
    expect(friedman([[1.5, 1.5], [1.5, 1.5]])).toEqual({ statistic: 0, p: 1 });
    expect(friedman([[1, 2]]).p).toBeNaN();
  });

  it("the critical difference rests on the studentized range with infinite degrees of freedom", () => {
    const range = [[3.3145, 3, 0.9500006124039385], [2, 5, 0.3815505194490081], [4.5, 10, 0.9526941726870715]];
    for (const [q, k, p] of range) expect(normalRangeCdf(q, k)).toBeCloseTo(p, 10);
    expect(criticalDifference(5, 30)).toBeCloseTo(1.1136092236789705, 8);
    expect(criticalDifference(10, 12)).toBeCloseTo(3.9104175596321027, 8);
  });

  it("a mean has Student's interval", () => {
    expect(meanInterval([0.95, 1.01, 0.9, 0.97, 0.99])).toEqual({ mean: expect.closeTo(0.964, 12), low: expect.closeTo(0.9116141385267463, 10), high: expect.closeTo(1.016385861473254, 10) });
  });
});
