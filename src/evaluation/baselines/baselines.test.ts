import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellsOf, factorTable, levelsAttribute, numberAttribute, withHoles } from "../../../test/support/tables.js";
import { createRng, permutation } from "../../base/random.js";
import type { Cells } from "../../data/cells.js";
import { openSession } from "../../engine/node/session.js";
import { isNumeric } from "../../schema/schema.js";
import type { Completed } from "../imputer.js";
import { baselineNames, createBaseline } from "./index.js";
import { imputeByMice } from "./mice.js";

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Root mean squared error of a column's holes. */
const rmse = (truth: Cells, given: Cells, { values }: Pick<Completed, "values">, at: number): number => {
  const holes = [...given.values[at].keys()].filter((i) => Number.isNaN(given.values[at][i]));
  return Math.sqrt(average(holes.map((i) => (values[at][i] - truth.values[at][i]) ** 2)));
};

describe.each(baselineNames)("%s", (name) => {
  const impute = createBaseline(name, openSession);
  const small = (seed: number): Cells => withHoles(factorTable(40, 3, [2, 4], seed), 0.3, seed);

  it("fills every hole, keeps every cell, and gives the same for the same seed", async () => {
    const run = fc.asyncProperty(fc.nat(1000), async (seed) => {
      const cells = small(seed);
      const done = await impute(cells, seed);
      for (const table of [done.values, ...(done.draws ?? [])]) {
        cells.values.forEach((column, j) => {
          const { type, levels } = cells.attributes[j];
          column.forEach((x, i) => {
            if (!Number.isNaN(x)) expect(table[j][i]).toBe(x);
            else if (isNumeric(type)) expect(Number.isFinite(table[j][i])).toBe(true);
            else expect(levels![table[j][i]]).toBeDefined();
          });
        });
      }
      expect(await impute(cells, seed)).toMatchObject({ values: done.values });
    });
    await fc.assert(run, { numRuns: name === "mice" || name === "missforest" ? 3 : 8 });
  });

  it("does not depend on the order of rows, to the last bit", async () => {
    const cells = small(5);
    const order = permutation(cells.rows, createRng(9));
    const done = await impute(cells, 1);
    const shuffled = await impute({ ...cells, values: cells.values.map((c) => Float64Array.from(order, (i) => c[i])) }, 1);
    expect(shuffled.values).toEqual(done.values.map((c) => Float64Array.from(order, (i) => c[i])));
    const at = cells.attributes.length - 1;
    order.forEach((row, k) => expect(shuffled.distribution?.(k, at)?.mean()).toBe(done.distribution?.(row, at)?.mean()));
  });

  it("takes an empty column, a constant one, an empty row, one row, and columns that say the same", async () => {
    const n = 30;
    const rng = createRng(2);
    const x = Array.from({ length: n }, (_, i) => (i === 3 ? NaN : rng.normal()));
    const attributes = [numberAttribute("empty"), numberAttribute("constant"), numberAttribute("x"), numberAttribute("double"), levelsAttribute("one", 1), levelsAttribute("sign", 2)];
    const columns = [
      x.map(() => NaN),
      x.map((_, i) => (i === 3 || i % 4 === 0 ? NaN : 7)),
      x.map((v, i) => (i % 5 === 0 ? NaN : v)),
      x.map((v, i) => (i % 7 === 0 ? NaN : 2 * v)),
      x.map((_, i) => (i === 3 || i % 6 === 0 ? NaN : 0)),
      x.map((v, i) => (i === 3 || i % 3 === 0 ? NaN : v > 0 ? 1 : 0)),
    ];
    const { values } = await impute(cellsOf(attributes, columns), 1);
    expect(values[0].every(Number.isNaN)).toBe(true);
    expect([...values[1]].every((v) => Math.abs(v - 7) < 1e-4)).toBe(true);
    expect(values.slice(2).every((column) => column.every(Number.isFinite))).toBe(true);
    const one = await impute(cellsOf([numberAttribute("a"), numberAttribute("b")], [[1], [NaN]]), 1);
    expect([...one.values[0]]).toEqual([1]);
  });
});

describe("linear data", () => {
  // x3 = 2 x0 - x1 + noise; x0 to x2 independent and complete.
  const rng = createRng(1);
  const n = 1600;
  const x = [0, 1, 2].map(() => Array.from({ length: n }, () => rng.normal()));
  const noise = 0.5;
  const y = x[0].map((v, i) => 2 * v - x[1][i] + noise * rng.normal());
  const attributes = [0, 1, 2, 3].map((j) => numberAttribute(`x${j}`));
  const truth = cellsOf(attributes, [...x, y]);
  const given = cellsOf(attributes, [...x, y.map((v, i) => (i % 4 === 0 ? NaN : v))]);
  // What knowing the coefficients would leave.
  const oracle = rmse(truth, given, { values: [...x, x[0].map((v, i) => 2 * v - x[1][i])].map((c) => Float64Array.from(c)) }, 3);

  it("ridge errs by little more than the oracle: its smallest penalty shrinks strong relations a little", async () => {
    expect(rmse(truth, given, await createBaseline("ridge", openSession)(given, 1), 3)).toBeLessThan(1.12 * oracle);
  });

  it("mice errs by little more than the oracle, and its draws spread as the noise does and cover", async () => {
    const done = await imputeByMice({ draws: 40 })(given, 1);
    expect(rmse(truth, given, done, 3)).toBeLessThan(1.15 * oracle); // the mean of five donors keeps a fifth of their noise
    const holes = [...given.values[3].keys()].filter((i) => i % 4 === 0);
    const draws = (i: number): number[] => done.draws!.map((table) => table[3][i]);
    const variance = average(holes.map((i) => average(draws(i).map((v) => (v - average(draws(i))) ** 2)) * (40 / 39)));
    expect(Math.sqrt(variance) / noise).toBeCloseTo(1, 0.9);
    const inside = holes.filter((i) => {
      const below = draws(i).filter((v) => v < y[i]).length;
      return below >= 2 && below < 38;
    });
    // 36 of the 41 places among 40 draws, less a little, since few donors make draws alike where all else is known.
    expect(inside.length / holes.length).toBeGreaterThan(36 / 41 - 0.09);
    expect(inside.length / holes.length).toBeLessThan(36 / 41 + 0.04);
  });

  it("the mean of mice's draws has the right variance between imputations", async () => {
    // Rubin: the mean of x3 over all rows varies between imputations by the share of its holes times the noise.
    const done = await imputeByMice({ draws: 60 })(given, 3);
    const means = done.draws!.map((table) => average([...table[3]]));
    const between = Math.sqrt(average(means.map((m) => (m - average(means)) ** 2)));
    // Drawn noise of n/4 holes, and of the coefficients, which act on all of them.
    const expected = Math.sqrt((n / 4) * noise ** 2) / n;
    expect(between / expected).toBeGreaterThan(0.85);
    expect(between / expected).toBeLessThan(1.6);
  });

  it("a forest errs more than a line there, and less on steps and interactions", async () => {
    const step = x[0].map((v, i) => (v > 0.3 ? 3 : 0) + (x[1][i] > 0 && x[2][i] > 0 ? 2 : 0) + 0.2 * rng.normal());
    const stepTruth = cellsOf(attributes, [...x, step]);
    const stepGiven = cellsOf(attributes, [...x, step.map((v, i) => (i % 4 === 0 ? NaN : v))]);
    const [forest, ridge] = [createBaseline("missforest", openSession), createBaseline("ridge", openSession)];
    expect(rmse(stepTruth, stepGiven, await forest(stepGiven, 1), 3)).toBeLessThan(0.55);
    expect(rmse(stepTruth, stepGiven, await ridge(stepGiven, 1), 3)).toBeGreaterThan(0.9);
    expect(rmse(truth, given, await forest(given, 1), 3)).toBeGreaterThan(1.1 * noise);
  });
});

describe("levels", () => {
  // Logistic in two numbers, and a nominal attribute that no order describes.
  const rng = createRng(6);
  const n = 900;
  const a = Array.from({ length: n }, () => rng.normal());
  const b = Array.from({ length: n }, () => rng.normal());
  const p = a.map((v, i) => 1 / (1 + Math.exp(-(1.5 * v - b[i]))));
  const binary = p.map((share) => (rng.uniform() < share ? 1 : 0));
  const nominal = a.map(() => rng.int(4));
  // A number that depends on the nominal attribute out of order.
  const effect = [2, -2, 2, -2];
  const c = nominal.map((level) => effect[level] + 0.3 * rng.normal());
  const attributes = [numberAttribute("a"), numberAttribute("b"), numberAttribute("c"), levelsAttribute("binary", 2), levelsAttribute("nominal", 4)];
  const holed = cellsOf(attributes, [a, b, c.map((v, i) => (i % 5 === 1 ? NaN : v)), binary.map((v, i) => (i % 3 === 0 ? NaN : v)), nominal]);
  const hidden = [...a.keys()].filter((i) => i % 3 === 0);

  it("mice draws levels with nearly their true probabilities", async () => {
    const { draws } = await imputeByMice({ draws: 40 })(holed, 1);
    const share = (i: number): number => average(draws!.map((table) => table[3][i]));
    // The draws themselves scatter by sqrt(p (1 - p) / 40), at most 0.08.
    expect(average(hidden.map((i) => Math.abs(share(i) - p[i])))).toBeLessThan(0.085);
    expect(average(hidden.map(share))).toBeCloseTo(average(hidden.map((i) => p[i])), 1.3);
  });

  it("a forest splits levels into sets, not by their order, and votes with sensible probabilities", async () => {
    const done = await createBaseline("missforest", openSession)(holed, 1);
    expect(rmse(cellsOf(attributes, [a, b, c, binary, nominal]), holed, done, 2)).toBeLessThan(0.8);
    const share = (i: number): number => Math.exp(done.distribution!(i, 3)!.logProb(1));
    expect(average(hidden.map((i) => Math.abs(share(i) - p[i])))).toBeLessThan(0.17);
    expect(done.distribution!(1, 3)).toBeUndefined();
  });

  it("ridge and mean fill the right levels", async () => {
    const right = (done: Completed): number => average(hidden.map((i) => (done.values[3][i] === binary[i] ? 1 : 0)));
    const best = average(hidden.map((i) => Math.max(p[i], 1 - p[i])));
    expect(right(await createBaseline("ridge", openSession)(holed, 1))).toBeGreaterThan(best - 0.06);
    const mean = await createBaseline("mean", openSession)(holed, 1);
    const common = average(hidden.map((i) => mean.values[3][i]));
    expect([0, 1]).toContain(common);
    expect(Math.exp(mean.distribution!(0, 3)!.logProb(1))).toBeCloseTo(average(binary.filter((_, i) => i % 3 !== 0)), 12);
  });
});

describe("wide tables", () => {
  it("mice regresses on the attributes that tell most", async () => {
    const truth = factorTable(200, 40, [], 3);
    const cells = withHoles(truth, 0.2, 3);
    const few = await imputeByMice({ draws: 5, rounds: 3, predictors: 8 })(cells, 1);
    const error = average(truth.values.map((_, j) => rmse(truth, cells, few, j)));
    const mean = await createBaseline("mean", openSession)(cells, 1);
    expect(error).toBeLessThan(0.75 * average(truth.values.map((_, j) => rmse(truth, cells, mean, j))));
  });

  it("long work can be ended from a hook", async () => {
    const cells = withHoles(factorTable(40, 3, [2], 1), 0.3, 1);
    for (const name of ["mice", "missforest"] as const) {
      const stop = (share: number): void => {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
        throw new Error("enough");
      };
      await expect(createBaseline(name, openSession)(cells, 1, { onStep: stop })).rejects.toThrow("enough");
    }
  });
});
