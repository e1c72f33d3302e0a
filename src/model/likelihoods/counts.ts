import { type Distribution, distribution } from "./distribution.js";
import { panelIntegral } from "./integrate.js";

/** What a distribution on 0, 1, 2, ... has to know. All functions of k take whole numbers; negative ones have no mass. */
export interface CountParts {
  mean: number;
  variance: number;
  mode: number;
  pmf(k: number): number;
  /** P(X <= k), k >= 0. */
  cdf(k: number): number;
  /** E[X; X <= k], k >= 0. */
  partialMean(k: number): number;
  /** E|X - X'| / 2 of two independent copies. */
  halfDifference(): number;
}

/** A count distribution. CRPS = E|X - x| - E|X - X'| / 2, both exact (Wei & Held 2014). */
export function countDistribution(parts: CountParts): Distribution {
  const { mean, variance, mode, pmf } = parts;
  const cdf = (x: number): number => (x < 0 ? 0 : parts.cdf(Math.floor(x)));
  let halfDifference = NaN;
  return distribution({
    mean: () => mean,
    variance: () => variance,
    mode: () => mode,
    cdf,
    quantile: (u) => countQuantile(cdf, mean, u),
    crps(x) {
      if (Number.isNaN(halfDifference)) halfDifference = parts.halfDifference();
      const below = x < 0 ? 0 : parts.partialMean(Math.floor(x));
      return Math.max(0, x * (2 * cdf(x) - 1) + mean - 2 * below - halfDifference);
    },
    intervalMass(a, b) {
      const first = Math.max(-1, Math.floor(a)) + 1;
      const last = Math.floor(b);
      if (last - first > 8) return cdf(b) - cdf(a);
      let mass = 0;
      for (let k = first; k <= last; k++) mass += pmf(k);
      return mass;
    },
  });
}

/** Smallest whole k >= 0 with cdf(k) >= u: doubling steps away from `guess`, then bisection. Infinity for u >= 1. */
function countQuantile(cdf: (k: number) => number, guess: number, u: number): number {
  if (Number.isNaN(u)) return NaN;
  if (u >= 1) return Infinity;
  let high = Math.max(0, Math.floor(guess));
  let low = high;
  if (cdf(high) >= u) {
    for (let step = 1; low >= 0 && cdf(low) >= u; step *= 2) {
      high = low;
      low = Math.max(-1, low - step);
    }
  } else {
    for (let step = 1; cdf(high) < u && high < Number.MAX_SAFE_INTEGER; step *= 2) {
      low = high;
      high += step;
    }
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (cdf(middle) >= u) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * (4 / pi) times the integral of cos(t)^2 decay(sin(t)^2) over (0, pi/2), with decay(s) falling from 1 at the rate `scale`.
 * It is what E|X - X'| / 2 of Poisson counts (a Bessel function) and negative-binomial ones (a hypergeometric function)
 * come down to by their integral representations. Integrated over log t, where the integrand varies on a scale of one
 * whatever the parameters.
 */
export function cosineIntegral(decay: (s: number) => number, scale: number): number {
  const end = Math.log(Math.PI / 2);
  const start = Math.min(end - 1, -0.5 * Math.log1p(scale)) - 36;
  const integrand = (v: number): number => {
    const t = Math.exp(v);
    const sin = Math.sin(t);
    const cos = Math.cos(t);
    return t * cos * cos * decay(sin * sin);
  };
  return (4 / Math.PI) * panelIntegral(integrand, start, end, Math.ceil(end - start));
}
