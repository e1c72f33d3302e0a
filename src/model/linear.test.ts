import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { difference } from "../../test/support/checkOp.js";
import { cellsOf, factorTable, numberAttribute, withHoles } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import { encodeCells, type Encoded } from "../data/encode.js";
import { fitLayout, type Layout } from "../data/layout.js";
import { openSession } from "../engine/node/session.js";
import { ballOf } from "./heavyBall.js";
import { invertSmall } from "./linalg.js";
import { columnMeans, corrected, type Course, createLinearFitter, iteratedRidge, type LinearFitter, type Trials } from "./linear.js";
import { combineFits, type DenseMap, type Fit, relaxationOf } from "./linearMap.js";
import { lambdas } from "./penalties.js";

const cells = withHoles(factorTable(60, 4, [2, 3, 4], 5), 0.25, 6);
const layout = fitLayout(cells);
const table = encodeCells(cells, layout);
let fitter: LinearFitter;
beforeAll(async () => {
  fitter = await createLinearFitter(layout, openSession);
});
afterAll(() => fitter.close());

/** Fits of one course, iterated ridge if none is named, with the tables that they fill. */
async function fitsOf(visible: Encoded, penalties: readonly number[], more: Partial<Trials> = {}, by = fitter): Promise<(Fit & { filled: Float32Array })[]> {
  const tables: Float32Array[] = [];
  const { fits } = await by.fit(visible, { courses: [iteratedRidge], penalties, ...more }, (filled, index) => (tables[index] = filled));
  return fits.map((fit, index) => ({ ...fit, filled: tables[index] }));
}

/** Ridge regression of one attribute's features on all others by normal equations and Gaussian elimination. */
function regress(x: number[][], mean: number[], target: number[], others: number[], lambda: number): number[][] {
  const n = x.length;
  const cov = (a: number, b: number): number => x.reduce((s, row) => s + (row[a] - mean[a]) * (row[b] - mean[b]), 0) / n;
  const system = others.map((a, i) => [...others.map((b, k) => cov(a, b) + (i === k ? lambda : 0)), ...target.map((t) => cov(a, t))]);
  for (let c = 0; c < others.length; c++) {
    for (let r = 0; r < others.length; r++) {
      if (r === c) continue;
      const f = system[r][c] / system[c][c];
      for (let k = c; k < system[r].length; k++) system[r][k] -= f * system[c][k];
    }
  }
  return others.map((_, i) => target.map((_t, k) => system[i][others.length + k] / system[i][i]));
}

/** Iterated ridge, one attribute after the other, in double precision. */
function ridgeByHand({ rows, features, observed }: Encoded, lay: Layout, last: number): { center: number[]; weights: number[][]; filled: number[][] } {
  const d = lay.features;
  const p = lay.columns.length;
  const truth = Array.from({ length: rows }, (_, i) => Array.from(features.subarray(i * d, (i + 1) * d)));
  const columnOf = lay.columns.flatMap((c, j) => new Array<number>(c.width).fill(j));
  const seen = (i: number, k: number): boolean => observed[i * p + columnOf[k]] === 1;
  const mean = (x: number[][], k: number, keep: (i: number) => boolean = () => true): number => {
    const kept = x.filter((_, i) => keep(i));
    return kept.reduce((s, row) => s + row[k], 0) / kept.length;
  };
  const start = columnOf.map((_, k) => mean(truth, k, (i) => seen(i, k)));
  let x = truth.map((row, i) => row.map((v, k) => (seen(i, k) ? v : start[k])));
  let weights: number[][] = [];
  let center: number[] = [];
  for (let round = 1; round <= 5; round++) {
    const lambda = round < 5 ? 0.2 : last;
    center = columnOf.map((_, k) => mean(x, k));
    weights = columnOf.map(() => new Array<number>(d).fill(0));
    lay.columns.forEach((_, j) => {
      const own = columnOf.flatMap((c, k) => (c === j ? [k] : []));
      const others = columnOf.flatMap((c, k) => (c === j ? [] : [k]));
      regress(x, center, own, others, lambda).forEach((row, i) => row.forEach((w, k) => (weights[others[i]][own[k]] = w)));
    });
    const previous = x;
    x = previous.map((row, i) => row.map((v, k) => (seen(i, k) ? v : center[k] + row.reduce((s, u, a) => s + (u - center[a]) * weights[a][k], 0))));
  }
  return { center, weights, filled: x };
}

describe("iterated ridge", () => {
  test("agrees with one regression per attribute", async () => {
    const penalties = [0.05, 0.8];
    const fits = await fitsOf(table, penalties);
    penalties.forEach((penalty, l) => {
      const expected = ridgeByHand(table, layout, penalty);
      expect(difference(fits[l].mean, expected.center)).toBeLessThan(1e-4);
      expect(difference(fits[l].weights, expected.weights.flat())).toBeLessThan(1e-4);
      expect(difference(fits[l].filled, expected.filled.flat())).toBeLessThan(1e-4);
      expect(fits[l].lambda).toBe(penalty);
    });
    expect(difference(fits[0].weights, fits[1].weights)).toBeGreaterThan(0.01);
  });

  test("keeps observed cells as they are, and gives no attribute a weight on itself", async () => {
    const [{ weights, filled }] = await fitsOf(table, [0.1]);
    const d = layout.features;
    layout.columns.forEach(({ first, width }, j) => {
      for (let a = first; a < first + width; a++) for (let b = first; b < first + width; b++) expect(weights[a * d + b]).toBe(0);
      for (let i = 0; i < table.rows; i++) {
        if (!table.observed[i * layout.columns.length + j]) continue;
        for (let k = i * d + first; k < i * d + first + width; k++) expect(filled[k]).toBe(table.features[k]);
      }
    });
  });

  test("does not look at what stands in holes", async () => {
    const garbage = table.features.slice();
    layout.columns.forEach(({ first, width }, j) => {
      for (let i = 0; i < table.rows; i++) {
        if (!table.observed[i * layout.columns.length + j]) garbage.fill(77, i * layout.features + first, i * layout.features + first + width);
      }
    });
    const [clean] = await fitsOf(table, [0.2]);
    const [dirty] = await fitsOf({ ...table, features: garbage }, [0.2]);
    expect(dirty).toEqual(clean);
  });

  test("counts a row of weight 2 like two rows, and one of weight 0 like none", async () => {
    const n = 40;
    const part = (rows: readonly number[]): Encoded => {
      const p = layout.columns.length;
      const pick = <T extends Float32Array | Uint8Array>(all: T, width: number, out: T): T => (rows.forEach((i, r) => out.set(all.subarray(i * width, (i + 1) * width), r * width)), out);
      return { rows: rows.length, features: pick(table.features, layout.features, new Float32Array(rows.length * layout.features)), observed: pick(table.observed, p, new Uint8Array(rows.length * p)) };
    };
    const all = Array.from({ length: n + 10 }, (_, i) => i);
    const weight = Float64Array.from(all, (i) => (i >= n ? 0 : i < 10 ? 2 : 1));
    const [weighted] = await fitsOf(part(all), [0.1], { weight });
    const [repeated] = await fitsOf(part([...all.slice(0, n), ...all.slice(0, 10)]), [0.1]);
    // Holes start at the mean of the observed cells, which weights do not touch: the starts differ, and five rounds leave a little of that.
    expect(difference(weighted.mean, repeated.mean)).toBeLessThan(0.06);
    expect(difference(weighted.weights, repeated.weights)).toBeLessThan(0.06);
    const [plain] = await fitsOf(part(all), [0.1]);
    expect(difference(plain.weights, repeated.weights)).toBeGreaterThan(0.1);
  });

  test.each([["all people alike", false], ["two sources", true]])("works on rows block by block: a table many times over gives the same map, %s", async (_, apart) => {
    const times = 40;
    const repeat = <T extends Float32Array | Uint8Array>(once: T, out: T): T => (Array.from({ length: times }, (__, k) => out.set(once, k * once.length)), out);
    const often: Encoded = { rows: times * table.rows, features: repeat(table.features, new Float32Array(times * table.features.length)), observed: repeat(table.observed, new Uint8Array(times * table.observed.length)) };
    expect(often.rows).toBeGreaterThan(2048);
    const from = Float32Array.from({ length: table.rows * 2 }, (__, at) => (at % 2 === Math.floor(at / 2) % 2 ? 1 : 0));
    // The prior of a source's centre counts people, so that sources are not quite the same many times over.
    const limit = apart ? 0.05 : 1e-4;
    const [once] = await fitsOf(table, [0.1], { from: apart ? from : null, courses: corrected.slice(0, 1) });
    const [many] = await fitsOf(often, [0.1], { from: apart ? repeat(from, new Float32Array(times * from.length)) : null, courses: corrected.slice(0, 1) });
    expect(difference(many.weights, once.weights)).toBeLessThan(limit);
    expect(difference(many.offset, once.offset)).toBeLessThan(limit);
    for (let k = 0; k < times; k += 13) expect(difference(many.filled.subarray(k * table.features.length, (k + 1) * table.features.length), once.filled)).toBeLessThan(2 * limit);
  });

  test("goes on from where another fit settled, which comes to the same as many rounds from the means", async () => {
    const course: Course = { correction: 0.5, rounds: 40, early: 0.1 };
    const fold = withHoles(cells, 0.1, 9);
    const { settled } = await fitter.fit(encodeCells(fold, layout), { courses: [course], penalties: [0.1] });
    const [far] = await fitsOf(table, [0.1], { courses: [course] });
    const [near] = await fitsOf(table, [0.1], { courses: [course], start: settled });
    const [few] = await fitsOf(table, [0.1], { courses: [{ ...course, rounds: 6 }] });
    expect(difference(near.weights, far.weights)).toBeLessThan(0.5 * difference(few.weights, far.weights));
    expect(difference(near.weights, far.weights)).toBeLessThan(0.01);
  });

  test("finds a relation that is there: the filled cells are nearer to the truth than the mean", async () => {
    const complete = encodeCells(factorTable(60, 4, [2, 3, 4], 5), layout);
    const [{ filled }] = await fitsOf(table, [0.1]);
    const mean = columnMeans(table.features, table.observed, table.rows, layout);
    let [byRidge, byMean] = [0, 0];
    for (let j = 0; j < layout.numbers; j++) {
      for (let i = 0; i < table.rows; i++) {
        if (table.observed[i * layout.columns.length + j]) continue;
        const at = i * layout.features + layout.columns[j].first;
        byRidge += (filled[at] - complete.features[at]) ** 2;
        byMean += (mean[layout.columns[j].first] - complete.features[at]) ** 2;
      }
    }
    expect(byRidge).toBeLessThan(0.6 * byMean);
  });
});

describe("the hidden cells' spread", () => {
  const names = ["a", "b", "c", "d"];
  const rng = createRng(31);
  const people = Array.from({ length: 1500 }, () => {
    const [z, w] = [rng.normal(), rng.normal()];
    return [z + 0.4 * rng.normal(), z - 0.5 * w + 0.5 * rng.normal(), 0.7 * w + 0.6 * rng.normal(), 0.5 * z + 0.5 * w + 0.7 * rng.normal()];
  });
  const tableOf = (hide: (i: number, j: number) => boolean) => {
    const cells = cellsOf(names.map((name) => numberAttribute(name)), names.map((_, j) => people.map((row, i) => (hide(i, j) ? NaN : row[j]))));
    const lay = fitLayout(cells);
    return { lay, table: encodeCells(cells, lay) };
  };
  const everyone = tableOf(() => false);

  /** The EM algorithm for a normal table in which a row has at most one hole -> (features, features) regression coefficients. */
  function em({ rows, features, observed }: Encoded, d: number): number[] {
    const x = Array.from({ length: rows }, (_, i) => Array.from(features.subarray(i * d, (i + 1) * d), (v, k) => (observed[i * d + k] ? v : 0)));
    let weights = new Array<number>(d * d).fill(0);
    let left = new Array<number>(d).fill(1);
    let mean = new Array<number>(d).fill(0);
    for (let round = 0; round < 200; round++) {
      x.forEach((row, i) => row.forEach((_, k) => !observed[i * d + k] && (row[k] = row.reduce((s, v, a) => s + (v - mean[a]) * weights[a * d + k], mean[k]))));
      mean = mean.map((_, k) => x.reduce((s, row) => s + row[k], 0) / rows);
      const covariance = new Float64Array(d * d);
      for (let a = 0; a < d; a++) for (let b = 0; b < d; b++) covariance[a * d + b] = x.reduce((s, row) => s + (row[a] - mean[a]) * (row[b] - mean[b]), 0) / rows;
      for (let k = 0; k < d; k++) covariance[k * d + k] += left[k] * (x.filter((_, i) => !observed[i * d + k]).length / rows);
      const p = invertSmall(covariance, d);
      weights = weights.map((_, at) => (at % (d + 1) === 0 ? 0 : -p[at] / p[(at % d) * (d + 1)]));
      left = left.map((_, k) => 1 / p[k * (d + 1)]);
    }
    return weights;
  }

  const settled = (correction: number): Course => ({ correction, rounds: 80, early: 1e-6 });
  const weightsOf = async ({ table, lay }: typeof everyone, correction: number): Promise<Float32Array> => {
    const own = await createLinearFitter(lay, openSession);
    const { fits: [{ weights }] } = await own.fit(table, { courses: [settled(correction)], penalties: [1e-6] });
    await own.close();
    return weights;
  };

  test("makes the rounds the EM algorithm where a row has one hole at most", async () => {
    const single = tableOf((i, j) => i % 5 === j);
    const expected = em(single.table, 4);
    expect(difference(await weightsOf(single, 1), expected)).toBeLessThan(2e-3);
    expect(difference(await weightsOf(single, 0), expected)).toBeGreaterThan(0.05);
  });

  test("brings the relations of a table with four of ten cells hidden nearer to the whole table's", async () => {
    const bits = createRng(5);
    const holes = people.map(() => names.map(() => bits.uniform() < 0.4));
    const holed = tableOf((i, j) => holes[i][j]);
    const whole = await weightsOf(everyone, 0);
    const [plain, half] = [await weightsOf(holed, 0), await weightsOf(holed, 0.5)];
    expect(difference(half, whole)).toBeLessThan(0.6 * difference(plain, whole));
  });
});

test("a combined map takes each column from the map chosen for it", async () => {
  const fits = await fitsOf(table, lambdas);
  const choice = layout.columns.map((_, j) => j % lambdas.length);
  const combined = combineFits(fits, choice, layout, { onAllRows: lambdas.length, rounds: 3 });
  const d = layout.features;
  layout.columns.forEach(({ first, width }, j) => {
    expect(combined.lambda[j]).toBe(Math.fround(lambdas[choice[j]]));
    for (let i = 0; i < d; i++) {
      for (let k = first; k < first + width; k++) expect(combined.weights[i * d + k]).toBe(fits[choice[j]].weights[i * d + k]);
    }
  });
  expect(combined.center).toEqual(fits[0].mean);
});

describe("parts of a whole", () => {
  // Ten shares of 100 that depend on three covariates: each share is nearly the negative sum of the others.
  const parts = 10;
  const rng = createRng(8);
  const covariates = Array.from({ length: 500 }, () => [rng.normal(), rng.normal(), rng.normal()]);
  const shares = covariates.map((c) => {
    const e = Array.from({ length: parts }, (_, k) => Math.exp(0.5 * c[k % 3] * (k < 3 ? 1 : -0.5) + 0.5 * rng.normal()));
    return e.map((v) => (100 * v) / e.reduce((a, b) => a + b));
  });
  const whole = cellsOf(
    [...["a", "b", "c"].map((name) => numberAttribute(name)), ...Array.from({ length: parts }, (_, k) => numberAttribute(`part${k}`))],
    [...[0, 1, 2].map((j) => covariates.map((c) => c[j])), ...Array.from({ length: parts }, (_, k) => shares.map((s) => s[k]))],
  );
  const lay = fitLayout(whole);
  const complete = encodeCells(whole, lay);

  /** What rounds of the linear path say of all parts that begin at the mean, from the covariates alone. */
  function fromCovariates({ center, weights, relaxation }: Pick<DenseMap, "center" | "weights" | "relaxation">): number[] {
    const d = lay.features;
    const known = lay.columns.flatMap((c) => new Array<boolean>(c.width).fill(c.attribute.name.length === 1));
    return Array.from({ length: 500 }, (_, i) => {
      let x = Array.from(center, (v, k) => (known[k] ? complete.features[i * d + k] : v));
      let earlier = x;
      for (let r = 0; r < 12; r++) {
        const [before, twoBefore] = [x, earlier];
        x = before.map((v, k) => (known[k] ? v : v + relaxation * (center[k] - v + before.reduce((s, u, a) => s + (u - center[a]) * weights[a * d + k], 0)) + ballOf(3).momentum * (v - twoBefore[k])));
        earlier = before;
      }
      return x.filter((_v, k) => !known[k]);
    }).flat();
  }
  const truth = Array.from({ length: 500 }, (_, i) => lay.columns.flatMap((c) => (c.attribute.name.length === 1 ? [] : Array.from(complete.features.subarray(i * lay.features + c.first, i * lay.features + c.first + c.width))))).flat();
  const error = (guess: readonly number[]): number => Math.sqrt(guess.reduce((s, v, k) => s + (v - truth[k]) ** 2, 0) / truth.length);

  test("do not blow up where all of them are hidden", async () => {
    const own = await createLinearFitter(lay, openSession);
    const map = combineFits(await fitsOf(complete, [0.05], {}, own), lay.columns.map(() => 0), lay, { onAllRows: 1, rounds: 3 });
    await own.close();
    const mean = error(fromCovariates({ ...map, weights: new Float32Array(map.weights.length) }));
    expect(map.relaxation).toBeLessThan(0.6);
    expect(error(fromCovariates(map))).toBeLessThan(0.97 * mean);
    // Full steps would.
    expect(error(fromCovariates({ ...map, relaxation: 1 }))).toBeGreaterThan(5 * mean);
  });
});

test("a relaxation is 1 unless the map's worst direction grows", () => {
  expect(relaxationOf(new Float32Array(9), 3)).toBe(1);
  // Each of 3 the mean of the others: eigenvalues of I - W are 0 and 1.5.
  expect(relaxationOf(Float32Array.of(0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0), 3)).toBe(1);
  // Each of 4 the negative sum of the others: 0 (three times) and 4.
  const negative = Float32Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 0 : -1));
  expect(relaxationOf(negative, 4)).toBeCloseTo(2.2 / 4, 3);
});
