import { createRng } from "../base/random.js";
import { gammaQ, normalCdf, normalPdf, studentCdf, studentQuantile } from "../model/likelihoods/index.js";
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
export function bootstrapGroups(groups: number, of: (weights: Float64Array) => number): Difference {
  const rng = createRng(1, 0xb007); // the same in every call: a report printed twice says the same
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

export interface SignedRank {
  /** Pairs that differ. */
  readonly pairs: number;
  /** Sum of the ranks of positive differences. */
  readonly sum: number;
  /** Two-sided; NaN without pairs. */
  readonly p: number;
}

/** Above so many pairs the normal approximation takes the place of the exact distribution. */
const mostExact = 60;

/**
 * Wilcoxon's signed-rank test. Differences of 0 are left out. The distribution under the hypothesis is exact given the
 * ranks, ties included (a sum over all signs), up to 60 pairs; then normal, with the variance corrected for ties.
 */
export function signedRank(differences: readonly number[]): SignedRank {
  const own = differences.filter((d) => d !== 0 && !Number.isNaN(d));
  const n = own.length;
  if (n === 0) return { pairs: 0, sum: 0, p: NaN };
  // Ranks from the smallest; twice a shared rank is a whole number.
  const doubled = ranks(own.map((d) => -Math.abs(d))).map((r) => Math.round(2 * r));
  const sum = own.reduce((s, d, k) => s + (d > 0 ? doubled[k] : 0), 0);
  const total = doubled.reduce((a, b) => a + b, 0);
  const least = Math.min(sum, total - sum);
  if (n > mostExact) {
    const variance = doubled.reduce((s, r) => s + r * r, 0) / 4;
    return { pairs: n, sum: sum / 2, p: Math.min(1, 2 * normalCdf((least - total / 2) / Math.sqrt(variance))) };
  }
  // ways[s]: share of all choices of signs whose positive ranks sum to s.
  let ways = new Float64Array(total + 1);
  ways[0] = 1;
  for (const r of doubled) {
    const next = new Float64Array(total + 1);
    for (let s = 0; s <= total; s++) next[s] = 0.5 * (ways[s] + (s >= r ? ways[s - r] : 0));
    ways = next;
  }
  return { pairs: n, sum: sum / 2, p: Math.min(1, 2 * ways.subarray(0, least + 1).reduce((a, b) => a + b, 0)) };
}

/**
 * Friedman's test that methods do not differ, corrected for ties.
 * @param rows (tables, methods) ranks within each table
 */
export function friedman(rows: readonly (readonly number[])[]): { readonly statistic: number; readonly p: number } {
  const n = rows.length;
  const k = rows[0]?.length ?? 0;
  if (n < 2 || k < 2) return { statistic: NaN, p: NaN };
  const sums = Array.from({ length: k }, (_, j) => rows.reduce((s, row) => s + row[j], 0));
  const middle = (n * (k + 1)) / 2;
  const between = sums.reduce((s, r) => s + (r - middle) ** 2, 0);
  const within = rows.reduce((s, row) => s + row.reduce((t, r) => t + (r - (k + 1) / 2) ** 2, 0), 0);
  if (within === 0) return { statistic: 0, p: 1 };
  const statistic = ((k - 1) * between) / within;
  return { statistic, p: gammaQ((k - 1) / 2, statistic / 2) };
}

/** Probability that the range of k standard normal numbers is at most q: ∫ k φ(z) (Φ(z) − Φ(z − q))^(k − 1) dz. */
export function normalRangeCdf(q: number, k: number): number {
  if (!(q > 0)) return 0;
  const [from, to, steps] = [-8, 8 + q, 2000];
  const h = (to - from) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const z = from + i * h;
    const weight = i === 0 || i === steps ? 1 : i % 2 ? 4 : 2;
    sum += weight * k * normalPdf(z) * (normalCdf(z) - normalCdf(z - q)) ** (k - 1);
  }
  return (sum * h) / 3;
}

/** Nemenyi's critical difference of mean ranks of k methods over n tables at the level .05 (Demšar 2006). */
export function criticalDifference(k: number, n: number): number {
  let [low, high] = [0, 20];
  while (high - low > 1e-10) {
    const middle = (low + high) / 2;
    if (normalRangeCdf(middle, k) < 0.95) low = middle;
    else high = middle;
  }
  return (low / Math.SQRT2) * Math.sqrt((k * (k + 1)) / (6 * n));
}

/** Mean with its two-sided 95% interval by Student's t. */
export function meanInterval(values: readonly number[]): { readonly mean: number; readonly low: number; readonly high: number } {
  const n = values.length;
  const mean = average(values);
  if (n < 2) return { mean, low: NaN, high: NaN };
  const sd = Math.sqrt(values.reduce((s, x) => s + (x - mean) ** 2, 0) / (n - 1));
  const reach = (studentQuantile(0.975, n - 1) * sd) / Math.sqrt(n);
  return { mean, low: mean - reach, high: mean + reach };
}
