import { VhgmError } from "../../base/errors.js";
import { type Distribution, distribution } from "./distribution.js";
import { normalCdf, normalMass, normalQuantile } from "../../base/normal.js";

/**
 * Log-normal distribution: log X ~ N(mu, sigma).
 * CRPS in closed form: Baran & Lerch (2015), "Log-normal distribution based EMOS models", equation 9.
 * @throws VhgmError data - mu not finite, or sigma not positive and finite.
 */
export function lognormal(mu: number, sigma: number): Distribution {
  if (!Number.isFinite(mu) || !(sigma > 0 && sigma < Infinity)) {
    throw new VhgmError("data", `A log-normal distribution needs a finite mu and a positive sigma, not ${mu} and ${sigma}.`);
  }
  const mean = Math.exp(mu + (sigma * sigma) / 2);
  const z = (x: number): number => (x > 0 ? (Math.log(x) - mu) / sigma : -Infinity);
  return distribution({
    mean: () => mean,
    variance: () => mean * mean * Math.expm1(sigma * sigma),
    mode: () => Math.exp(mu - sigma * sigma),
    cdf: (x) => normalCdf(z(x)),
    quantile: (u) => Math.exp(mu + sigma * normalQuantile(Math.min(1, Math.max(0, u)))),
    crps(x) {
      const w = z(x);
      const score = x * (2 * normalCdf(w) - 1) - 2 * mean * (normalCdf(w - sigma) - normalCdf(-sigma / Math.SQRT2));
      return Math.max(0, score);
    },
    intervalMass: (a, b) => (b > 0 ? normalMass(z(a), z(b)) : 0),
  });
}

/**
 * Log-normal distribution with the given mean and variance in the user's units (moments matched).
 * @throws VhgmError data - mean or variance not positive and finite.
 */
export function lognormalFromMoments(mean: number, variance: number): Distribution {
  if (!(mean > 0 && mean < Infinity && variance > 0 && variance < Infinity)) {
    throw new VhgmError("data", `A log-normal distribution needs a positive mean and variance, not ${mean} and ${variance}.`);
  }
  const s2 = Math.log1p(variance / mean / mean);
  return lognormal(Math.log(mean) - s2 / 2, Math.sqrt(s2));
}
