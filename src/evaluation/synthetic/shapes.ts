import type { Cells } from "../../data/cells.js";
import { average } from "../columns.js";
import { levelsOf } from "./people.js";

/** How alike one column is in two tables; 1 is the same. */
export interface Shape {
  readonly attribute: string;
  readonly kind: "number" | "levels";
  /** KSComplement of numbers, TVComplement of levels, both of SDMetrics; NaN if a table has no value. */
  readonly score: number;
  /** 1 minus the absolute difference of the shares of empty cells (MissingValueSimilarity of SDMetrics). */
  readonly missing: number;
}

export const columnShapes = (real: Cells, other: Cells): Shape[] =>
  real.attributes.map((attribute, j) => {
    const levels = levelsOf(attribute);
    const [a, b] = [real.values[j], other.values[j]];
    return {
      attribute: attribute.name,
      kind: levels > 0 ? "levels" : "number",
      score: levels > 0 ? variationComplement(a, b, levels) : smirnovComplement(a, b),
      missing: 1 - Math.abs(missingShare(a) - missingShare(b)),
    };
  });

export const meanKnown = (values: readonly number[]): number => average(values.filter((x) => !Number.isNaN(x)));

const missingShare = (values: Float64Array): number => values.reduce((n, x) => n + (Number.isNaN(x) ? 1 : 0), 0) / values.length;

export const knownSorted = (values: Float64Array): Float64Array => values.filter((x) => !Number.isNaN(x)).sort();

/** 1 minus the largest distance of the two distribution functions (Kolmogorov-Smirnov); holes do not count. */
export function smirnovComplement(a: Float64Array, b: Float64Array): number {
  const [x, y] = [knownSorted(a), knownSorted(b)];
  if (x.length === 0 || y.length === 0) return NaN;
  let [i, j, largest] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    const at = Math.min(x[i], y[j]);
    while (i < x.length && x[i] === at) i++;
    while (j < y.length && y[j] === at) j++;
    largest = Math.max(largest, Math.abs(i / x.length - j / y.length));
  }
  return 1 - largest;
}

/** 1 minus the total variation distance of the shares of the levels; holes do not count. */
export function variationComplement(a: Float64Array, b: Float64Array, levels: number): number {
  const [p, q] = [levelShares(a, levels), levelShares(b, levels)];
  return 1 - 0.5 * p.reduce((sum, share, k) => sum + Math.abs(share - q[k]), 0);
}

/** Shares of the levels among the cells with a value; NaN without any. */
export function levelShares(values: Float64Array, levels: number): number[] {
  const counts = new Array<number>(levels).fill(0);
  let n = 0;
  for (const x of values) {
    if (Number.isNaN(x)) continue;
    counts[x]++;
    n++;
  }
  return counts.map((c) => c / n);
}
