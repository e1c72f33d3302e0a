import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { solveSpd } from "../model/linalg.js";

/** Most columns that tell two sources apart, and the least share of rows that must observe them in both. */
const mostColumns = 12;
const leastObserved = 0.8;
const iterations = 12;
/** Ridge penalty, in rows. */
const penalty = 5;
/** Weights stay within this factor of 1, or a few odd people would stand for all. */
const largestWeight = 8;
const largestExponent = 30;

/**
 * What each row of another source counts for, so that those rows together look like the population's in the columns that
 * both measure: the odds of being of the population by logistic regression on these columns and their squares (inverse
 * odds weights; Westreich et al., Am J Epidemiol 2017). Of mean 1; all 1 where the two share no column that nearly
 * everybody has.
 * @param population rows of the population
 * @param others rows of the other source
 * @param columns places of the columns that both measure
 */
export function transportWeights(table: Encoded, layout: Layout, population: Int32Array, others: Int32Array, columns: readonly number[]): Float64Array {
  const p = layout.columns.length;
  const rate = (rows: Int32Array, j: number): number => rows.reduce((sum, i) => sum + table.observed[i * p + j], 0) / Math.max(1, rows.length);
  const shared = columns
    .map((j) => ({ j, rate: Math.min(rate(population, j), rate(others, j)) }))
    .filter((column) => column.rate >= leastObserved)
    .sort((a, b) => b.rate - a.rate || a.j - b.j)
    .slice(0, mostColumns)
    .map(({ j }) => j);
  if (shared.length === 0 || population.length === 0) return new Float64Array(others.length).fill(1);
  const regressors = (i: number): number[] => [
    1,
    ...shared.flatMap((j) => {
      const { kind, first, width } = layout.columns[j];
      const at = i * layout.features + first;
      if (kind === "number") return [table.features[at], table.observed[i * p + j] ? table.features[at] ** 2 - 1 : 0];
      return Array.from({ length: width - 1 }, (_, k) => table.features[at + k]);
    }),
  ];
  const rows = [...population, ...others].map(regressors);
  const target = (r: number): number => (r < population.length ? 1 : 0);
  // Both sources count alike, so that odds are ratios of densities.
  const weight = (r: number): number => (r < population.length ? 0.5 / population.length : 0.5 / others.length) * rows.length;
  const coefficients = logistic(rows, target, weight);
  const odds = Float64Array.from(others, (_, k) => Math.exp(Math.min(largestExponent, dot(rows[population.length + k], coefficients))));
  const scale = others.length / odds.reduce((a, b) => a + b, 0);
  const bounded = odds.map((w) => Math.min(largestWeight, w * scale));
  const mean = bounded.reduce((a, b) => a + b, 0) / others.length;
  return bounded.map((w) => w / mean);
}

const dot = (a: readonly number[], b: Float64Array): number => a.reduce((sum, x, k) => sum + x * b[k], 0);

/** Penalised logistic regression by Newton's method. */
function logistic(rows: readonly number[][], target: (r: number) => number, weight: (r: number) => number): Float64Array {
  const d = rows[0].length;
  let beta = new Float64Array(d);
  for (let round = 0; round < iterations; round++) {
    const hessian = new Float64Array(d * d);
    const gradient = new Float64Array(d);
    for (let k = 0; k < d; k++) {
      hessian[k * d + k] = penalty;
      gradient[k] = -penalty * beta[k];
    }
    rows.forEach((x, r) => {
      const probability = 1 / (1 + Math.exp(-dot(x, beta)));
      const w = weight(r);
      const spread = Math.max(1e-6, probability * (1 - probability)) * w;
      for (let a = 0; a < d; a++) {
        gradient[a] += w * (target(r) - probability) * x[a];
        for (let b = 0; b < d; b++) hessian[a * d + b] += spread * x[a] * x[b];
      }
    });
    const step = solveSpd(hessian, d, gradient, 1);
    beta = beta.map((value, k) => value + step[k]);
  }
  return beta;
}
