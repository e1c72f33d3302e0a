import { describe, expect, test } from "vitest";
import { cellsOf, levelsAttribute, numberAttribute } from "../../test/support/tables.js";
import { createRng, type Rng } from "../base/random.js";
import type { Cells } from "../data/cells.js";
import { fitLayout, type Layout } from "../data/layout.js";
import { calibrate, calibrateColumns } from "./calibration.js";
import type { HeldOut } from "./heldOutCells.js";
import { priorWeights } from "./stacking.js";
import { fitGrids } from "./grids.js";
import { gridDistribution, randomisedPit } from "./likelihoods/index.js";
import { numberDensity, type DensityModel, type MemberPaths } from "./predictive.js";

/** What is known of a person before its value is drawn. */
interface Known {
  readonly mean: number;
  readonly sd: number;
}

/** Numbers with known conditional means and standard deviations, in the layout of one complete table. */
function numbers(rows: number, columns: number, seed: number, value: (known: Known, rng: Rng) => number) {
  const rng = createRng(seed);
  const known = Array.from({ length: columns }, () => Array.from({ length: rows }, (): Known => ({ mean: 2 * rng.normal(), sd: 0.5 + rng.uniform() })));
  const cells = cellsOf(known.map((_, j) => numberAttribute(`n${j}`)), known.map((column) => column.map((k) => value(k, rng))));
  return { cells, known, layout: fitLayout(cells), rng };
}

/** Paths that know a person's mean with some error, and its standard deviation up to a factor. */
function pathsOf(layout: Layout, known: Known[][], rng: Rng, noise: { linear: number; memory?: number; net: number }, sdFactor = 1): MemberPaths {
  const rows = known[0].length;
  const features = (error: number): Float32Array => {
    const out = new Float32Array(rows * layout.features);
    layout.columns.forEach(({ source, first, center, scale }) => {
      for (let i = 0; i < rows; i++) out[i * layout.features + first] = (known[source][i].mean + error * rng.normal() - center) / scale;
    });
    return out;
  };
  const logVariance = new Float32Array(rows * layout.numbers);
  layout.columns.forEach(({ source, scale }, j) => {
    for (let i = 0; i < rows; i++) logVariance[i * layout.numbers + j] = 2 * Math.log((sdFactor * known[source][i].sd) / scale);
  });
  return { linear: features(noise.linear), net: features(noise.net), ...(noise.memory === undefined ? {} : { memory: features(noise.memory) }), logVariance };
}

const heldRows = (rows: number, columns: number, held: (i: number, j: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: rows * columns }, (_, at) => (held(Math.floor(at / columns), at % columns) ? 1 : 0));

const gaussian = ({ mean, sd }: Known, rng: Rng): number => mean + sd * rng.normal();
const total = (w: readonly number[]): number => w.reduce((a, b) => a + b, 0);

describe("weights of the paths", () => {
  const run = (heldCells: number, noise: { linear: number; memory?: number; net: number }, choice?: Parameters<typeof calibrate>[4]) => {
    const { cells, known, layout, rng } = numbers(500, 2, 1, gaussian);
    const held: HeldOut = { paths: pathsOf(layout, known, rng, noise), held: heldRows(500, 2, (i) => i < heldCells) };
    return calibrate(layout, fitGrids(cells, layout), cells, [held], choice).columns.map((c) => c.weights);
  };

  test("sum to 1 and prefer the better path where the others are noise", () => {
    for (const w of run(400, { linear: 3, memory: 3, net: 0 })) {
      expect(total(w)).toBeCloseTo(1, 12);
      expect(w[2]).toBeGreaterThanOrEqual(0.75);
    }
    for (const w of run(400, { linear: 0, memory: 3, net: 3 })) expect(w[0]).toBeGreaterThanOrEqual(0.75);
    for (const w of run(400, { linear: 3, memory: 0, net: 3 })) expect(w[1]).toBeGreaterThanOrEqual(0.75);
  });

  test("spread over paths that err apart", () => {
    for (const w of run(400, { linear: 0.8, memory: 0.8, net: 0.8 })) for (const share of w) expect(share).toBeGreaterThan(0.1);
  });

  test("are the prior's with fewer than 5 held-out cells, and near it with 8", () => {
    expect(run(4, { linear: 0, memory: 3, net: 3 })).toEqual([[0.2, 0.3, 0.5], [0.2, 0.3, 0.5]]);
    const few = run(8, { linear: 0, memory: 1, net: 1 });
    const many = run(400, { linear: 0, memory: 1, net: 1 });
    few.forEach((w, j) => expect(w[0]).toBeLessThan(many[j][0]));
  });

  test("of a column with few cells follow what the table's other columns tell of the paths", () => {
    const columns = 12;
    const { cells, known, layout, rng } = numbers(100, columns, 2, gaussian);
    const paths = pathsOf(layout, known, rng, { linear: 0.5, memory: 3, net: 0.5 });
    const memoryOf = (held: (i: number, j: number) => boolean): number =>
      calibrate(layout, fitGrids(cells, layout), cells, [{ paths, held: heldRows(100, columns, held) }]).columns[0].weights[1];
    expect(memoryOf((i, j) => j === 0 && i < 3)).toBe(0.3);
    expect(memoryOf((i, j) => i < (j === 0 ? 3 : 20))).toBeLessThan(0.05);
  });

  test("leave out a memory that there is not, and paths that are not wanted", () => {
    expect(priorWeights(true)).toEqual([0.2, 0.3, 0.5]);
    expect(total(priorWeights(false))).toBeCloseTo(1, 12);
    expect(priorWeights(false)[1]).toBe(0);
    for (const w of run(400, { linear: 0, net: 1 })) {
      expect(w[1]).toBe(0);
      expect(total(w)).toBeCloseTo(1, 12);
    }
    for (const w of run(400, { linear: 0, memory: 1, net: 1 }, { paths: ["memory", "net"], stacking: "held-out" })) expect([w[0], total(w)]).toEqual([0, 1]);
    expect(run(400, { linear: 0, memory: 1, net: 1 }, { paths: ["linear", "net"], stacking: "average" })).toEqual([[0.5, 0, 0.5], [0.5, 0, 0.5]]);
  });

  test("of classes go by the log loss", () => {
    const rng = createRng(3);
    const rows = 300;
    const truth = Array.from({ length: rows }, () => rng.int(3));
    const cells = cellsOf([levelsAttribute("a", 3)], [truth]);
    const layout = fitLayout(cells);
    const probabilities = (right: number): Float32Array => Float32Array.from({ length: 3 * rows }, (_, at) => (truth[Math.floor(at / 3)] === at % 3 ? right : (1 - right) / 2));
    const paths: MemberPaths = { linear: probabilities(1 / 3), memory: probabilities(0.8), net: probabilities(0.1) };
    const { columns, scores } = calibrate(layout, fitGrids(cells, layout), cells, [{ paths, held: new Uint8Array(rows).fill(1) }]);
    expect(columns[0].weights[1]).toBeGreaterThanOrEqual(0.875);
    expect(scores[0]).toMatchObject({ name: "a", cells: rows, error: 0 });
    const mostFrequent = Math.max(...[0, 1, 2].map((k) => truth.filter((t) => t === k).length));
    expect(scores[0].baseline).toBeCloseTo(1 - mostFrequent / rows, 12);
  });
});

/** Kolmogorov's distance between a sample and the uniform distribution. */
function uniformDistance(sample: readonly number[]): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted.reduce((worst, u, i) => Math.max(worst, u - i / sorted.length, (i + 1) / sorted.length - u), 0);
}

/** PIT values of cells that were not held out, under the calibrated model. */
function pits(model: DensityModel, paths: MemberPaths, cells: Cells, fresh: (i: number) => boolean): number[] {
  const rng = createRng(77);
  const out: number[] = [];
  for (let j = 0; j < model.layout.numbers; j++) {
    const grid = model.grids.grids[j];
    for (let i = 0; i < cells.rows; i++) {
      if (!fresh(i)) continue;
      const d = gridDistribution(grid, numberDensity(model, [paths], i, j));
      out.push(randomisedPit(d, cells.values[model.layout.columns[j].source][i], grid.resolution, rng.uniform()));
    }
  }
  return out;
}

describe("densities on cells that were not held out", () => {
  const rows = 1200;
  const calibrated = (value: (known: Known, rng: Rng) => number, noise: { linear: number; memory?: number; net: number }, sdFactor: number, heldCells = 400, seed = 5) => {
    const { cells, known, layout, rng } = numbers(rows, 3, seed, value);
    const paths = pathsOf(layout, known, rng, noise, sdFactor);
    const grids = fitGrids(cells, layout);
    const { columns, scores } = calibrate(layout, grids, cells, [{ paths, held: heldRows(rows, 3, (i) => i < heldCells) }]);
    const model: DensityModel = { layout, grids, columns, peoplePerMemoryRow: 1 };
    return { columns, scores, pit: pits(model, paths, cells, (i) => i >= heldCells) };
  };
  const coverage = (pit: readonly number[]): number => pit.filter((u) => u > 0.05 && u < 0.95).length / pit.length;

  test("have a uniform PIT where the network's deviations are right", () => {
    const { pit } = calibrated(gaussian, { linear: 1, net: 0 }, 1);
    // 2,400 values: the 1% point of Kolmogorov's statistic is 1.63 / sqrt(2400) = .033; a little more for what was estimated.
    expect(uniformDistance(pit)).toBeLessThan(0.04);
    expect(Math.abs(coverage(pit) - 0.9)).toBeLessThan(0.025);
  });

  test.each([[1.5, 0.67], [0.7, 1.43]])("are mended where they are %d times too large", (factor, spread) => {
    const { columns, pit } = calibrated(gaussian, { linear: 1, net: 0 }, factor);
    for (const c of columns) expect(Math.abs(Math.log(c.spread / spread))).toBeLessThan(0.15);
    expect(Math.abs(coverage(pit) - 0.9)).toBeLessThan(0.03);
  });

  test("allow for the paths' own errors", () => {
    const { pit } = calibrated(gaussian, { linear: 0.7, net: 0.7 }, 1);
    expect(Math.abs(coverage(pit) - 0.9)).toBeLessThan(0.03);
  });

  test("learn which values people round to", () => {
    const heaped = (known: Known, rng: Rng): number => {
      const x = Math.round(10 * gaussian(known, rng));
      return rng.uniform() < 0.5 ? 10 * Math.round(x / 10) : x;
    };
    const tenfold = (known: Known[][]): Known[][] => known.map((column) => column.map(({ mean, sd }) => ({ mean: 10 * mean, sd: 10 * sd })));
    const { cells, known, layout, rng } = numbers(rows, 1, 6, heaped);
    const grids = fitGrids({ ...cells, attributes: [numberAttribute("n0", { resolution: 1 })] }, fitLayout({ ...cells, attributes: [numberAttribute("n0", { resolution: 1 })] }));
    const paths = pathsOf(layout, tenfold(known), rng, { linear: 1, net: 0 });
    const { columns } = calibrate(layout, grids, cells, [{ paths, held: heldRows(rows, 1, (i) => i < 400) }]);
    const factorOf = (heap: boolean): number => {
      const own = Array.from(grids.grids[0].center, (c, b) => ({ heap: grids.grids[0].atom[b] === 1 && c % 10 === 0, factor: columns[0].cells[b] })).filter((f) => f.heap === heap);
      return total(own.map((f) => f.factor)) / own.length;
    };
    expect(factorOf(true)).toBeGreaterThan(1.5 * factorOf(false));
    expect(Math.abs(coverage(pits({ layout, grids, columns, peoplePerMemoryRow: 1 }, paths, cells, (i) => i >= 400)) - 0.9)).toBeLessThan(0.03);
  });

  test("cover on average with 30 held-out cells per column too", () => {
    const covered = [1, 2, 3, 4, 5, 6].map((seed) => coverage(calibrated(gaussian, { linear: 0.7, net: 0.5 }, 1, 30, seed).pit));
    expect(Math.abs(total(covered) / covered.length - 0.9)).toBeLessThan(0.02);
    for (const c of covered) expect(Math.abs(c - 0.9)).toBeLessThan(0.06);
  });

  test("are scored: error and baseline in standard deviations", () => {
    const { scores } = calibrated(gaussian, { linear: 0.2, net: 0.2 }, 1);
    for (const { cells: n, error, baseline, nll } of scores) {
      expect(n).toBe(400);
      expect(error).toBeGreaterThan(0.35); // sd about 1 of a total of about 2.3
      expect(error).toBeLessThan(0.55);
      expect(baseline).toBeGreaterThan(0.9);
      expect(baseline).toBeLessThan(1.1);
      expect(nll).toBeGreaterThan(0);
    }
  });
});

test("without held-out cells densities stay as predicted, and scores say so", () => {
  const { cells, known, layout, rng } = numbers(50, 2, 9, gaussian);
  const paths = pathsOf(layout, known, rng, { linear: 1, memory: 1, net: 0 });
  const { columns, scores } = calibrate(layout, fitGrids(cells, layout), cells, [{ paths, held: new Uint8Array(100) }]);
  for (const c of columns) {
    expect(c.weights).toEqual([0.2, 0.3, 0.5]);
    expect(c.spread).toBe(1);
    expect(c.cells.every((f) => f === 1)).toBe(true);
  }
  expect(scores).toEqual([{ name: "n0", cells: 0, error: NaN, baseline: NaN, nll: NaN }, { name: "n1", cells: 0, error: NaN, baseline: NaN, nll: NaN }]);
});

test("several members' held-out cells count together", () => {
  const { cells, known, layout, rng } = numbers(60, 1, 4, gaussian);
  const good = pathsOf(layout, known, rng, { linear: 0, net: 0 });
  const one: HeldOut = { paths: good, held: heldRows(60, 1, (i) => i < 3) };
  const other: HeldOut = { paths: good, held: heldRows(60, 1, (i) => i >= 3 && i < 9) };
  const { scores } = calibrate(layout, fitGrids(cells, layout), cells, [one, other]);
  expect(scores[0].cells).toBe(9);
});

describe("rows of which less is seen", () => {
  /** Paths that tell means of standard deviation 2 as if they lay only so much as far from the middle. */
  const flattened = (flat: number, rows = 2000) => {
    const { cells, known, layout, rng } = numbers(rows, 2, 21, gaussian);
    const paths = pathsOf(layout, known.map((column) => column.map(({ mean, sd }) => ({ mean: flat * mean, sd }))), rng, { linear: 0.1, net: 0.1 });
    const held: HeldOut = { paths: { ...paths, seen: new Float32Array(rows).fill(0.25) }, held: new Uint8Array(2 * rows).fill(1) };
    return { layout, grids: fitGrids(cells, layout), cells, held };
  };

  test("have flat predictions stretched, and rows that are full do not", () => {
    const { layout, grids, cells, held } = flattened(0.85);
    const less = calibrateColumns(layout, grids, cells, [held]);
    for (const { stretch, seen } of less) {
      expect(stretch).toBeGreaterThan(1.1);
      expect(stretch).toBeLessThan(1.18);
      expect(seen).toBeCloseTo(0.25, 6);
    }
    expect(calibrate(layout, grids, cells, [held]).columns.map(({ stretch }) => stretch)).toEqual([undefined, undefined]);
  });

  test("have right predictions left, and no stretch beyond 1.3", () => {
    const [right, far] = [1, 0.5].map((flat) => flattened(flat)).map(({ layout, grids, cells, held }) => calibrateColumns(layout, grids, cells, [held])[0].stretch!);
    expect(Math.abs(right - 1)).toBeLessThan(0.02);
    expect(far).toBe(1.3);
  });

  test("of a few people are hardly stretched", () => {
    const { layout, grids, cells, held } = flattened(0.85, 12);
    expect(calibrateColumns(layout, grids, cells, [held])[0].stretch).toBeLessThan(1.06);
  });
});
