import type { Rng } from "../../base/random.js";
import type { Cells } from "../../data/cells.js";
import { binLevels, binNumbers, growTree, type BinnedFeature } from "../baselines/tree.js";
import { levelsOf } from "./people.js";

/** Columns as features of a forest; a hole is a level of its own, or comes before all numbers. */
export const featuresOf = ({ attributes, values }: Cells): BinnedFeature[] =>
  values.map((column, j) => {
    const levels = levelsOf(attributes[j]);
    if (levels === 0) return binNumbers(column.map((x) => (Number.isNaN(x) ? -Infinity : x)));
    // A hole comes before the first level, so that it has an end of an ordinal scale to itself.
    return binLevels(column.map((x) => (Number.isNaN(x) ? 0 : x + 1)), levels + 1, attributes[j].type === "ordinal");
  });

export interface ForestTask {
  readonly features: readonly BinnedFeature[];
  /** (rows) numbers, or classes; of rows that are learned from all are known. */
  readonly response: Float64Array;
  /** Number of classes; 0 for numbers. */
  readonly classes: number;
  readonly trees?: number;
}

const leafRows = 5;

/**
 * A random forest (Breiman 2001) with leaves of at most five rows, grown on bootstrap samples.
 * @returns (targets, max(1, classes)) predicted numbers, or shares of the classes in the leaves, averaged over the trees
 */
export function predictByForest({ features, response, classes, trees = 100 }: ForestTask, training: Int32Array, targets: Int32Array, rng: Rng): Float64Array {
  const width = Math.max(1, classes);
  const out = new Float64Array(targets.length * width);
  const place = new Map(Array.from(targets, (row, k) => [row, k]));
  const leaf = new Float64Array(width);
  const task = { features, response, classes, tried: Math.max(1, Math.round(Math.sqrt(features.length))), leafRows };
  for (let t = 0; t < trees; t++) {
    const sample = Int32Array.from(training, () => training[rng.int(training.length)]);
    growTree(task, sample, targets.slice(), rng, (rows, falling) => {
      leaf.fill(0);
      for (const row of rows) leaf[classes > 0 ? response[row] : 0] += (classes > 0 ? 1 : response[row]) / (rows.length * trees);
      for (const row of falling) for (let c = 0; c < width; c++) out[place.get(row)! * width + c] += leaf[c];
    });
  }
  return out;
}
