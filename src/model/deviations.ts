import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { columnMeans } from "./linear.js";

/** A table's features about their means. */
export interface Deviations {
  /** (features) */
  readonly mean: Float32Array;
  /** (rows, features) features less their means, zero at holes. */
  readonly deviation: Float32Array;
  /** (rows, columns) 1 where observed. */
  readonly bits: Float32Array;
  /** (columns) people who have the column. */
  readonly seen: Float64Array;
  /** (features) sum of the squared deviations, and their mean over the people who have the feature. */
  readonly squares: Float64Array;
  readonly variance: Float64Array;
}

export function deviationsOf({ rows, features, observed }: Encoded, layout: Layout): Deviations {
  const d = layout.features;
  const p = layout.columns.length;
  const mean = columnMeans(features, observed, rows, layout);
  const deviation = new Float32Array(rows * d);
  const seen = new Float64Array(p);
  const squares = new Float64Array(d);
  const variance = new Float64Array(d);
  layout.columns.forEach(({ first, width }, j) => {
    for (let i = 0; i < rows; i++) {
      if (!observed[i * p + j]) continue;
      seen[j]++;
      for (let f = first; f < first + width; f++) {
        const x = features[i * d + f] - mean[f];
        deviation[i * d + f] = x;
        squares[f] += x * x;
      }
    }
    for (let f = first; f < first + width; f++) variance[f] = squares[f] / Math.max(seen[j], 1);
  });
  return { mean, deviation, bits: Float32Array.from(observed), seen, squares, variance };
}
