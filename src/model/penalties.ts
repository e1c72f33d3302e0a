import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";

/** Penalties that are tried for iterated ridge, in units of a standardised feature's variance. */
export const ridgePenalties = [0.05, 0.1, 0.2, 0.4, 0.8] as const;
/** Where hidden cells' spread is added to the Gram matrix (linear.ts, Course), it does a part of a penalty's work. */
export const lambdas = [0.01, 0.03, 0.1, 0.2, 0.4] as const;
/** The same where answers are drawn for pooled regressions, whose slopes a penalty biases although single cells hardly tell it. */
export const drawLambdas = [0.001, 0.01, 0.03, 0.1, 0.4] as const;
/**
 * Part by which the squared error of single cells may exceed the least, for the least penalty that keeps to it. Where people are many times
 * the features single numbers hardly tell a penalty, which flattens what few cells say; where they are not, they do, and so do levels, whose probabilities it tempers.
 */
export const usualTolerance = (people: number, { features, columns }: Layout): number[] => columns.map(({ kind }) => (kind === "number" && people >= 10 * features ? 0.01 : 0));
/** The same where answers are drawn. */
export const drawTolerance = 0.03;
/** Most that one column's ratio of errors counts with: a column that is hardly missed at all must not choose for the others. */
const farthestRatio = 3;

/**
 * The penalty of every column that errs least on held-out cells. Few cells say little, so each column's errors are joined
 * by those of all columns, as if they were `prior` further cells.
 * @param errors per course and penalty, the squared error of each column summed over its held-out cells
 * @param least where the first penalty of the best course within these parts, by column, of the least error is wanted; of so many penalties a course
 */
export function chooseLambdas(errors: readonly Float64Array[], cells: Int32Array, prior = 10, least?: { readonly tolerance: readonly number[]; readonly penalties: number }): number[] {
  const columns = cells.length;
  const relative = errors.map((e) => {
    let sum = 0;
    let n = 0;
    for (let j = 0; j < columns; j++) {
      if (cells[j] === 0 || errors[0][j] === 0) continue;
      sum += Math.min(farthestRatio, Math.max(1 / farthestRatio, e[j] / errors[0][j]));
      n++;
    }
    return n ? sum / n : 1;
  });
  return Array.from({ length: columns }, (_, j) => {
    const unit = cells[j] ? errors[0][j] / cells[j] : 1;
    const total = errors.map((e, k) => e[j] + prior * unit * relative[k]);
    const best = total.indexOf(Math.min(...total));
    if (!least) return best;
    const first = best - (best % least.penalties);
    return total.findIndex((t, k) => k >= first && t <= (1 + least.tolerance[j]) * total[best]);
  });
}

/** Squared errors of a filled table on held-out cells, added per column to `errors` (a level's over all its classes). */
export function addHeldOutErrors(filled: Float32Array, truth: Encoded, held: Uint8Array, layout: Layout, errors: Float64Array): void {
  const d = layout.features;
  const p = layout.columns.length;
  layout.columns.forEach(({ first, width, kind }, j) => {
    const scored = kind === "number" ? 1 : width;
    for (let i = 0; i < truth.rows; i++) {
      if (!held[i * p + j]) continue;
      for (let k = i * d + first; k < i * d + first + scored; k++) errors[j] += (filled[k] - truth.features[k]) ** 2;
    }
  });
}
