import { createRng } from "../base/random.js";
import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import type { SessionFactory } from "../engine/index.js";
import { deviationsOf, type Deviations } from "./deviations.js";
import { factorsFrom, precisionOfScores, square, triangle, type Factors } from "./factors.js";
import { cholesky, invertSpd, solveSpd } from "./linalg.js";
import { openProduct, type Product } from "./product.js";

/** Most factors that are learned. */
const mostFactors = 32;
/** Rounds of expectation and maximisation from loadings of noise, and from those of nearly the same cells. */
const rounds = 8;
const laterRounds = 3;
/** Loadings are drawn to zero as if so many people more had shown nothing of them. */
const priorPeople = 30;
/** Part of a feature's variance that is its own noise, at least. */
const leastNoise = 0.02;

/** Factors, and where the features of people with no scores lie. */
export interface FittedFactors {
  readonly factors: Factors;
  /** (features) */
  readonly center: Float32Array;
}

/**
 * Factors of a table with holes by expectation and maximisation (Rubin and Thayer 1982), maximum a posteriori. Scores are
 * brought back to unit variance in each round (parameter expansion, Liu, Rubin and Wu 1998): without it the prior on the loadings
 * shrinks well-measured factors for many rounds.
 * A feature's centre is learned with its loadings: who has an attribute may be unlike the others (a test of old people), and a
 * line through their own mean, at the scores of nobody in particular, would be far too flat.
 * The start is the same in every call: there is nothing to be seeded.
 * @param start factors of nearly the same cells, to go on from
 */
export async function fitFactors(table: Encoded, layout: Layout, open: SessionFactory, start?: FittedFactors): Promise<FittedFactors> {
  const { rows } = table;
  const d = layout.features;
  const count = start?.factors.count ?? Math.min(mostFactors, layout.columns.length);
  const { mean, deviation, bits, seen, squares, variance } = deviationsOf(table, layout);
  const rng = createRng(0xfac7);
  let loadings = start?.factors.loadings ?? Float32Array.from({ length: d * count }, (_, at) => 0.3 * Math.sqrt(variance[Math.floor(at / count)]) * rng.normal());
  let factors = start?.factors ?? factorsFrom(loadings, Float32Array.from(variance, (v) => v + 1e-3), layout);
  /** Of each feature's centre from the mean of those who have it. */
  let offset = start ? start.center.map((c, f) => c - mean[f]) : new Float32Array(d);
  const product = await openProduct(open, "float32");
  const crossed = await openProduct(open, "float32", { transposed: true });
  try {
    for (let round = 0; round < (start ? laterRounds : rounds); round++) {
      const { scores, squared } = await expected(product, factors, offset, layout, { deviation, bits, rows });
      // Sums over the people who have a column of z, of z z', and of their deviations times z.
      const scoresByColumn = await crossed.of(bits, scores, rows); // (p, K)
      const byColumn = await crossed.of(bits, squared, rows); // (p, K (K + 1) / 2)
      const byFeature = await crossed.of(deviation, scores, rows); // (D, K)
      const middle = meanOfScores(scores, rows, count);
      const scale = meanOfSquares(squared, rows, count).map((s, at) => s - middle[Math.floor(at / count)] * middle[at % count]);
      const root = cholesky(scale, count);
      const noise = new Float32Array(d);
      loadings = new Float32Array(d * count);
      offset = new Float32Array(d);
      layout.columns.forEach(({ first, width }, j) => {
        const n = Math.max(seen[j], 1);
        const own = scoresByColumn.subarray(j * count, (j + 1) * count);
        const people = square(byColumn, count, j * triangle(count)).map((s, at) => s - (own[Math.floor(at / count)] * own[at % count]) / n); // about their mean
        const cross = Float64Array.from({ length: count * width }, (_, at) => byFeature[(first + (at % width)) * count + Math.floor(at / width)]);
        const solution = solveSpd(people.map((s, at) => s + priorPeople * scale[at]), count, cross, width);
        for (let k = 0; k < width; k++) {
          const f = first + k;
          let left = squares[f];
          for (let a = 0; a < count; a++) {
            const l = solution[a * width + k];
            left -= 2 * l * cross[a * width + k];
            for (let b = 0; b < count; b++) left += l * people[a * count + b] * solution[b * width + k];
            for (let b = 0; b <= a; b++) loadings[f * count + b] += l * root[a * count + b];
            offset[f] += l * (middle[a] - own[a] / n);
          }
          noise[f] = Math.max(left / n, leastNoise * variance[f] + 1e-4);
        }
      });
      factors = factorsFrom(loadings, noise, layout);
    }
  } finally {
    await product.close();
    await crossed.close();
  }
  return { factors, center: mean.map((m, f) => m + offset[f]) };
}

/** Mean of z over all rows (K). */
function meanOfScores(scores: Float32Array, rows: number, count: number): Float64Array {
  const sum = new Float64Array(count);
  for (let at = 0; at < scores.length; at++) sum[at % count] += scores[at];
  return sum.map((s) => s / rows);
}

/** Mean of z z' over all rows (K, K). */
function meanOfSquares(squared: Float32Array, rows: number, count: number): Float64Array {
  const size = triangle(count);
  const sum = new Float64Array(size);
  for (let i = 0; i < rows; i++) for (let k = 0; k < size; k++) sum[k] += squared[i * size + k];
  return square(sum.map((s) => s / rows), count);
}

type Seen = Pick<Deviations, "deviation" | "bits"> & { readonly rows: number };

/** Expected scores (rows, K) and their expected squares, z z' and its covariance (rows, K (K + 1) / 2). */
async function expected(product: Product<"float32">, { count, loadings, precision, information }: Factors, offset: Float32Array, layout: Layout, { deviation, bits, rows }: Seen): Promise<{ scores: Float32Array; squared: Float32Array }> {
  const size = triangle(count);
  const lower = await product.of(bits, information, bits.length / rows);
  const weights = loadings.map((l, at) => l * precision[Math.floor(at / count)]);
  const told = await product.of(deviation, weights, precision.length);
  const moved = await product.of(bits, offsetsByColumn(weights, offset, layout), bits.length / rows);
  for (let at = 0; at < told.length; at++) told[at] -= moved[at];
  const scores = new Float32Array(rows * count);
  const squared = new Float32Array(rows * size);
  for (let i = 0; i < rows; i++) {
    const covariance = invertSpd(precisionOfScores(lower, count, i * size), count);
    for (let a = 0; a < count; a++) {
      let z = 0;
      for (let b = 0; b < count; b++) z += covariance[a * count + b] * told[i * count + b];
      scores[i * count + a] = z;
    }
    for (let a = 0, at = i * size; a < count; a++) for (let b = 0; b <= a; b++) squared[at++] = covariance[a * count + b] + scores[i * count + a] * scores[i * count + b];
  }
  return { scores, squared };
}

/** (p, K) what the offsets of a visible column's features take from the scores. */
function offsetsByColumn(weights: Float32Array, offset: Float32Array, { columns }: Layout): Float32Array {
  const count = weights.length / offset.length;
  const out = new Float32Array(columns.length * count);
  columns.forEach(({ first, width }, j) => {
    for (let f = first; f < first + width; f++) for (let a = 0; a < count; a++) out[j * count + a] += weights[f * count + a] * offset[f];
  });
  return out;
}
