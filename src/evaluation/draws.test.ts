import { describe, expect, it } from "vitest";
import { createRng } from "../base/random.js";
import { fairCrps, randomisedPit } from "./draws.js";

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe("fairCrps", () => {
  it("is the double sum of its definition", () => {
    const rng = createRng(1);
    for (const m of [2, 3, 10]) {
      const draws = Array.from({ length: m }, () => rng.normal());
      const truth = rng.normal();
      const pairs = draws.flatMap((a) => draws.map((b) => Math.abs(a - b))).reduce((a, b) => a + b, 0);
      const plain = average(draws.map((v) => Math.abs(v - truth))) - pairs / (2 * m * (m - 1));
      expect(fairCrps(draws, truth)).toBeCloseTo(plain, 12);
    }
  });

  it("is the absolute error of a single draw, and of draws that are all the same", () => {
    expect(fairCrps([2], 5)).toBe(3);
    expect(fairCrps([2, 2, 2], 5)).toBe(3);
  });

  it("has the same mean for any number of draws: 1/√π for standard normal draws of a standard normal number", () => {
    const rng = createRng(2);
    for (const m of [2, 20]) {
      const scores = Array.from({ length: 20_000 }, () => fairCrps(Array.from({ length: m }, () => rng.normal()), rng.normal()));
      expect(average(scores)).toBeCloseTo(1 / Math.sqrt(Math.PI), 1.8);
    }
  });
});

describe("randomisedPit", () => {
  it("is uniform for draws from the true distribution, of few levels too", () => {
    const rng = createRng(3);
    const die = (): number => rng.int(3);
    const pit = Array.from({ length: 20_000 }, () => randomisedPit(Array.from({ length: 7 }, die), die(), rng));
    for (const q of [0.05, 0.3, 0.5, 0.95]) expect(pit.filter((u) => u < q).length / pit.length).toBeCloseTo(q, 1.8);
  });
});
