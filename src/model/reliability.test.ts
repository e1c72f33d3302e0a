import { describe, expect, test } from "vitest";
import { createRng } from "../base/random.js";
import { buildGrid, gaussianMass, type Grid } from "./likelihoods/index.js";
import { calibrationError, countReliability, pooledCoverage, type Reliability } from "./reliability.js";

/** Hidden normal values beside normal densities of another width. */
function normals(cells: number, width: number, resolution = 0.01) {
  const rng = createRng(3);
  const values = Float64Array.from({ length: cells }, () => Math.round(rng.normal() / resolution) * resolution);
  const grid = buildGrid(values, { resolution, min: -6, max: 6 });
  const density = new Float64Array(grid.size);
  gaussianMass(grid, 0, width, density);
  return [...values].map((value) => ({ grid, density, value }));
}

const measured = (add: (counter: ReturnType<typeof countReliability>) => void): Reliability[] => {
  const counter = countReliability();
  add(counter);
  return counter.finish();
};

describe("numbers", () => {
  test("right densities cover what they claim, and their transform is flat", () => {
    const [found] = measured((counter) => counter.addNumbers("real", normals(4000, 1)));
    expect(found).toMatchObject({ type: "real", attributes: 1, cells: 4000 });
    for (const { level, share } of found.coverage!) expect(Math.abs(share - level)).toBeLessThan(0.025);
    expect(found.pit).toHaveLength(20);
    expect(found.pit!.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 2);
    for (const share of found.pit!) expect(Math.abs(share - 0.05)).toBeLessThan(0.02);
  });

  test("densities that are too narrow cover too little, those that are too wide too much", () => {
    const share = (width: number): number => measured((counter) => counter.addNumbers("real", normals(2000, width)))[0].coverage![2].share;
    expect(share(0.5)).toBeLessThan(0.7);
    expect(share(2)).toBeGreaterThan(0.98);
  });

  test("coarse values count by the part of their probability that lies inside", () => {
    const [found] = measured((counter) => counter.addNumbers("count", normals(4000, 1, 1)));
    for (const { level, share } of found.coverage!) expect(Math.abs(share - level)).toBeLessThan(0.04);
  });

  test("a value without probability stands at the end of the unit interval", () => {
    const grid: Grid = buildGrid(Float64Array.from([0, 0, 0, 5, 5, 9]), { resolution: 1, min: 0, max: 9 });
    const density = new Float64Array(grid.size);
    density[0] = 1;
    const [found] = measured((counter) => counter.addNumbers("real", [{ grid, density, value: 9 }]));
    expect(found.pit!.at(-1)).toBe(1);
    expect(found.coverage!.map(({ share }) => share)).toEqual([0, 0, 0, 0]);
  });
});

describe("levels", () => {
  const rng = createRng(5);
  const cells = (claimed: (p: number) => number) =>
    Array.from({ length: 6000 }, () => {
      const p = rng.uniform();
      const said = claimed(p);
      return { probabilities: Float64Array.of(said, 1 - said), value: rng.uniform() < p ? 0 : 1 };
    });

  test("right probabilities come true as often as they say", () => {
    const [found] = measured((counter) => counter.addClasses("binary", cells((p) => p)));
    expect(found.bins).toHaveLength(10);
    for (const { predicted, seen } of found.bins!) expect(Math.abs(predicted - seen)).toBeLessThan(0.06);
    expect(calibrationError([found])!.error).toBeLessThan(0.02);
  });

  test("overconfident ones do not", () => {
    const [found] = measured((counter) => counter.addClasses("binary", cells((p) => (p > 0.5 ? 0.95 : 0.05))));
    expect(found.bins).toHaveLength(2);
    expect(calibrationError([found])).toMatchObject({ cells: 6000 });
    expect(calibrationError([found])!.error).toBeGreaterThan(0.15);
  });
});

test("types are told apart, numbers of all types are pooled by their cells, and types without a cell are left out", () => {
  const found = measured((counter) => {
    counter.addNumbers("count", normals(1000, 0.5));
    counter.addNumbers("real", normals(3000, 2));
    counter.addClasses("ordinal", []);
    counter.addNumbers("positive", []);
  });
  expect(found.map(({ type }) => type)).toEqual(["count", "real"]);
  const [narrow, wide] = found.map((r) => r.coverage![0].share);
  expect(pooledCoverage(found)).toMatchObject({ cells: 4000 });
  expect(pooledCoverage(found)!.coverage[0].share).toBeCloseTo((narrow + 3 * wide) / 4, 6);
  expect(pooledCoverage([])).toBeUndefined();
  expect(calibrationError(found)).toBeUndefined();
});
