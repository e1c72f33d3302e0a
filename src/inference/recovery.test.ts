import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cellsOf, levelsAttribute, numberAttribute, withHoles } from "../../test/support/tables.js";
import { trainedPredictor } from "../../test/support/trained.js";
import { createRng } from "../base/random.js";
import type { Cells } from "../data/cells.js";
import { encodeCells } from "../data/encode.js";
import { invertSpd } from "../model/linalg.js";
import { randomisedPit } from "../model/likelihoods/index.js";
import type { TrainingOptions } from "../training/options.js";
import { columnDistribution } from "./distribution.js";
import { drawHoles } from "./draws.js";
import { predict } from "./predict.js";
import { predictCells, type Predictor } from "./predictor.js";

/* What is learned from people with a known distribution, held against that distribution. */

const learning: Partial<TrainingOptions> = { epochs: 40, steps: 1500, width: 64, batch: 64, learningRate: 3e-3, memoryHeads: 2 };
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe("eight numbers with three common factors", () => {
  const columns = range(8);
  const loadings = (() => {
    const rng = createRng(31);
    return columns.map(() => range(3).map(() => rng.normal()));
  })();
  const noise = columns.map((j) => 0.5 + 0.15 * (j % 4));
  const covariance = (a: number, b: number): number => loadings[a].reduce((s, v, k) => s + v * loadings[b][k], 0) + (a === b ? noise[a] ** 2 : 0);

  function people(rows: number, seed: number): Cells {
    const rng = createRng(seed);
    const factors = range(rows).map(() => range(3).map(() => rng.normal()));
    return cellsOf(columns.map((j) => numberAttribute(`x${j}`)), loadings.map((l, j) => factors.map((f) => 10 * j + l.reduce((s, v, k) => s + v * f[k], 0) + noise[j] * rng.normal())));
  }

  /** Mean of column j given what is seen of a person, from the true covariance. */
  function conditionalMean(person: readonly number[], j: number): number {
    const seen = columns.filter((k) => !Number.isNaN(person[k]));
    if (seen.length === 0) return 10 * j;
    const inverse = invertSpd(Float64Array.from(seen.flatMap((a) => seen.map((b) => covariance(a, b)))), seen.length);
    return seen.reduce((m, k, r) => m + (person[k] - 10 * k) * seen.reduce((s, b, c) => s + inverse[r * seen.length + c] * covariance(j, b), 0), 10 * j);
  }

  test.each(["none", "prototypes"] as const)("hidden cells: an error within 4 in 100 of the smallest possible, and honest intervals (memory: %s)", async (memory) => {
    const full = people(2400, 2);
    const cells = withHoles(full, 0.25, 2);
    const predictor = await trainedPredictor(cells, { ...learning, memory });
    const { model } = predictor;
    const paths = await predictCells(predictor, cells);
    const rng = createRng(8);
    let [error, best, covered, hidden] = [0, 0, 0, 0];
    const tails = [0, 0];
    for (let i = 0; i < cells.rows; i++) {
      const person = cells.values.map((v) => v[i]);
      model.layout.columns.forEach(({ source, scale }, j) => {
        if (!Number.isNaN(person[source])) return;
        const truth = full.values[source][i];
        const density = columnDistribution(model, paths, i, j);
        error += ((density.mean() - truth) / scale) ** 2;
        best += ((conditionalMean(person, source) - truth) / scale) ** 2;
        const pit = randomisedPit(density, truth, model.grids.grids[j].resolution, rng.uniform());
        hidden++;
        covered += pit > 0.05 && pit < 0.95 ? 1 : 0;
        tails[pit < 0.5 ? 0 : 1]++;
      });
    }
    expect(hidden).toBeGreaterThan(2200);
    expect(Math.sqrt(error / best)).toBeLessThan(1.04);
    expect(covered / hidden).toBeGreaterThan(0.86);
    expect(covered / hidden).toBeLessThan(0.94);
    expect(Math.abs(tails[0] / hidden - 0.5)).toBeLessThan(0.03);
    await predictor.close();
  });
});

describe("four correlated numbers and a level that depends on two of them", () => {
  const factor = [[1, 0, 0, 0], [0.7, 0.714, 0, 0], [-0.5, 0.2, 0.843, 0], [0.3, 0.6, -0.4, 0.624]];
  const attributes = [...range(4).map((j) => numberAttribute(`x${j}`)), levelsAttribute("b", 2)];
  const rows = 2000;

  function people(seed: number): Cells {
    const rng = createRng(seed);
    const values = range(rows).map(() => {
      const z = range(4).map(() => rng.normal());
      const x = factor.map((f) => f.reduce((s, v, k) => s + v * z[k], 0));
      return [...x, rng.uniform() < 1 / (1 + Math.exp(-1.5 * (x[0] + x[3]))) ? 1 : 0];
    });
    return cellsOf(attributes, range(5).map((j) => values.map((v) => v[j])));
  }

  let predictor: Predictor;
  beforeAll(async () => {
    predictor = await trainedPredictor(people(1), { ...learning, memory: "none", members: 2, epochs: 30 });
  });
  afterAll(() => predictor.close());

  const correlation = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
    const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((s, v) => s + v / x.length, 0);
    const [ma, mb] = [mean(a), mean(b)];
    let [ab, aa, bb] = [0, 0, 0];
    for (let i = 0; i < a.length; i++) {
      ab += (a[i] - ma) * (b[i] - mb);
      aa += (a[i] - ma) ** 2;
      bb += (b[i] - mb) ** 2;
    }
    return ab / Math.sqrt(aa * bb);
  };

  /** Hides columns of fresh people and draws them again: all columns, drawn or kept. */
  async function redrawn(fresh: Cells, hidden: readonly number[], draw: number, member: number, rounds?: number): Promise<Float64Array[]> {
    const given = { ...fresh, values: fresh.values.map((v, j) => (hidden.includes(j) ? v.map(() => NaN) : v)) };
    const seeds = Uint32Array.from({ length: rows }, (_, i) => 7919 * i + 13);
    const drawn = await drawHoles(predictor, encodeCells(given, predictor.model.layout), seeds, draw, member, { rounds });
    return fresh.values.map((v, source) => {
      if (!hidden.includes(source)) return v;
      const j = predictor.model.layout.columns.findIndex((c) => c.source === source);
      return Float64Array.from(drawn, (row) => row[j]);
    });
  }

  // A correlation of 2,000 people has a standard error of .022 at most; the rest is what a short training leaves to learn.
  const near = 0.075;

  test.each([[[1, 3, 4]], [[0, 1, 2, 3, 4]]])("columns %o drawn jointly have the people's correlations", async (hidden) => {
    const fresh = people(2);
    const drawn = await redrawn(fresh, hidden, 0, 0);
    for (let a = 0; a < 5; a++) {
      for (let b = 0; b < a; b++) expect(Math.abs(correlation(drawn[a], drawn[b]) - correlation(fresh.values[a], fresh.values[b])), `${a} and ${b}`).toBeLessThan(near);
      const sd = Math.sqrt(drawn[a].reduce((s, v) => s + v * v, 0) / fresh.values[a].reduce((s, v) => s + v * v, 0));
      expect(Math.abs(Math.log(sd)), `spread of ${a}`).toBeLessThan(0.13);
    }
  });

  test("drawn in one pass they are independent given the rest", async () => {
    const fresh = people(2);
    const drawn = await redrawn(fresh, [1, 3, 4], 0, 0, 1);
    expect(correlation(drawn[1], drawn[3])).toBeLessThan(correlation(fresh.values[1], fresh.values[3]) - 0.3);
  });

  test("another draw and another member draw others", async () => {
    const fresh = people(2);
    const [one, again, draw, member] = [await redrawn(fresh, [1, 4], 0, 0), await redrawn(fresh, [1, 4], 0, 0), await redrawn(fresh, [1, 4], 1, 0), await redrawn(fresh, [1, 4], 0, 1)];
    expect(again).toEqual(one);
    expect(correlation(one[1], draw[1])).toBeLessThan(0.9);
    // Members share a stream, so that they differ by what they have learned alone.
    expect(member[1]).not.toEqual(one[1]);
    expect(correlation(one[1], member[1])).toBeGreaterThan(0.9);
  });

  test("with nothing given the answer is how all people are distributed", async () => {
    const schema = { version: 1 as const, attributes };
    const { answers, typicality, notes } = await predict(predictor, schema, {});
    const all = people(1);
    expect(answers.map((a) => a.name)).toEqual(["x0", "x1", "x2", "x3", "b"]);
    answers.slice(0, 4).forEach((answer, j) => {
      const sorted = [...all.values[j]].sort((a, b) => a - b);
      expect(Math.abs(answer.mean! - sorted.reduce((s, v) => s + v / rows, 0))).toBeLessThan(0.1);
      expect(Math.abs(answer.sd! - 1)).toBeLessThan(0.13);
      for (const { u, value } of answer.quantiles!) expect(Math.abs(Number(value) - sorted[Math.round(u * (rows - 1))]), `quantile ${u}`).toBeLessThan(u < 0.02 || u > 0.98 ? 0.5 : 0.3);
    });
    const share = all.values[4].reduce((s, v) => s + v / rows, 0);
    expect(Math.abs(answers[4].levels![1].probability - share)).toBeLessThan(0.06);
    expect([typicality, notes]).toEqual([{ meanSurprise: 0, unusual: [] }, []]);
  });

  test("a level's probability is nearly the true one", async () => {
    const fresh = people(3);
    const given = { ...fresh, values: fresh.values.map((v, j) => (j === 4 ? v.map(() => NaN) : v)) };
    const paths = await predictCells(predictor, given);
    const j = predictor.model.layout.columns.findIndex((c) => c.source === 4);
    let off = 0;
    for (let i = 0; i < rows; i++) {
      const probability = Math.exp(columnDistribution(predictor.model, paths, i, j).logProb(1));
      off += Math.abs(probability - 1 / (1 + Math.exp(-1.5 * (fresh.values[0][i] + fresh.values[3][i])))) / rows;
    }
    // Four training seeds: .047 to .053.
    expect(off).toBeLessThan(0.06);
  });
});

test("a curved relation and an interaction are learned, which no linear path can", async () => {
  const rng = createRng(5);
  const noise = 0.5;
  const draw = (): number[] => {
    const [a, b, c] = range(3).map(() => rng.normal());
    return [a, b, c, a * a + b * c];
  };
  const known = range(1500).map(draw);
  const attributes = range(4).map((j) => numberAttribute(`x${j}`));
  const noisy = (people: number[][]): number[][] => people.map(([a, b, c, mean]) => [a, b, c, mean + noise * rng.normal()]);
  const table = (people: number[][]): Cells => cellsOf(attributes, range(4).map((j) => people.map((p) => p[j])));
  const predictor = await trainedPredictor(table(noisy(known)), { ...learning, memory: "none", epochs: 80, steps: 4000, mask: [{ strategy: "uniform", weight: 1, parameters: [0.05, 0.6] }] });
  const fresh = range(1000).map(draw);
  const paths = await predictCells(predictor, table(fresh.map(([a, b, c]) => [a, b, c, NaN])));
  const j = predictor.model.layout.columns.findIndex((c) => c.source === 3);
  let [off, total] = [0, 0];
  fresh.forEach(([, , , mean], i) => {
    off += (columnDistribution(predictor.model, paths, i, j).mean() - mean) ** 2 / 1000;
    total += (mean - 1) ** 2 / 1000;
  });
  expect(total).toBeGreaterThan(2);
  expect(off / total).toBeLessThan(0.15);
  await predictor.close();
});

describe("twelve skewed numbers with two common factors, given none, two or six of them", () => {
  const columns = range(12);
  const rng = createRng(41);
  const loadings = columns.map(() => range(2).map(() => rng.normal()));
  const attributes = columns.map((j) => numberAttribute(`x${j}`));
  const draw = (): number[] => {
    const factors = [rng.normal(), rng.normal()];
    return loadings.map((l) => Math.exp(l[0] * factors[0] + l[1] * factors[1] + 0.4 * rng.normal()));
  };
  const table = (people: readonly number[][]): Cells => cellsOf(attributes, columns.map((j) => people.map((person) => person[j])));
  let predictor: Predictor;
  beforeAll(async () => {
    predictor = await trainedPredictor(table(range(1200).map(draw)), { ...learning, memory: "none" });
  });
  afterAll(() => predictor.close());

  // Measured: .889, .853, .904; by the calibration of full rows alone .518, .701, .844.
  test.each([[0, 0.86], [2, 0.83], [6, 0.87]])("%d seen: about nine in ten of the others lie inside of their central 90 in 100", async (seen, least) => {
    const people = range(400).map(draw);
    const shown = people.map((person) => {
      const keep = new Set(range(seen).map(() => rng.int(12)));
      return person.map((x, j) => (keep.has(j) ? x : NaN));
    });
    const cells = table(shown);
    const paths = await predictCells(predictor, cells);
    const { model } = predictor;
    let [inside, asked] = [0, 0];
    people.forEach((person, i) => model.layout.columns.forEach(({ source }, j) => {
      if (!Number.isNaN(shown[i][source])) return;
      const pit = randomisedPit(columnDistribution(model, paths, i, j), person[source], model.grids.grids[j].resolution, rng.uniform());
      asked++;
      inside += pit > 0.05 && pit < 0.95 ? 1 : 0;
    }));
    expect(inside / asked).toBeGreaterThan(least);
    expect(inside / asked).toBeLessThan(0.95);
  });
});
