import { VhgmError } from "../base/errors.js";
import type { Rng } from "../base/random.js";
import { average, isHole, moments, numberOf, numericValues, type Mask, type TextTable } from "./columns.js";
import { alignColumns, fewestHidden, hiddenRows } from "./score.js";

/** How well several draws of a table's hidden numbers describe what was there. Averages are over numeric columns. */
export interface DrawsScore {
  /** Continuous ranked probability score, fair version, in standard deviations of the full column. NaN without numeric columns. */
  readonly crps: number;
  /** Share of hidden numbers inside the central interval of the draws, randomised at its ends and in ties. */
  readonly coverage: number;
  /** The share that should lie there. */
  readonly level: number;
  readonly draws: number;
}

export interface DrawsOptions {
  /** Probability of the central interval whose coverage is wanted; 0.9 if absent. */
  readonly level?: number;
  /** Breaks ties. */
  readonly rng: Rng;
}

/**
 * CRPS of m draws x of a number that turned out to be t, fair version (Ferro 2014): unbiased for the score of the
 * distribution behind the draws, whatever m, so that methods with few and many draws can be compared.
 *
 *     mean |x_i − t| − 1/(2 m (m − 1)) Σ_i Σ_j |x_i − x_j|
 *
 * A single draw has no spread to be credited for: mean |x − t|.
 */
export function fairCrps(draws: readonly number[], truth: number): number {
  const m = draws.length;
  const error = average(draws.map((x) => Math.abs(x - truth)));
  if (m < 2) return error;
  // Σ_i Σ_j |x_i − x_j| over sorted draws is 2 Σ_k (2k − m + 1) x_k, k from 0.
  const sorted = Float64Array.from(draws).sort();
  const pairs = 2 * sorted.reduce((sum, x, k) => sum + (2 * k - m + 1) * x, 0);
  return error - pairs / (2 * m * (m - 1));
}

/**
 * Probability integral transform of a number among m draws, randomised: its rank among them, uniform within its step and
 * within ties. If the draws come from the true distribution the result is uniform on (0, 1) for any m, and for counts and
 * rounded numbers too (Czado, Gneiting & Held 2009).
 */
export function randomisedPit(draws: readonly number[], truth: number, rng: Rng): number {
  const below = draws.filter((x) => x < truth).length;
  const equal = draws.filter((x) => x === truth).length;
  return (below + rng.uniform() * (equal + 1)) / (draws.length + 1);
}

/**
 * Scores several completed tables, each one draw, on the hidden cells of numeric columns.
 *
 * @param draws completed tables with the rows of `full` in order; a cell that a draw left empty counts as the column's mean
 * @throws VhgmError "data" if there are no draws, or one has other rows or lacks a column
 */
export function scoreDraws(full: TextTable, draws: readonly TextTable[], mask: Mask, options: DrawsOptions): DrawsScore {
  const { level = 0.9, rng } = options;
  if (draws.length === 0) throw new VhgmError("data", "No draws were given; at least one completed table is needed.");
  const places = draws.map((draw) => alignColumns(full, draw));
  const crps: number[] = [];
  const coverage: number[] = [];
  full.columns.forEach((_, j) => {
    const hidden = hiddenRows(mask, j);
    const values = numericValues(full.rows.map((row) => row[j]));
    if (!values || hidden.length < fewestHidden) return;
    const { mean, sd } = moments(values);
    const number = (text: string): number => (isHole(text) || Number.isNaN(numberOf(text)) ? mean : numberOf(text));
    const drawn = (i: number): number[] => draws.map((draw, d) => number(draw.rows[i][places[d][j]]));
    const cells = hidden.map((i) => ({ truth: numberOf(full.rows[i][j]), drawn: drawn(i) }));
    crps.push(average(cells.map(({ truth, drawn }) => fairCrps(drawn, truth))) / sd);
    const inside = cells.filter(({ truth, drawn }) => Math.abs(randomisedPit(drawn, truth, rng) - 0.5) <= level / 2);
    coverage.push(inside.length / cells.length);
  });
  return { crps: average(crps), coverage: average(coverage), level, draws: draws.length };
}
