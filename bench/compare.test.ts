import { describe, expect, it } from "vitest";
import { accuracy, compareMethods, meanRanks, nrmse } from "./compare.js";
import type { Result } from "./results.js";

/** A finished result, or a failed one where no figures are given. */
const result = (table: string, seed: number, method: string, figures?: [number, number]): Result => ({
  table,
  mechanism: "mcar",
  seed,
  method,
  seconds: 1,
  peakMemory: null,
  score: figures ? { nrmse: figures[0], r2: NaN, accuracy: figures[1], balancedAccuracy: NaN, unfilled: 0, changed: 0 } : null,
});

describe("meanRanks", () => {
  it("averages ranks over cases, shares them in ties and puts what failed last", () => {
    const results = [
      ...[result("t", 1, "a", [0.5, 0.7]), result("t", 1, "b", [0.6, 0.7]), result("t", 1, "c", [0.7, 0.8])],
      ...[result("t", 2, "a", [0.5, 0.7]), result("t", 2, "b"), result("t", 2, "c", [0.4, 0.8])],
    ];
    const ranks = (figure: typeof nrmse): unknown => Object.fromEntries(meanRanks(results, ["a", "b", "c"], figure).ranks);
    expect(ranks(nrmse)).toEqual({ a: 1.5, b: 2.5, c: 2 });
    expect(ranks(accuracy)).toEqual({ a: 2.25, b: 2.75, c: 1 });
  });

  it("leaves out cases that a method was not run on, and those without the figure", () => {
    const results = [
      ...[result("t", 1, "a", [0.5, NaN]), result("t", 1, "b", [0.6, NaN])],
      ...[result("t", 2, "a", [0.5, 0.7])],
    ];
    expect(meanRanks(results, ["a", "b"], nrmse)).toEqual({ cases: 1, ranks: new Map([["a", 1], ["b", 2]]) });
    expect(meanRanks(results, ["a", "b"], accuracy)).toEqual({ cases: 0, ranks: new Map([["a", NaN], ["b", NaN]]) });
  });
});

describe("compareMethods", () => {
  const results = [
    ...[result("t", 1, "a", [0.5, 0.7]), result("t", 1, "b", [1, 0.6])],
    ...[result("t", 2, "a", [0.9, 0.7]), result("t", 2, "b", [0.9, 0.7])],
    ...[result("u", 1, "a", [0.6, 0.5]), result("u", 1, "b", [0.5, 0.5])],
    // Only one of the two finished: no part of the comparison.
    ...[result("u", 2, "a", [0.1, 1]), result("u", 2, "b")],
    ...[result("v", 1, "a", [0.1, 1])],
  ];

  it("takes the table as the unit, over cases that both finished", () => {
    const { ratio, ...counts } = compareMethods(results, "a", "b", nrmse);
    expect(counts).toMatchObject({ tables: 2, won: 1, lost: 1 });
    expect(ratio).toBeCloseTo((0.75 + 1.2) / 2, 12);
    const higher = compareMethods(results, "a", "b", accuracy);
    expect(higher).toMatchObject({ tables: 2, won: 1, lost: 0 });
    expect(higher.difference).toBeCloseTo(0.025, 12);
  });

  it("has nothing to say about methods that share no case", () => {
    expect(compareMethods(results, "a", "z", nrmse)).toEqual({ tables: 0, won: 0, lost: 0, ratio: NaN, difference: NaN });
  });
});
