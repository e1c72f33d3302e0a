import { describe, expect, it } from "vitest";
import { createRng } from "../base/random.js";
import type { TextTable } from "./columns.js";
import { fairCrps, randomisedPit, scoreDraws } from "./draws.js";

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

describe("scoreDraws", () => {
  const rng = createRng(4);
  const n = 4000;
  const means = Array.from({ length: n }, () => 3 * rng.normal());
  const table = (spread: number): TextTable => ({
    columns: ["x", "c"],
    rows: means.map((m) => [String(m + spread * rng.normal()), "a"]),
  });
  const full = table(1);
  const mask = means.map((_, i) => Uint8Array.of(i % 2, 1));

  it("finds the nominal coverage for honest draws and too little for narrow ones", () => {
    const honest = scoreDraws(full, Array.from({ length: 10 }, () => table(1)), mask, { level: 0.8, rng });
    const narrow = scoreDraws(full, Array.from({ length: 10 }, () => table(0.2)), mask, { level: 0.8, rng });
    expect(honest).toMatchObject({ level: 0.8, draws: 10 });
    expect(honest.coverage).toBeCloseTo(0.8, 1.5);
    expect(narrow.coverage).toBeLessThan(0.4);
    // In standard deviations of the full column, √10.
    expect(honest.crps).toBeCloseTo(1 / Math.sqrt(Math.PI) / Math.sqrt(10), 1.8);
    expect(narrow.crps).toBeGreaterThan(honest.crps + 0.01);
  });

  it("takes the mean for what a draw left empty", () => {
    const empty: TextTable = { columns: ["c", "x"], rows: means.map(() => ["a", ""]) };
    const { crps } = scoreDraws(full, [empty, empty], mask, { rng });
    const values = full.rows.map((row) => Number(row[0]));
    const mean = average(values);
    const sd = Math.sqrt(average(values.map((v) => (v - mean) ** 2)));
    expect(crps).toBeCloseTo(average(values.filter((_, i) => i % 2).map((v) => Math.abs(v - mean))) / sd, 10);
  });

  it("refuses no draws", () => {
    expect(() => scoreDraws(full, [], mask, { rng })).toThrow(/at least one/);
  });
});
