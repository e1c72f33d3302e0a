import { createRng, permutation } from "../../base/random.js";
import type { Cells } from "../../data/cells.js";
import { rocInterval } from "../membership.js";
import { featuresOf, predictByForest } from "./forest.js";
import { stackRows } from "./people.js";

/** How well two tables can be told apart row by row. */
export interface TwoSample {
  /** Area under the ROC curve: 0.5 is not at all. */
  readonly auc: number;
  /** 95% interval (bootstrap over rows). */
  readonly low: number;
  readonly high: number;
}

const folds = 5;

/**
 * Classifier two-sample test (Lopez-Paz & Oquab 2017): a random forest learns to tell the rows of one table from those of the
 * other; its AUC on rows that it was not grown on, five folds. Holes are features as well.
 */
export function tellApart(a: Cells, b: Cells, seed: number): TwoSample {
  const rng = createRng(seed, 0x25a371e);
  const both = stackRows([a, b]);
  const features = featuresOf(both);
  const response = Float64Array.from({ length: both.rows }, (_, i) => (i < a.rows ? 0 : 1));
  const fold = new Uint8Array(both.rows);
  for (const [from, rows] of [[0, a.rows], [a.rows, b.rows]]) permutation(rows, rng).forEach((i, k) => (fold[from + i] = k % folds));
  const shares = new Float64Array(both.rows);
  const all = Int32Array.from({ length: both.rows }, (_, i) => i);
  for (let f = 0; f < folds; f++) {
    const targets = all.filter((i) => fold[i] === f);
    const predicted = predictByForest({ features, response, classes: 2 }, all.filter((i) => fold[i] !== f), targets, rng);
    targets.forEach((i, k) => (shares[i] = predicted[2 * k + 1]));
  }
  const { auc, low, high } = rocInterval([...shares.subarray(a.rows)], [...shares.subarray(0, a.rows)], { rng, bootstraps: 300 });
  return { auc, low, high };
}
