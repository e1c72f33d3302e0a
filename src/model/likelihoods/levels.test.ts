import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { brierScore, categorical, rankedProbabilityScore } from "./categorical.js";
import { logProbFloor } from "./distribution.js";

const weights = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-200, max: 1e200, noNaN: true })), { minLength: 1, maxLength: 12 }).filter((w) => w.some((v) => v > 0));

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
    fc.assert(fc.property(weights, fc.double({ min: 1e-6, max: 1, noNaN: true }), (w, u) => {
      const any = categorical(w);
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
