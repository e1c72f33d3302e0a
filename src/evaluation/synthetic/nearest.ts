import type { Cells } from "../../data/cells.js";
import { levelsOf } from "./people.js";
import { knownSorted } from "./shapes.js";

/** People as points: (rows, width), row by row. */
export interface Points {
  readonly rows: number;
  readonly width: number;
  readonly x: Float64Array;
}

/** Far from every value, so that a hole differs fully from a value and not from another hole. */
const hole = 1e9;

/**
 * Points for Gower's distance (1971): a number differs by its share of the range that the middle 98% of the reference take, at
 * most 1; levels, and a hole and a value, differ by 1. With codes of levels 2 apart one formula, min(1, |a - b|), serves all.
 * @param reference the table that sets the ranges
 */
export function pointsBy(reference: Cells): (cells: Cells) => Points {
  const width = reference.attributes.length;
  const scales = reference.attributes.map((attribute, j) => {
    if (levelsOf(attribute) > 0) return 0.5;
    const sorted = knownSorted(reference.values[j]);
    const last = sorted.length - 1;
    return sorted[Math.round(0.99 * last)] - sorted[Math.round(0.01 * last)] || sorted[last] - sorted[0] || 1;
  });
  return ({ rows, values }) => {
    const x = new Float64Array(rows * width);
    values.forEach((column, j) => {
      for (let i = 0; i < rows; i++) x[i * width + j] = Number.isNaN(column[i]) ? hole : column[i] / scales[j];
    });
    return { rows, width, x };
  };
}

/** Columns between two looks at whether a pair is farther apart than the closest one already. */
const stride = 8;

/**
 * Distance of each point to the closest one of others, in [0, 1].
 * @param skip for each point the one of the others that does not count, or -1
 */
export function nearest(from: Points, to: Points, skip: (row: number) => number = () => -1): Float64Array {
  const { width } = from;
  return Float64Array.from({ length: from.rows }, (_, i) => {
    const without = skip(i);
    const a = i * width;
    let best = Infinity;
    for (let k = 0; k < to.rows; k++) {
      if (k === without) continue;
      const b = k * width;
      let sum = 0;
      for (let j = 0; j < width && sum < best; ) {
        for (const end = Math.min(width, j + stride); j < end; j++) {
          const d = Math.abs(from.x[a + j] - to.x[b + j]);
          sum += d < 1 ? d : 1;
        }
      }
      if (sum < best) best = sum;
    }
    return best / width;
  });
}
