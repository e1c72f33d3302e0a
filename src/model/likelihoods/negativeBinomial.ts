import { VhgmError } from "../../base/errors.js";
import { cosineIntegral, countDistribution } from "./counts.js";
import type { Distribution } from "./distribution.js";
import { betaP, binomialPmf } from "./gamma.js";
import { poisson } from "./poisson.js";

/**
 * Negative-binomial (gamma-Poisson) distribution with the given mean and variance; a Poisson distribution where the
 * variance does not exceed the mean. With p = mean / variance and r = mean p / (1 - p), P(X = k) = C(k+r-1, k) p^r (1-p)^k.
 * @throws VhgmError data - mean negative, or mean or variance not finite.
 */
export function negativeBinomial(mean: number, variance: number): Distribution {
  if (!(mean >= 0 && mean < Infinity && Number.isFinite(variance))) {
    throw new VhgmError("data", `A negative-binomial distribution needs a finite mean of at least 0 and a finite variance, `
      + `not mean ${mean}, variance ${variance}.`);
  }
  const excess = variance - mean;
  // Nearer to Poisson than this the two cannot be told apart in doubles, and r would be too large for the beta function.
  if (mean === 0 || !(excess > 1e-8 * mean)) return poisson(mean);
  const p = mean / variance;
  const q = excess / variance;
  const r = (mean * mean) / excess;
  const w = (4 * q) / (p * p);
  const pmf = (k: number): number => (k < 0 ? 0 : (r / (r + k)) * binomialPmf(r, r + k, p, q));
  return countDistribution({
    mean,
    variance,
    mode: r > 1 ? Math.floor(((r - 1) * q) / p) : 0,
    pmf,
    cdf: (k) => betaP(r, k + 1, p, q),
    partialMean: (k) => (k < 1 ? 0 : mean * betaP(r + 1, k, p, q)),
    halfDifference: () =>
      (mean / p) * cosineIntegral((s) => Math.exp(-(r + 1) * Math.log1p(w * s)), w * (r + 1)),
  });
}
