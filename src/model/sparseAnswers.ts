import type { Layout } from "../data/layout.js";
import { columnOfFeatures } from "./blocks.js";
import { scoresOf, toldBy, type Factors } from "./factors.js";
import type { SparseMap } from "./linearMap.js";

/** Answers of a sparse map about one row. */
export interface RowAnswers {
  /** What one round predicts of a column's feature. */
  at(feature: number, column: number): number;
}

/**
 * One round of a sparse map at single features, as `linearPath` gives it for all, in time that follows a row's visible cells
 * and what is asked: what the factors tell of all neighbours is one product, and visible ones add what they are beyond it.
 */
export function openSparseAnswers(layout: Layout, { center, weights, neighbours, factors, intercept }: SparseMap): (features: Float32Array, visible: ArrayLike<number>) => RowAnswers {
  const d = layout.features;
  const p = layout.columns.length;
  const count = neighbours.length / p;
  const columnOf = columnOfFeatures(layout);
  const throughNeighbours = throughAll(layout, weights, neighbours, factors);
  const beyond = new Float64Array(d); // of the row at hand, for its visible features
  return (features, visible) => {
    const seen: number[] = [];
    for (let j = 0; j < p; j++) if (visible[j]) seen.push(j);
    const scores = scoresOf(factors, layout, seen, (f) => features[f] - center[f]);
    for (const j of seen) {
      const { first, width } = layout.columns[j];
      for (let f = first; f < first + width; f++) beyond[f] = features[f] - center[f] - toldBy(scores, factors, f);
    }
    return {
      at(feature, column) {
        let sum = intercept[feature] + toldBy(scores, throughNeighbours, feature);
        for (let q = 0; q < count; q++) {
          const b = neighbours[column * count + q];
          if (visible[columnOf[b]]) sum += weights[feature * count + q] * beyond[b];
        }
        return sum;
      },
    };
  };
}

/** The regressions on what factors tell of the neighbours, as loadings of their own (D, K). */
function throughAll(layout: Layout, weights: Float32Array, neighbours: Int32Array, { count: k, loadings }: Factors): Pick<Factors, "count" | "loadings"> {
  const count = neighbours.length / layout.columns.length;
  const out = new Float32Array(layout.features * k);
  layout.columns.forEach(({ first, width }, j) => {
    for (let f = first; f < first + width; f++) {
      for (let q = 0; q < count; q++) {
        const w = weights[f * count + q];
        for (let a = 0, at = neighbours[j * count + q] * k; a < k; a++) out[f * k + a] += w * loadings[at++];
      }
    }
  });
  return { count: k, loadings: out };
}
