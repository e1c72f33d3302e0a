import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import type { SessionFactory } from "../engine/index.js";
import { columnOfFeatures } from "./blocks.js";
import { deviationsOf } from "./deviations.js";
import type { FittedFactors } from "./factorFit.js";
import { scoresOf, toldBy, type Factors } from "./factors.js";
import { solveSpd } from "./linalg.js";
import type { SparseMap } from "./linearMap.js";
import { openProduct } from "./product.js";

/*
 * The linear path of tables with thousands of features: each attribute is regressed on its `most` most useful features
 * of other attributes, holes filled by factors (factors.ts), in one round. Memory and time grow with the observed cells, not with the
 * square of the features; only the screening of pairs is quadratic, and it is a product of matrices on few rows.
 */

/** Most features that one attribute is regressed on. */
const most = 64;
/** Rows that pairs of features are screened on. */
export const screeningRows = 4096;
/** Features whose pairs are screened together. */
const block = 512;
/** Pairs seen in few people count less, as if they had been seen uncorrelated in so many more. */
const priorPairs = 20;

/** Most features that all attributes are regressed on: those of columns that far more people have than others (`commonFeatures`). */
const mostCommon = 16;
/** Penalty of these at most, in people: hardly any attribute is seen without them, so what they tell is known best. */
const commonPenalty = 100;

/** Features above which the linear path is sparse: the dense map's inverse would take minutes and its products most of the training. */
export const denseFeatures = 3500;
export const isSparse = (layout: Layout): boolean => layout.features > denseFeatures;

/** Number of neighbours of each attribute in this layout. */
export const neighbourCount = ({ columns, features }: Layout): number => Math.min(most, features - Math.max(...columns.map((c) => c.width)));

/** What each attribute is regressed on. */
export interface Neighbours {
  /** (columns, K) features, ascending. */
  readonly neighbours: Int32Array;
  /** Those of them that all attributes share, and that few people's penalty is enough for. */
  readonly common: ReadonlySet<number>;
}

/**
 * Features of the columns that most people have, where these are more than twice as many as have the middle one: what sources share, or what
 * everybody is asked. Answers to little rest on them, so that each attribute is regressed on them whether or not others seem to tell more.
 */
function commonFeatures({ rows, observed }: Encoded, { columns }: Layout): ReadonlySet<number> {
  const p = columns.length;
  const people = new Int32Array(p);
  for (let at = 0; at < rows * p; at++) people[at % p] += observed[at];
  const least = 2 * people.slice().sort()[p >> 1];
  const order = Array.from(columns.keys()).filter((j) => people[j] > least).sort((a, b) => people[b] - people[a] || a - b);
  const common = new Set<number>();
  for (const j of order) {
    const { first, width } = columns[j];
    if (common.size + width <= mostCommon) for (let f = first; f < first + width; f++) common.add(f);
  }
  return common;
}

/**
 * The common features, and those that tell most of each attribute. A feature b's use for attribute j is
 * the share of j's variance that b alone explains where it is seen, times how often it is: sum_a cov(a, b)^2 / (var(a) var(b))
 * over j's features a, from the people who have both.
 */
export async function nearestFeatures(table: Encoded, layout: Layout, open: SessionFactory): Promise<Neighbours> {
  const d = layout.features;
  const p = layout.columns.length;
  const count = neighbourCount(layout);
  const columnOf = columnOfFeatures(layout);
  const { rows } = table;
  const { deviation: centred, bits, variance } = deviationsOf(table, layout);
  const product = await openProduct(open, "float32");
  const common = commonFeatures(table, layout);
  const out = new Int32Array(p * count);
  try {
    for (let start = 0; start < p;) {
      const first = layout.columns[start].first;
      let end = start + 1;
      while (end < p && layout.columns[end].first + layout.columns[end].width - first <= block) end++;
      const last = layout.columns[end - 1];
      const height = last.first + last.width - first;
      const s = await product.of(columnsOf(centred, rows, d, first, height), centred, rows); // (height, d)
      const n = await product.of(columnsOf(bits, rows, p, start, end - start), bits, rows); // (end - start, p)
      const use = new Float64Array(d);
      for (let j = start; j < end; j++) {
        const column = layout.columns[j];
        use.fill(0);
        for (let a = column.first; a < column.first + column.width; a++) {
          const row = (a - first) * d;
          const scale = 1 / Math.max(variance[a], 1e-6);
          for (let b = 0; b < d; b++) use[b] += s[row + b] ** 2 * scale;
        }
        for (let b = 0; b < d; b++) {
          const both = n[(j - start) * p + columnOf[b]];
          use[b] *= both / (Math.max(variance[b], 1e-6) * (both + priorPairs) ** 2);
        }
        for (const b of common) use[b] = Infinity;
        use.fill(-1, column.first, column.first + column.width);
        out.set(largest(use, count), j * count);
        use.fill(0);
      }
      start = end;
    }
  } finally {
    await product.close();
  }
  return { neighbours: out, common };
}

/** Some columns of (rows, width), transposed -> (count, rows). */
function columnsOf(a: Float32Array, rows: number, width: number, first: number, count: number): Float32Array {
  const out = new Float32Array(count * rows);
  for (let i = 0; i < rows; i++) for (let k = 0; k < count; k++) out[k * rows + i] = a[i * width + first + k];
  return out;
}

/** Places of the `count` largest values, ascending; of equal ones the first. */
function largest(values: Float64Array, count: number): Int32Array {
  const limit = values.slice().sort()[values.length - count];
  const above: number[] = [];
  const equal: number[] = [];
  values.forEach((v, k) => (v > limit ? above.push(k) : v === limit && equal.push(k)));
  return Int32Array.from([...above, ...equal.slice(0, count - above.length)]).sort();
}

/**
 * Ridge regressions of every attribute on its neighbours, over the people who have it, with holes filled by what factors tell of
 * them. Coefficients are drawn to those that the factors alone would give.
 * @param penaltiesOf penalties of a column, as so many people in whom a feature of variance 1 bears out the factors; equally many for each
 * @param held (rows, columns) cells to try each penalty on, with their true features; null for none
 * @returns one map per place in the lists of penalties, and its squared errors per column on the held cells
 */
export function fitNeighbours(
  visible: Encoded,
  layout: Layout,
  { neighbours, common }: Neighbours,
  { factors, center }: FittedFactors,
  penaltiesOf: (column: number) => readonly number[],
  held: { readonly cells: Uint8Array; readonly truth: Encoded } | null = null,
): { readonly map: SparseMap; readonly errors: Float64Array }[] {
  const { rows, features, observed } = visible;
  const d = layout.features;
  const p = layout.columns.length;
  const count = neighbours.length / p;
  const columnOf = columnOfFeatures(layout);
  const fits = penaltiesOf(0).map(() => ({
    map: { kind: "sparse" as const, center, neighbours, factors, weights: new Float32Array(d * count), intercept: new Float32Array(d), lambda: new Float32Array(p), relaxation: 1 },
    errors: new Float64Array(p),
  }));
  const scores = scoresOfRows(visible, layout, factors, center);
  const values = new Float64Array(count);
  /** A row's neighbours, less their means. */
  const collect = (i: number, near: Int32Array): void => {
    for (let k = 0; k < count; k++) {
      const f = near[k];
      values[k] = observed[i * p + columnOf[f]] ? features[i * d + f] - center[f] : toldBy(scores, factors, f, i * factors.count);
    }
  };
  layout.columns.forEach(({ first, width, kind }, j) => {
    const near = neighbours.subarray(j * count, (j + 1) * count);
    const gram = new Float64Array(count * count);
    const cross = new Float64Array(count * width);
    const middle = new Float64Array(count);
    const own = new Float64Array(width);
    let people = 0;
    for (let i = 0; i < rows; i++) {
      if (!observed[i * p + j]) continue;
      collect(i, near);
      people++;
      for (let k = 0; k < width; k++) own[k] += features[i * d + first + k] - center[first + k];
      for (let a = 0; a < count; a++) {
        const row = a * count;
        const x = values[a];
        middle[a] += x;
        for (let b = 0; b <= a; b++) gram[row + b] += x * values[b];
        for (let k = 0; k < width; k++) cross[a * width + k] += x * (features[i * d + first + k] - center[first + k]);
      }
    }
    // About the means of those people: a line through the centre of all would be too flat where they are unlike the others.
    for (let a = 0; a < count; a++) middle[a] /= Math.max(people, 1);
    for (let k = 0; k < width; k++) own[k] /= Math.max(people, 1);
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) gram[b * count + a] = gram[a * count + b] -= people * middle[a] * middle[b];
      for (let k = 0; k < width; k++) cross[a * width + k] -= people * middle[a] * own[k];
    }
    const drawn = factorCoefficients(factors, near, first, width);
    penaltiesOf(j).forEach((penalty, l) => {
      const a = gram.slice();
      const penalised = Float64Array.from(near, (f) => (common.has(f) ? Math.min(penalty, commonPenalty) : penalty));
      for (let k = 0; k < count; k++) a[k * count + k] += penalised[k];
      const solved = solveSpd(a, count, cross.map((c, at) => c + penalised[Math.floor(at / width)] * drawn[at]), width);
      for (let k = 0; k < width; k++) {
        let at = center[first + k] + own[k];
        for (let q = 0; q < count; q++) {
          fits[l].map.weights[(first + k) * count + q] = solved[q * width + k];
          at -= solved[q * width + k] * middle[q];
        }
        fits[l].map.intercept[first + k] = at;
      }
      fits[l].map.lambda[j] = penalty;
    });
    if (!held) return;
    const scored = kind === "number" ? 1 : width;
    for (let i = 0; i < rows; i++) {
      if (!held.cells[i * p + j]) continue;
      collect(i, near);
      for (const { map, errors } of fits) {
        for (let k = first; k < first + scored; k++) {
          let guess = map.intercept[k];
          for (let a = 0; a < count; a++) guess += values[a] * map.weights[k * count + a];
          errors[j] += (guess - held.truth.features[i * d + k]) ** 2;
        }
      }
    }
  });
  return fits;
}

/**
 * Regressions of a column's features on its neighbours as the factors have it, (neighbours, width): (L_N L_N' + Psi_N)^-1 L_N L_j', with
 * each neighbour's noise over the part that it counts for.
 */
function factorCoefficients({ count, loadings, precision }: Factors, near: Int32Array, first: number, width: number): Float64Array {
  const n = near.length;
  const product = (f: number, h: number): number => {
    let sum = 0;
    for (let a = 0; a < count; a++) sum += loadings[f * count + a] * loadings[h * count + a];
    return sum;
  };
  const covariance = new Float64Array(n * n);
  for (let q = 0; q < n; q++) {
    for (let r = 0; r <= q; r++) covariance[q * n + r] = covariance[r * n + q] = product(near[q], near[r]);
    covariance[q * n + q] += 1 / precision[near[q]];
  }
  return solveSpd(covariance, n, Float64Array.from({ length: n * width }, (_, at) => product(near[Math.floor(at / width)], first + (at % width))), width);
}

/** (rows, K) scores of each row's visible cells. */
function scoresOfRows({ rows, features, observed }: Encoded, layout: Layout, factors: Factors, center: Float32Array): Float32Array {
  const d = layout.features;
  const p = layout.columns.length;
  const out = new Float32Array(rows * factors.count);
  for (let i = 0; i < rows; i++) {
    const seen: number[] = [];
    for (let j = 0; j < p; j++) if (observed[i * p + j]) seen.push(j);
    out.set(scoresOf(factors, layout, seen, (f) => features[i * d + f] - center[f]), i * factors.count);
  }
  return out;
}
