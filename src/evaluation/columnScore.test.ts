import { describe, expect, it } from "vitest";
import { createRng } from "../base/random.js";
import { normal } from "../../test/support/normal.js";
import { categorical } from "../model/likelihoods/index.js";
import type { Attribute } from "../schema/schema.js";
import { emptySums, fairBrier, scoreColumn } from "./columnScore.js";
import type { Completed } from "./imputer.js";

const number: Attribute = { name: "x", role: "attribute", type: "real", resolution: 0.1 };
const levels: Attribute = { name: "c", role: "attribute", type: "categorical", levels: ["a", "b", "c"] };

/** Scores one column whose first cells were hidden. */
function score(attribute: Attribute, truth: number[], hidden: number, completed: Omit<Completed, "values">, filled: number[]) {
  const values = Float64Array.from(truth, (x, i) => (i < hidden ? filled[i] : x));
  const sums = emptySums(truth.length);
  const column = { attribute, at: 0, truth: Float64Array.from(truth), hidden: Array.from({ length: hidden }, (_, i) => i) };
  return { result: scoreColumn(column, { values: [values], ...completed }, 1, sums, createRng(1)), sums };
}

describe("numbers", () => {
  const truth = [4.1, 2.2, 6.3, 5, 3.3, 7.9, 1, 9];
  const filled = [4, 3, 5, 5.5, 4, 6];
  const sd = Math.sqrt(truth.reduce((s, x) => s + (x - 4.85) ** 2, 0) / 8);

  it("have numpy's and scipy's errors, in standard deviations of the full column", () => {
    const { result, sums } = score(number, truth, 6, {}, filled);
    expect(result.figures.nrmse).toBeCloseTo(1.0559356040971437 / sd, 12);
    expect(result.figures.mae).toBeCloseTo(0.8833333333333333 / sd, 12);
    expect(result.figures.r2).toBeCloseTo(0.8457128520353762, 12);
    expect(result).toMatchObject({ kind: "numeric", type: "real", hidden: 6, unfilled: 0 });
    expect(result.figures.crps).toBeUndefined();
    // The parts of the rows sum to the squared figure, and rows without a hidden cell have none.
    expect(sums.squares.reduce((a, b) => a + b, 0)).toBeCloseTo(result.figures.nrmse! ** 2, 12);
    expect([...sums.squares.slice(6)]).toEqual([0, 0]);
  });

  it("have scipy's Wasserstein distance", () => {
    const { result } = score(number, [1.2, 3.4, 2.2, 5.9, 0.3], 5, {}, [2, 2.5, 2.1, 4, 1.1]);
    const spread = Math.sqrt([1.2, 3.4, 2.2, 5.9, 0.3].reduce((s, x) => s + (x - 2.6) ** 2, 0) / 5);
    expect(result.figures.wasserstein).toBeCloseTo(0.9 / spread, 12);
  });

  it("score a density by its CRPS, interval and probability (scipy's values for N(4, 1.5²) at 5.2)", () => {
    const { result } = score(number, [5.2, 5.2, 5.2, 1, 9], 3, { distribution: () => normal(4, 1.5) }, [4, 4, 4]);
    const spread = Math.sqrt([5.2, 5.2, 5.2, 1, 9].reduce((s, x) => s + (x - 5.12) ** 2, 0) / 5);
    expect(result.figures.crps).toBeCloseTo(0.7143373263626618 / spread, 10);
    expect(result.figures.width).toBeCloseTo((2 * (4 - 1.532719559572791)) / spread, 10);
    expect(result.figures.intervalScore).toBeCloseTo(result.figures.width!, 12);
    expect(result.figures.nll).toBeCloseTo(3.9470554076220066, 10);
    expect(result.figures.coverage).toBe(1);
  });

  it("fine what lies outside an interval by 20 times its distance", () => {
    const { result } = score(number, [10, 10, 10, 1, 9], 3, { distribution: () => normal(4, 1.5) }, [4, 4, 4]);
    const [low, high] = [1.532719559572791, 8 - 1.532719559572791];
    const spread = Math.sqrt([10, 10, 10, 1, 9].reduce((s, x) => s + (x - 8) ** 2, 0) / 5);
    expect(result.figures.intervalScore).toBeCloseTo((high - low + 20 * (10 - high)) / spread, 10);
    expect(result.figures.coverage).toBe(0);
  });

  it("draws from the truth are uniform in their probability integral transform and hold 90%", () => {
    const rng = createRng(2);
    const n = 8000;
    const draw = (): Float64Array[] => [Float64Array.from({ length: n }, () => rng.normal())];
    const truth = Array.from({ length: n }, () => rng.normal());
    const { result, sums } = score(number, truth, n, { draws: Array.from({ length: 20 }, draw) }, truth.map(() => 0));
    expect(result.figures.coverage).toBeCloseTo(0.9, 1.8);
    expect(result.figures.crps).toBeCloseTo(1 / Math.sqrt(Math.PI), 1.8);
    // From the 1.05th to the 19.95th of 20 normal draws in order; expected order statistics are 1.867 and 1.408.
    expect(result.figures.width).toBeCloseTo(2 * (1.867 - 0.05 * (1.867 - 1.408)), 1);
    for (const count of sums.pit) expect(Math.abs(count / n - 1 / 40)).toBeLessThan(0.007);
  });

  it("count the mean for what was left empty", () => {
    const { result } = score(number, truth, 6, {}, [NaN, NaN, NaN, NaN, NaN, NaN]);
    expect(result.unfilled).toBe(6);
    expect(result.figures.r2).toBe(0);
    expect(result.figures.mae).toBeCloseTo(truth.slice(0, 6).reduce((s, x) => s + Math.abs(x - 4.85), 0) / 6 / sd, 12);
  });
});

describe("levels", () => {
  const truth = [0, 0, 1, 2, 2, 2, 1, 0];
  const filled = [0, 1, 1, 2, 0, 2, 1, 0];

  it("have scikit-learn's accuracy and balanced accuracy", () => {
    const { result, sums } = score(levels, truth, 8, {}, filled);
    expect(result.figures.accuracy).toBe(0.75);
    expect(result.figures.balancedAccuracy).toBeCloseTo(0.7777777777777777, 12);
    expect(sums.right.reduce((a, b) => a + b, 0)).toBeCloseTo(0.75, 12);
  });

  it("score probabilities, and count how often the filled level was right by its probability", () => {
    const { result, sums } = score(levels, truth, 8, { distribution: () => categorical([0.5, 0.3, 0.2]) }, truth.map(() => 0));
    const logLoss = -(3 * Math.log(0.5) + 2 * Math.log(0.3) + 3 * Math.log(0.2)) / 8;
    const brier = (3 * (0.25 + 0.09 + 0.04) + 2 * (0.25 + 0.49 + 0.04) + 3 * (0.25 + 0.09 + 0.64)) / 8;
    expect(result.figures.logLoss).toBeCloseTo(logLoss, 12);
    expect(result.figures.brier).toBeCloseTo(brier, 12);
    expect(sums.reliability[5]).toEqual({ cells: 8, probability: expect.closeTo(4, 12), right: 3 });
  });

  it("an empty cell is wrong", () => {
    expect(score(levels, truth, 8, {}, truth.map(() => NaN)).result).toMatchObject({ unfilled: 8, figures: { accuracy: 0 } });
  });

  it("the fair Brier score of draws has the mean of the distribution's own, whatever their number", () => {
    const rng = createRng(3);
    const p = [0.6, 0.3, 0.1];
    for (const m of [2, 10]) {
      const scores = Array.from({ length: 20_000 }, () => {
        const shares = new Float64Array(3);
        for (let k = 0; k < m; k++) shares[drawLevel(rng.uniform(), p)] += 1 / m;
        return fairBrier(shares, drawLevel(rng.uniform(), p), m);
      });
      expect(scores.reduce((a, b) => a + b, 0) / scores.length).toBeCloseTo(1 - 0.36 - 0.09 - 0.01, 1.8);
    }
  });
});

const drawLevel = (u: number, p: readonly number[]): number => (u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2);
