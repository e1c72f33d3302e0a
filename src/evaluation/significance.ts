import { createRng } from "../base/random.js";
import { studentCdf, studentQuantile } from "../model/likelihoods/index.js";
import { average } from "./columns.js";

/** A mean difference with its 95% interval; `p` is two-sided, NaN where none can be had. */
export interface Difference {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly p: number;
}

/**
 * Corrected resampled t-test (Nadeau & Bengio 2003): masks of one table overlap, so that their differences are not
 * independent, and the variance of the mean of J is (1/J + test/train) s² instead of s²/J. Mechanisms differ by their
 * nature and not by chance, so s² is pooled within them.
 * @param differences one list per mechanism, one number per mask; more masks than mechanisms in all
 * @param ratio hidden cells over cells that a method could learn from
 */
export function correctedTTest(differences: readonly (readonly number[])[], ratio: number): Difference {
  const all = differences.flat();
  const degrees = all.length - differences.length;
  const mean = average(all);
  const squares = differences.reduce((sum, own) => sum + own.reduce((s, d) => s + (d - average(own)) ** 2, 0), 0);
  const error = Math.sqrt(((1 / all.length + ratio) * squares) / degrees);
  const reach = studentQuantile(0.975, degrees) * error;
  const p = error > 0 ? 2 * studentCdf(-Math.abs(mean) / error, degrees) : mean === 0 ? 1 : 0;
  return { mean, low: mean - reach, high: mean + reach, p };
}

/** Holm's correction: the smallest level at which each hypothesis is rejected among all. NaN stays and does not count. */
export function holm(ps: readonly number[]): number[] {
  const order = [...ps.keys()].filter((k) => !Number.isNaN(ps[k])).sort((a, b) => ps[a] - ps[b]);
  const adjusted = [...ps];
  let largest = 0;
  order.forEach((k, rank) => {
    largest = Math.max(largest, Math.min(1, (order.length - rank) * ps[k]));
    adjusted[k] = largest;
  });
  return adjusted;
}

const replicates = 2000;

/**
 * Bootstrap over groups of people: how far a difference could come from which people are in the table, for one mask.
 * @param of the difference when group g counts weights[g] times
 */
export function bootstrapGroups(groups: number, of: (weights: Float64Array) => number, seed = 1): Difference {
  const rng = createRng(seed, 0xb007);
  const weights = new Float64Array(groups);
  const values = Array.from({ length: replicates }, () => {
    weights.fill(0);
    for (let g = 0; g < groups; g++) weights[rng.int(groups)]++;
    return of(weights);
  }).sort((a, b) => a - b);
  const mean = of(weights.fill(1));
  const below = values.filter((v) => v < 0).length + values.filter((v) => v === 0).length / 2;
  const p = Math.min(1, (2 * (Math.min(below, replicates - below) + 1)) / (replicates + 1));
  const at = (u: number): number => values[Math.round(u * (replicates - 1))];
  return { mean, low: at(0.025), high: at(0.975), p };
}

/** Ranks, 1 for the largest goodness; equal ones share their mean rank, NaN comes last. */
export function ranks(goodness: readonly number[]): number[] {
  const values = goodness.map((v) => (Number.isNaN(v) ? -Infinity : v));
  return values.map((v) => {
    const above = values.filter((w) => w > v).length;
    const level = values.filter((w) => w === v).length;
    return above + (level + 1) / 2;
  });
}
