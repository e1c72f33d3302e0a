import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { brierScore, categorical, rankedProbabilityScore } from "./categorical.js";
import { logProbFloor } from "./distribution.js";
import { cumulativeLogit, orderedThresholds, softmax } from "./ordinal.js";

const total = (p: Float64Array): number => p.reduce((a, b) => a + b, 0);
const logits = fc.array(fc.double({ min: -500, max: 500, noNaN: true }), { minLength: 1, maxLength: 12 });

describe("categorical", () => {
  const d = categorical([1, 0, 5, 4]);

  it("describes the level indices", () => {
    expect(d.mean()).toBeCloseTo(2.2, 12);
    expect(d.variance()).toBeCloseTo(0.1 * 4.84 + 0.5 * 0.04 + 0.4 * 0.64, 12);
    expect([d.mode(), d.median(), d.quantile(0), d.quantile(0.1), d.quantile(0.11), d.quantile(1)]).toEqual([2, 2, 0, 0, 2, 3]);
    expect([d.cdf(-1), d.cdf(0), d.cdf(1.5), d.cdf(3), d.cdf(9)]).toEqual([0, 0.1, 0.1, 1, 1]);
    expect(d.logProb(3)).toBeCloseTo(Math.log(0.4), 12);
    expect([d.logProb(1), d.logProb(4), d.logProb(-1)]).toEqual([logProbFloor, logProbFloor, logProbFloor]);
  });

  it("has proper scores: lowest on average where the probabilities are true", () => {
    const truth = [0.2, 0.5, 0.3];
    const expected = (score: (p: number[], x: number) => number, p: number[]): number =>
      truth.reduce((sum, t, x) => sum + t * score(p, x), 0);
    for (const score of [rankedProbabilityScore, brierScore]) {
      for (const other of [[0.3, 0.4, 0.3], [0.2, 0.4, 0.4], [0, 1, 0]]) {
        expect(expected(score, truth)).toBeLessThan(expected(score, other));
      }
    }
    expect(d.crps(2)).toBeCloseTo(0.01 + 0.01 + 0.16, 12);
    expect([brierScore([0, 1], 1), brierScore([0, 1], 0)]).toEqual([0, 2]);
  });

  it("inverts its cdf for any probabilities", () => {
    fc.assert(fc.property(logits, fc.double({ min: 1e-6, max: 1, noNaN: true }), (z, u) => {
      const any = categorical(softmax(z));
      const x = any.quantile(u);
      expect(any.cdf(x)).toBeGreaterThanOrEqual(u - 1e-12);
      expect(any.cdf(x - 1)).toBeLessThan(u + 1e-12);
    }));
  });

  it("refuses what is no distribution", () => {
    expect(() => categorical([0.5, -0.1])).toThrow("not -0.1");
    expect(() => categorical([0, 0])).toThrow("2 levels sum to 0");
  });
});

describe("softmax and cumulative logit", () => {
  it("sum to 1 for any input", () => {
    fc.assert(fc.property(logits, (z) => {
      expect(total(softmax(z))).toBeCloseTo(1, 12);
    }));
    fc.assert(fc.property(fc.double({ min: -50, max: 50, noNaN: true }), logits, (location, raw) => {
      const p = cumulativeLogit(location, orderedThresholds(raw.map((v) => v / 50)));
      expect(p.length).toBe(raw.length + 1);
      expect(p.every((v) => v >= 0)).toBe(true);
      expect(total(p)).toBeCloseTo(1, 12);
    }));
  });

  it("give P(Y <= k) = sigmoid(threshold - location), accurately for far levels", () => {
    const p = cumulativeLogit(0.3, [-1, 0.5, 2]);
    expect(p[0] + p[1]).toBeCloseTo(1 / (1 + Math.exp(-0.2)), 12);
    const far = cumulativeLogit(-60, [0, 1]);
    expect(far[1] / (Math.exp(-60) - Math.exp(-61))).toBeCloseTo(1, 9);
    expect(cumulativeLogit(0, [1, 1])[1]).toBe(0);
  });

  it("shift towards higher levels with the location, and fill what they are given", () => {
    const out = new Float64Array(3);
    expect(cumulativeLogit(1, [0, 1], out)).toBe(out);
    expect(categorical(cumulativeLogit(2, [0, 1])).mean()).toBeGreaterThan(categorical(out).mean());
    expect(Array.from(softmax([0, Math.log(3)]))).toEqual([expect.closeTo(0.25, 12), expect.closeTo(0.75, 12)]);
    expect(Array.from(orderedThresholds([5, -800, 0]))).toEqual([5, 5, expect.closeTo(5 + Math.log(2), 12)]);
  });
});
