import { VhgmError } from "../../base/errors.js";
import { requireLevel } from "../../inference/required.js";
import { studentCdf, studentQuantile } from "../../model/likelihoods/index.js";
import type { Fit } from "./regression.js";

/** A coefficient over all completed tables; names as R's mice has them. */
export interface Pooled {
  readonly term: string;
  readonly estimate: number;
  readonly stdError: number;
  readonly statistic: number;
  /** Degrees of freedom by Barnard & Rubin (1999). */
  readonly df: number;
  /** Two-sided. */
  readonly p: number;
  readonly low: number;
  readonly high: number;
  /** Variance within tables, between tables, and both. */
  readonly ubar: number;
  readonly b: number;
  readonly t: number;
  /** Relative increase of the variance by the holes, the share of the variance that they make, and the fraction of information that they took. */
  readonly riv: number;
  readonly lambda: number;
  readonly fmi: number;
}

/** Below this lambda counts as this in the degrees of freedom, as mice has it. */
const leastLambda = 1e-4;

/** @throws VhgmError "usage" for fewer than two */
export function requireTables(m: number): void {
  if (m < 2) throw new VhgmError("usage", `${m === 1 ? "1 completed table was" : `${m} completed tables were`} given; at least 2 are needed, since their differences tell what the holes cost.`);
}

/**
 * Rubin's rules (Rubin 1987) with the degrees of freedom of Barnard & Rubin (1999).
 * @param fits one per completed table, at least two, with the same coefficients
 * @param level of the intervals
 * @throws VhgmError "usage" for fewer tables, or a level that is none
 */
export function poolFits(terms: readonly string[], fits: readonly Fit[], level = 0.95): Pooled[] {
  const m = fits.length;
  requireTables(m);
  requireLevel(level, "level");
  const dfcom = Math.min(...fits.map(({ degrees }) => degrees));
  return terms.map((term, k) => {
    const estimates = fits.map((fit) => fit.estimates[k]);
    const estimate = estimates.reduce((sum, q) => sum + q, 0) / m;
    const ubar = fits.reduce((sum, { errors }) => sum + errors[k] ** 2, 0) / m;
    const b = estimates.reduce((sum, q) => sum + (q - estimate) ** 2, 0) / (m - 1);
    const t = ubar + (1 + 1 / m) * b;
    const lambda = ((1 + 1 / m) * b) / t;
    const riv = ((1 + 1 / m) * b) / ubar;
    const df = barnardRubin(m, Math.max(leastLambda, lambda), dfcom);
    const fmi = (riv + 2 / (df + 3)) / (riv + 1);
    const stdError = Math.sqrt(t);
    const statistic = estimate / stdError;
    const reach = studentQuantile((1 + level) / 2, df) * stdError;
    const p = 2 * studentCdf(-Math.abs(statistic), df);
    return { term, estimate, stdError, statistic, df, p, low: estimate - reach, high: estimate + reach, ubar, b, t, riv, lambda, fmi };
  });
}

function barnardRubin(m: number, lambda: number, dfcom: number): number {
  const old = (m - 1) / lambda ** 2;
  const observed = ((dfcom + 1) / (dfcom + 3)) * dfcom * (1 - lambda);
  return (old * observed) / (old + observed);
}
