import type { Layout } from "../data/layout.js";
import type { Factors } from "./factors.js";
import { ballOf, heavyBall } from "./heavyBall.js";
import type { SourceRule } from "./likelySource.js";

/** The linear path's map: x <- visible ? x : (1 - r) x + r f(x), a few rounds (see network.ts), where f regresses each column on others. */
export type LinearMap = DenseMap | SparseMap;

interface CommonMap {
  /** (features) */
  readonly center: Float32Array;
  /** r, the size of a step; rounds also have momentum (heavyBall.ts). */
  readonly relaxation: number;
}

/** Columns are regressed on all others: f(x) = center + (x - center) W. */
export interface DenseMap extends CommonMap {
  readonly kind: "dense";
  /** W (features, features), the block of an attribute on itself zero. */
  readonly weights: Float32Array;
  /** (columns) ridge penalties, in squared standard deviations. */
  readonly lambda: Float32Array;
  /** What the visible features tell of the others, where the rounds begin; absent where they begin at the centre. */
  readonly start?: CovarianceStart;
  /** (sources, features) centres of the sources, where each has its own. */
  readonly sources?: SourceRule & { readonly centers: Float32Array };
}

export interface CovarianceStart {
  /** (features, features) of the filled table. */
  readonly covariance: Float32Array;
  /** What each visible feature adds to the penalty of what they tell: covariances of many features with few people are doubtful. */
  readonly doubt: number;
}

/** Columns are regressed on K features each, of thousands: f(x) = intercept + (x - center)[neighbours] W (sparseLinear.ts). */
export interface SparseMap extends CommonMap {
  readonly kind: "sparse";
  /** W (features, K): the coefficients of a feature on its column's neighbours. */
  readonly weights: Float32Array;
  /** (columns) ridge penalties, in people. */
  readonly lambda: Float32Array;
  /** (columns, K) features that each column is regressed on, ascending. */
  readonly neighbours: Int32Array;
  /** (features) what is predicted of a row at the centre. The people who have a column may lie about it on a line of their own. */
  readonly intercept: Float32Array;
  /** The rounds begin with what the visible features tell by these. */
  readonly factors: Factors;
}

/** What one fit gives: x W + offset, before a map's centre is known. */
export interface Fit {
  /** (features, features) */
  readonly weights: Float32Array;
  /** (features) */
  readonly offset: Float32Array;
  /** (features) mean of the filled table; the point at which all regressions agree, unless groups have their own. */
  readonly mean: Float32Array;
  readonly lambda: number;
  /** (features, features) of the filled table, hidden cells' spread included. */
  readonly covariance: Float32Array;
  /** Rows of that table. */
  readonly people: number;
  /** (sources, features) mean of the filled table over each source's people; absent where all are alike. */
  readonly centers?: Float32Array;
}

interface MapSetting {
  /** Fits on all rows, which are the first. */
  readonly onAllRows: number;
  /** Rounds that the map will be taken for. */
  readonly rounds: number;
  readonly rule?: SourceRule;
}

/**
 * A map whose columns come from several fits: `choice[j]` names the fit of column j, one on all rows or one
 * with groups. People of a source are about its own centre. Where sources have none, and regressions of groups do not
 * settle with the others, all columns come from fits on all rows.
 */
export function combineFits(fits: readonly Fit[], choice: readonly number[], layout: Layout, { onAllRows, rounds, rule }: MapSetting): DenseMap {
  const d = layout.features;
  const weights = new Float32Array(d * d);
  const offset = new Float32Array(d);
  const count = rule ? rule.share.length : 0;
  const centers = new Float32Array(count * d);
  layout.columns.forEach(({ first, width }, j) => {
    const from = fits[choice[j]];
    for (let k = first; k < first + width; k++) {
      offset[k] = from.offset[k];
      for (let s = 0; s < count; s++) centers[s * d + k] = from.centers![s * d + k];
      for (let i = 0; i < d; i++) weights[i * d + k] = from.weights[i * d + k];
    }
  });
  const { covariance, people } = fits[commonest(choice)];
  const largest = largestMode(weights, d);
  const map = { kind: "dense" as const, weights, lambda: Float32Array.from(choice, (c) => fits[c].lambda), relaxation: ballOf(rounds).stepSize / largest, start: { covariance, doubt: 2 / people } };
  const { mean } = fits[0];
  if (rule) return { ...map, center: mean, sources: { ...rule, centers } };
  const center = choice.some((c) => c >= onAllRows) ? settle(weights, offset, mean, largest) : mean;
  if (center === null) return combineFits(fits, choice.map((c) => c % onAllRows), layout, { onAllRows, rounds });
  return { ...map, center };
}

/** What most columns chose; of equals what the first of them did. */
function commonest(choice: readonly number[]): number {
  const times = new Map<number, number>();
  for (const c of choice) times.set(c, (times.get(c) ?? 0) + 1);
  return [...times].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}

const mostCenterRounds = 2000;
/** Standard deviations from the mean at which rounds count as running away. */
const runaway = 6;

/**
 * The point c = c W + offset at which all regressions agree, so that the map is c + (x - c) W: what is expected of somebody
 * of whom nothing is known; null where they do not settle.
 */
function settle(weights: Float32Array, offset: Float32Array, start: Float32Array, largest: number): Float32Array | null {
  const d = offset.length;
  const { stepSize: step, momentum } = heavyBall(40);
  const relaxation = step / largest;
  let c = Float64Array.from(start);
  let before = c;
  for (let round = 0; round < mostCenterRounds; round++) {
    const next = Float64Array.from(offset);
    for (let i = 0; i < d; i++) {
      const row = i * d;
      for (let j = 0; j < d; j++) next[j] += c[i] * weights[row + j];
    }
    let change = 0;
    for (let j = 0; j < d; j++) {
      next[j] = c[j] + relaxation * (next[j] - c[j]) + momentum * (c[j] - before[j]);
      change = Math.max(change, Math.abs(next[j] - c[j]));
    }
    [before, c] = [c, next];
    if (change < 1e-7) return Float32Array.from(c);
    if (!(change < runaway)) return null;
  }
  return null;
}

/** Most that a step may grow an error by, in the worst direction: five rounds then make 2.5 times of it. */
const largestGrowth = 1.2;

/** How far a round of the fit may go, in which a table is filled by a map that changes from round to round. */
export const relaxationOf = (weights: Float32Array, d: number): number => Math.min(1, (1 + largestGrowth) / largestMode(weights, d));

/**
 * Largest eigenvalue mu of I - W, 1 at least, by power iteration. A full step is Jacobi's method on the hidden features'
 * normal equations; it multiplies an error by 1 - mu, and for parts of a whole, of which each is the rest's negative sum, mu
 * comes near the number of parts. With nothing visible all of them count; with more visible the largest mu is smaller.
 */
function largestMode(weights: Float32Array, d: number): number {
  let v = Float64Array.from({ length: d }, (_, k) => 1 + 0.5 * Math.sin(12.9898 * k + 1));
  let largest = 1;
  const iterations = 40;
  for (let r = 0; r < iterations; r++) {
    const next = v.slice();
    for (let a = 0; a < d; a++) {
      const row = weights.subarray(a * d, (a + 1) * d);
      const va = v[a];
      for (let b = 0; b < d; b++) next[b] -= va * row[b];
    }
    const norm = Math.sqrt(next.reduce((sum, x) => sum + x * x, 0) / v.reduce((sum, x) => sum + x * x, 0));
    if (!(norm > 0)) break;
    if (r >= iterations / 2) largest = Math.max(largest, norm);
    v = next.map((x) => x / norm);
  }
  return largest;
}
