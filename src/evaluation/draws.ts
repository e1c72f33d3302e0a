import type { Rng } from "../base/random.js";
import { average } from "./columns.js";

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
