import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng } from "../../base/random.js";
import { dealRounds, drawOrder } from "./rounds.js";

const noGates = (): number[] => [];

/** Couplings of columns in pairs (0, 1), (2, 3), …: strong within, weak between. */
const pairs = (n: number): Float64Array[] => Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 0 : i >> 1 === j >> 1 ? 0.9 : 0.05)));

const random = (n: number, seed: number): Float64Array[] => {
  const rng = createRng(seed);
  const found = Array.from({ length: n }, () => new Float64Array(n));
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) found[i][j] = found[j][i] = rng.uniform() ** 3;
  return found;
};

describe("rounds", () => {
  test("hold every column once, at most as many rounds as asked for, and gates before what waits for them", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 3 }), (n, rounds, seed, depth) => {
      const columns = Array.from({ length: n }, (_, j) => j);
      // Column j waits for j - 1 where both lie in the first `depth` + 1 columns.
      const before = (j: number): number[] => (j > 0 && j <= depth ? [j - 1] : []);
      const dealt = dealRounds({ columns, given: [], rounds, coupling: random(n, seed), before });
      expect(dealt.flat().sort((a, b) => a - b)).toEqual(columns);
      expect(dealt.length).toBeLessThanOrEqual(Math.max(rounds, Math.min(n, depth + 1)));
      expect(dealt.every((round) => round.length > 0)).toBe(true);
      const roundOf = (j: number): number => dealt.findIndex((round) => round.includes(j));
      for (let j = 1; j <= Math.min(depth, n - 1); j++) expect(roundOf(j - 1)).toBeLessThan(roundOf(j));
    }));
  });

  test("keep strongly coupled columns apart", () => {
    const columns = Array.from({ length: 24 }, (_, j) => j);
    for (const rounds of [6, 12]) {
      for (const round of dealRounds({ columns, given: [], rounds, coupling: pairs(24), before: noGates })) {
        for (const j of round) expect(round).not.toContain(j ^ 1);
      }
    }
  });

  test("grow from small to large", () => {
    const columns = Array.from({ length: 120 }, (_, j) => j);
    const sizes = dealRounds({ columns, given: [], rounds: 12, coupling: pairs(120), before: noGates }).map((round) => round.length);
    expect(sizes[0]).toBeLessThan(4);
    expect(sizes.at(-1)).toBeGreaterThan(9);
  });
});

describe("the order of single draws", () => {
  test("begins with what the others hang on most, and goes on to what hangs on those drawn", () => {
    // 2 is the hub of 1 and 3; 0 hangs on 3 only; 4 on nothing.
    const coupling = Array.from({ length: 5 }, () => new Float64Array(5));
    const join = (i: number, j: number, c: number): void => void (coupling[i][j] = coupling[j][i] = c);
    join(2, 1, 0.6);
    join(2, 3, 0.8);
    join(3, 0, 0.7);
    expect(drawOrder({ columns: [0, 1, 2, 3, 4], given: [], coupling, before: noGates })).toEqual([3, 2, 0, 1, 4]);
    expect(drawOrder({ columns: [0, 1, 3, 4], given: [2], coupling, before: noGates })).toEqual([3, 0, 1, 4]);
    expect(drawOrder({ columns: [0, 1, 2, 3, 4], given: [], coupling, before: (j) => (j === 3 ? [4] : []) })).toEqual([2, 1, 0, 4, 3]);
  });
});
