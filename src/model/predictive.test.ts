import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cellsOf, factorTable, levelsAttribute, numberAttribute } from "../../test/support/tables.js";
import { normalCdf } from "../base/normal.js";
import { createRng } from "../base/random.js";
import { fitLayout } from "../data/layout.js";
import { fitGrids } from "./grids.js";
import { gaussianMass, gridDistribution, gridMean, gridVariance } from "./likelihoods/index.js";
import { classProbabilities, levelProbabilities, numberDensity, numberMean, stackedMean, type DensityModel, type MemberPaths } from "./predictive.js";
import type { ColumnCalibration } from "./columnCalibration.js";

const cells = factorTable(500, 2, [3], 1);
const layout = fitLayout(cells);
const grids = fitGrids(cells, layout);
const d = layout.features;
const sum = (p: Float64Array): number => p.reduce((a, b) => a + b, 0);

const modelWith = (own: Partial<ColumnCalibration>): DensityModel => ({
  layout,
  grids,
  columns: layout.columns.map(() => ({ weights: [0.2, 0.3, 0.5], spread: 1, histogram: 0.3, cells: [], ...own })),
  peoplePerMemoryRow: 1,
});

/** One row of paths: the same mean for each number, equal classes. */
function member(mean: number, logVariance: number, histogram?: (j: number, b: number) => number): MemberPaths {
  const features = Float32Array.from({ length: d }, (_, k) => (k < layout.numbers ? mean : 1 / 3));
  return {
    linear: features,
    memory: features,
    net: features,
    logVariance: new Float32Array(layout.numbers).fill(logVariance),
    ...(histogram ? { histogram: Float32Array.from({ length: grids.total }, (_, at) => histogram(at < grids.first[1] ? 0 : 1, at < grids.first[1] ? at : at - grids.first[1])) } : {}),
  };
}

describe("a number's density", () => {
  test("sums to 1 and has the stacked mean, or a mean a quarter of a deviation nearer to it, whatever its parts", () => {
    const finite = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
    let exact = 0;
    fc.assert(
      fc.property(finite(-1.5, 1.5), finite(-1.5, 1.5), finite(-5, 1.5), finite(0.6, 1.8), finite(0, 0.7), fc.integer(), (m1, m2, v, spread, histogram, seed) => {
        const rng = createRng(seed);
        const factors = Array.from({ length: 60 }, () => 0.3 + 2 * rng.uniform());
        const raw = grids.grids.map((g) => Float64Array.from({ length: g.size }, () => rng.uniform() ** 4));
        const share = rng.uniform();
        const model = modelWith({ spread, histogram, cells: factors });
        const members = [member(m1, v, (j, b) => (share * raw[j][b]) / sum(raw[j])), member(m2, v + 0.5)];
        for (let j = 0; j < layout.numbers; j++) {
          const grid = grids.grids[j];
          const p = numberDensity(model, members, 0, j);
          expect(sum(p)).toBeCloseTo(1, 9);
          expect(p.every((x) => x >= 0)).toBe(true);
          const { center, scale } = layout.columns[j];
          const stacked = numberMean(model, members, 0, j);
          expect(stacked).toBeCloseTo(center + (scale * (m1 + m2)) / 2, 4);

          // The shape before it is tilted, from its parts.
          const shape = new Float64Array(grid.size);
          members.forEach((m, k) => {
            const mass = new Float64Array(grid.size);
            gaussianMass(grid, center + scale * [m1, m2][k], scale * spread * Math.exp(0.5 * m.logVariance![j]), mass);
            const own = m.histogram?.subarray(grids.first[j], grids.first[j] + grid.size);
            const known = own?.reduce((a, b) => a + b, 0) ?? 0;
            for (let b = 0; b < grid.size; b++) shape[b] += ((1 - histogram * known) * mass[b] + histogram * (own?.[b] ?? 0)) * factors[b] + 0.5e-12;
          });
          const total = sum(shape);
          for (let b = 0; b < grid.size; b++) shape[b] /= total;
          const [mean, most] = [gridMean(grid, shape), 0.25 * Math.sqrt(gridVariance(grid, shape))];
          const wanted = Math.min(mean + most, Math.max(mean - most, stacked));
          if (wanted === stacked) exact++;
          expect(Math.abs(gridMean(grid, p) - wanted) / scale).toBeLessThan(1e-5);
        }
      }),
      { seed: 5, numRuns: 200 },
    );
    expect(exact).toBeGreaterThan(150);
  });

  test("does not become a spike where the stacked mean lies at the end of the support or beyond", () => {
    for (const mean of [-1.8, -2.4]) {
      const p = numberDensity(modelWith({ histogram: 0 }), [member(mean, 0)], 0, 0);
      expect(Math.max(...p)).toBeLessThan(0.7);
      expect(Math.sqrt(gridVariance(grids.grids[0], p)) / layout.columns[0].scale).toBeGreaterThan(0.25);
    }
  });

  test("is nearly the Gaussian that the network predicts", () => {
    const p = numberDensity(modelWith({ histogram: 0 }), [member(0.3, 2 * Math.log(0.4))], 0, 0);
    expect(Math.sqrt(gridVariance(grids.grids[0], p)) / layout.columns[0].scale).toBeCloseTo(0.4, 1.5);
    const wide = numberDensity(modelWith({ histogram: 0, spread: 1.5 }), [member(0.3, 2 * Math.log(0.4))], 0, 0);
    expect(gridVariance(grids.grids[0], wide) / gridVariance(grids.grids[0], p)).toBeCloseTo(2.25, 0.5);
  });

  test("is wider where members disagree", () => {
    const variance = (members: MemberPaths[]): number => gridVariance(grids.grids[0], numberDensity(modelWith({ histogram: 0 }), members, 0, 0)) / layout.columns[0].scale ** 2;
    expect(variance([member(-0.5, -3), member(0.5, -3)]) - variance([member(0, -3)])).toBeCloseTo(0.25, 1.5);
  });

  test("takes the histogram's shape by its share, and the Gaussian's where the histogram lacks people", () => {
    const heap = 7;
    const gaussian = numberDensity(modelWith({ histogram: 0 }), [member(0, 0)], 0, 0);
    const target = grids.grids[0].center[heap];
    const at = (known: number): Float64Array => {
      const m = member((target - layout.columns[0].center) / layout.columns[0].scale, 0, (_, b) => (b === heap ? known : 0));
      return numberDensity(modelWith({ histogram: 0.5 }), [m], 0, 0);
    };
    expect(at(1)[heap] - gaussian[heap]).toBeGreaterThan(0.35);
    expect(at(0.2)[heap]).toBeLessThan(0.25);
    expect(at(0.2)[heap]).toBeGreaterThan(gaussian[heap]);
    expect(at(0)[heap]).toBeLessThan(at(0.2)[heap]);
  });

  test("does not become a spike where a few far values make its deviation wide, and its mean near the end within reach", () => {
    // A value far off for one in 200; the mean lies within a tenth of a deviation of the lowest value.
    const heaped = cellsOf([numberAttribute("x")], [Array.from({ length: 1000 }, (_, i) => (i % 200 === 0 ? 500 : (i % 97) / 1000))]);
    const own = fitLayout(heaped);
    const grids = fitGrids(heaped, own);
    const [grid] = grids.grids;
    const shares = Float32Array.from({ length: grid.size }, (_, b) => ((grid.below![b] ?? 1) - (grid.below![b - 1] ?? 0)));
    const model: DensityModel = { layout: own, grids, columns: [{ weights: [1, 0, 0], spread: 1, histogram: 1, reach: 0.1, cells: [] }], peoplePerMemoryRow: 1 };
    const p = numberDensity(model, [{ linear: Float32Array.of(-3, 0), net: new Float32Array(2), logVariance: Float32Array.of(0), histogram: shares }], 0, 0);
    expect(gridMean(grid, p)).toBeCloseTo(gridMean(grid, Float64Array.from(shares)) / 2, 3);
    for (let b = 0; b < grid.size - 1; b++) expect(p[b] / shares[b]).toBeGreaterThan(0.99);
  });

  test("stays in the support where the mean would leave it", () => {
    for (const mean of [-40, 40]) {
      const model = modelWith({});
      const p = numberDensity(model, [member(mean, 0)], 0, 0);
      const { lo, hi, size } = grids.grids[0];
      expect(numberMean(model, [member(mean, 0)], 0, 0)).toBe(mean < 0 ? lo[0] : hi[size - 1]);
      expect(sum(p)).toBeCloseTo(1, 9);
      expect(p.every(Number.isFinite)).toBe(true);
    }
  });
});

describe("a skewed number's density", () => {
  const rng = createRng(6);
  const skewed = cellsOf([numberAttribute("x")], [Array.from({ length: 800 }, () => Math.exp(rng.normal()))]);
  const own = fitLayout(skewed);
  const model = (share: number): DensityModel => ({
    layout: own,
    grids: fitGrids(skewed, own),
    columns: [{ weights: [1, 0, 0], spread: 1, histogram: 0, score: { sd: 0.5, share }, cells: [] }],
    peoplePerMemoryRow: 1,
  });

  test("has each cell's share of the observed values where nothing is known, the tails' too", () => {
    const known = model(1);
    const [grid] = known.grids.grids;
    // No tilt: the stacked mean is the density's own.
    const shares = Float64Array.from({ length: grid.size }, (_, b) => (grid.below![b] ?? 1) - (grid.below![b - 1] ?? 0));
    const [{ center, scale }] = own.columns;
    const paths: MemberPaths = { linear: Float32Array.of((gridMean(grid, shares) - center) / scale, 0), net: new Float32Array(2), logVariance: Float32Array.of(0) };
    const p = numberDensity({ ...known, columns: [{ ...known.columns[0], score: { sd: 1, share: 1 } }] }, [paths], 0, 0);
    expect(shares[grid.size - 1]).toBeLessThan(0.011);
    for (let b = 0; b < grid.size; b++) expect(p[b]).toBeCloseTo(shares[b], 5);
  });

  const density = (share: number, score: number): { p: Float64Array; cdf: (x: number) => number } => {
    const logNormalMean = Math.exp(score + 0.125);
    const [{ center, scale }] = own.columns;
    const paths: MemberPaths = { linear: Float32Array.of((logNormalMean - center) / scale, score), net: new Float32Array(2), logVariance: Float32Array.of(2 * Math.log((0.5 * logNormalMean) / scale)) };
    const p = numberDensity(model(share), [paths], 0, 0);
    return { p, cdf: gridDistribution(model(share).grids.grids[0], p).cdf };
  };

  test("is the normal score's Gaussian where that has all the share: here a lognormal", () => {
    expect(own.columns[0].width).toBe(2);
    for (const score of [-1, 0, 1]) {
      const { p, cdf } = density(1, score);
      expect(sum(p)).toBeCloseTo(1, 9);
      for (const z of [-1.5, -0.5, 0, 0.5, 1.5]) expect(Math.abs(cdf(Math.exp(score + 0.5 * z)) - normalCdf(z)), `${z} about ${score}`).toBeLessThan(0.07);
    }
  });

  test("leaves a share to the value's Gaussian", () => {
    const at = Math.exp(-1.5);
    const [none, half, all] = [0, 0.5, 1].map((share) => density(share, 0).cdf(at));
    expect(all).toBeLessThan(0.02);
    expect(none).toBeGreaterThan(0.03);
    expect(half).toBeGreaterThan(all);
    expect(half).toBeLessThan(none);
  });
});

test("the stacked mean is the paths' weighted sum, averaged over members", () => {
  const features = (v: number): Float32Array => new Float32Array(2 * d).fill(v, d, 2 * d); // row 1
  const one: MemberPaths = { linear: features(1), memory: features(2), net: features(4), logVariance: new Float32Array(4) };
  const two: MemberPaths = { linear: features(3), memory: features(2), net: features(0), logVariance: new Float32Array(4) };
  expect(stackedMean(modelWith({}), [one], 1, 0)).toBeCloseTo(0.2 + 0.6 + 2, 6);
  expect(stackedMean(modelWith({}), [one, two], 1, 0)).toBeCloseTo((2.8 + 1.2) / 2, 6);
  expect(stackedMean(modelWith({}), [one, two], 0, 0)).toBe(0);
});

test("classes sum to 1, and levels that share a class share its probability", () => {
  const values = Array.from({ length: 70 }, (_, k) => new Array<number>(k < 63 ? 10 : 1 + (k % 2)).fill(k)).flat();
  const many = cellsOf([levelsAttribute("a", 70)], [values]);
  const wide = fitLayout(many);
  const model: DensityModel = { layout: wide, grids: fitGrids(many, wide), columns: [{ weights: [0.3, 0, 0.7], spread: 1, histogram: 0, cells: [] }], peoplePerMemoryRow: 1 };
  const rng = createRng(3);
  const probabilities = (): Float32Array => {
    const raw = Float32Array.from({ length: 64 }, () => rng.uniform());
    const total = raw.reduce((a, b) => a + b, 0);
    return raw.map((v) => v / total);
  };
  const members: MemberPaths[] = [{ linear: probabilities(), net: probabilities() }, { linear: probabilities(), net: probabilities() }];
  const classes = classProbabilities(model, members, 0, 0);
  const levels = levelProbabilities(model, members, 0, 0);
  expect(sum(classes)).toBeCloseTo(1, 9);
  expect(sum(levels)).toBeCloseTo(1, 9);
  expect(levels[5]).toBe(classes[5]);
  expect(levels[63] + levels[64] + levels[65] + levels[66] + levels[67] + levels[68] + levels[69]).toBeCloseTo(classes[63], 9);
  expect(levels[63] / levels[64]).toBeCloseTo(2.5 / 1.5, 6);
});
