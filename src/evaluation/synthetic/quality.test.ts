import { describe, expect, it } from "vitest";
import { stackRows, takeRows } from "./people.js";
import { columnShapes, smirnovComplement, variationComplement } from "./shapes.js";
import { relatedPeople, shuffledColumns } from "../../../test/support/invented.js";
import { associations, correlation, cramerV, pairTrends } from "./trends.js";
import { tellApart } from "./twoSample.js";
import { utilityOf } from "./utility.js";

const train = relatedPeople(400, 1);
const fresh = relatedPeople(400, 2);
const shuffled = shuffledColumns(train, 3);

describe("columnShapes", () => {
  it("is 1 for the same table, in whatever order of rows", () => {
    const turned = takeRows(train, Array.from({ length: 400 }, (_, i) => 399 - i));
    for (const other of [train, turned, shuffled]) for (const { score, missing } of columnShapes(train, other)) expect([score, missing]).toEqual([1, 1]);
  });

  it("is symmetric, 0 for tables that share nothing, and NaN without values", () => {
    columnShapes(train, fresh).forEach(({ score }, j) => expect(score).toBeCloseTo(columnShapes(fresh, train)[j].score, 12));
    expect(smirnovComplement(Float64Array.of(1, 2, 3), Float64Array.of(7, 8))).toBe(0);
    expect(smirnovComplement(Float64Array.of(NaN), Float64Array.of(7, 8))).toBeNaN();
    expect(variationComplement(Float64Array.of(0, 0), Float64Array.of(1, 2), 3)).toBe(0);
    expect(variationComplement(Float64Array.of(NaN), Float64Array.of(1), 3)).toBeNaN();
  });

  it("does not depend on the scale of numbers, and tells of a shift of missingness", () => {
    const a = Float64Array.of(1, 2, 3, 4);
    const b = Float64Array.of(2, 3, 5, 6);
    expect(smirnovComplement(a, b)).toBe(0.5);
    expect(smirnovComplement(a.map(Math.exp), b.map(Math.exp))).toBe(0.5);
    const emptied = { ...train, values: train.values.map((column) => column.map((x, i) => (i < 100 ? NaN : x))) };
    for (const { missing } of columnShapes(train, emptied)) expect(missing).toBeLessThan(0.82);
  });
});

describe("pairTrends", () => {
  it("is 1 for the same table and less for shuffled columns, most of all over related pairs", () => {
    expect(pairTrends(train, train)).toMatchObject({ score: 1, related: 1, reportScore: 1 });
    const [lost, kept] = [pairTrends(train, shuffled), pairTrends(train, fresh)];
    expect(lost.related).toBeLessThan(kept.related - 0.15);
    expect(lost.related).toBeLessThan(lost.score);
  });

  it("says nothing where a number is constant, and nothing of related pairs where none is", () => {
    const constant = { ...train, values: train.values.map((column, j) => (j === 0 ? column.map(() => 5) : column)) };
    expect(pairTrends(constant, train).scores[0][1]).toBeNaN();
    expect(pairTrends(shuffled, train).related).toBeNaN();
  });
});

describe("associations", () => {
  it("finds the relations that are there and none in shuffled columns", () => {
    const found = associations(train);
    expect(found[0][1]).toBeGreaterThan(0.7);
    expect(found[1][4]).toBeGreaterThan(0.4);
    expect(found[1][4]).toBe(found[4][1]);
    expect(Math.max(...associations(shuffled).flat().filter(Number.isFinite).map(Math.abs))).toBeLessThan(0.2);
  });

  it("agrees with plain formulas", () => {
    const a = Float64Array.of(1, 2, NaN, 4, 1e9);
    expect(correlation(a, a.map((x) => 3 - 2 * x))).toBeCloseTo(-1, 12);
    const codes = Int32Array.of(0, 0, 1, 1, 0, 1);
    expect(cramerV(codes, codes, 2, 2, false)).toBeCloseTo(1, 12);
    // Counts 2, 1, 1, 2: chi² = 6 (1/3)² = 2/3, V = sqrt(chi² / 6).
    expect(cramerV(Int32Array.of(0, 0, 0, 1, 1, 1), Int32Array.of(0, 0, 1, 0, 1, 1), 2, 2, false)).toBeCloseTo(1 / 3, 12);
  });
});

describe("tellApart", () => {
  it("cannot tell people of one kind apart, and tells lost relations and other holes", () => {
    const same = tellApart(train, fresh, 1);
    expect(same.low).toBeLessThan(0.5);
    expect(same.high).toBeGreaterThan(0.5);
    expect(tellApart(fresh, shuffled, 1).low).toBeGreaterThan(0.6);
    const full = { ...fresh, values: fresh.values.map((column) => column.map((x) => (Number.isNaN(x) ? 0 : x))) };
    expect(tellApart(train, full, 1).low).toBeGreaterThan(0.55);
    expect(tellApart(train, fresh, 1)).toEqual(same);
  });
});

describe("utilityOf", () => {
  it("is the same by other real people, and lost by shuffled columns", () => {
    const holdout = relatedPeople(400, 4);
    const found = associations(train);
    const good = utilityOf({ train, synthetic: fresh, holdout }, found, 1);
    expect(good.map((u) => u.measure)).toEqual(["r2", "r2", "auc", "auc"].slice(4 - good.length));
    for (const { real, synthetic, both } of good) {
      expect(Math.abs(real - synthetic)).toBeLessThan(0.15);
      expect(both).toBeGreaterThan(Math.min(real, synthetic) - 0.05);
    }
    for (const { measure, real, synthetic } of utilityOf({ train, synthetic: shuffled, holdout }, found, 1)) {
      if (measure === "auc") expect(synthetic).toBeLessThan(real - 0.15);
      else expect(synthetic).toBeLessThan(0.1);
    }
  });
});

describe("stackRows", () => {
  it("keeps every row in order", () => {
    const both = stackRows([train, fresh]);
    expect(both.rows).toBe(800);
    expect(both.values[1].subarray(400)).toEqual(fresh.values[1]);
  });
});
