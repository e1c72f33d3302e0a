import { VhgmError } from "../../base/errors.js";
import { cosineIntegral, countDistribution } from "./counts.js";
import type { Distribution } from "./distribution.js";
import { gammaQ, poissonPmf } from "./gamma.js";

/**
 * Poisson distribution with the given mean.
 * @throws VhgmError data - mean negative or not finite.
 */
export function poisson(mean: number): Distribution {
  if (!(mean >= 0 && mean < Infinity)) {
    throw new VhgmError("data", `A Poisson distribution needs a finite mean of at least 0, not ${mean}.`);
  }
  const cdf = (k: number): number => (k < 0 ? 0 : gammaQ(k + 1, mean));
  return countDistribution({
    mean,
    variance: mean,
    mode: Math.floor(mean),
    pmf: (k) => poissonPmf(k, mean),
    cdf,
    partialMean: (k) => mean * cdf(k - 1),
    halfDifference: () => mean * cosineIntegral((s) => Math.exp(-4 * mean * s), 4 * mean),
  });
}
