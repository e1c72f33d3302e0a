/** A predictive distribution of one attribute of one person, in the user's units (numbers) or over level indices. */
export interface Distribution {
  mean(): number;
  variance(): number;
  median(): number;
  mode(): number;
  /** P(X <= x). */
  cdf(x: number): number;
  /** inf{x : cdf(x) >= u}; the ends of the support (possibly infinite) for u <= 0 and u >= 1. */
  quantile(u: number): number;
  /**
   * log[F(x + d/2) - F(x - d/2)], d = recorded resolution, so that densities of different resolutions can be compared.
   * Never below `logProbFloor`. Without a resolution: the grid's own, or 1 for levels.
   */
  logProb(x: number, resolution?: number): number;
  /** Continuous ranked probability score, integral of (F(t) - 1{x <= t})^2 dt: lower is better, in the unit of x. */
  crps(x: number): number;
  /** The value at the uniform u in (0, 1), by the inverse cdf. */
  sample(u: number): number;
}

/** Smallest probability that a recorded value is scored with: one impossible cell must not decide a table's score. */
const probabilityFloor = 1e-12;
export const logProbFloor = Math.log(probabilityFloor);

/** log of a probability, floored. NaN stays NaN. */
const flooredLog = (probability: number): number =>
  probability < probabilityFloor ? logProbFloor : Math.log(probability);

/** What a kind of distribution has to know; the rest of `Distribution` follows from it. */
interface DistributionParts extends Pick<Distribution, "mean" | "variance" | "mode" | "cdf" | "quantile" | "crps"> {
  /** P(a < X <= b), without the cancellation of F(b) - F(a). */
  intervalMass(a: number, b: number): number;
}

/**
 * Completes a distribution: median, log-probability of a recorded value, sampling by the inverse cdf.
 * @param resolution of values whose own is not said
 */
export function distribution(parts: DistributionParts, resolution: number): Distribution {
  const { mean, variance, mode, cdf, quantile, crps, intervalMass } = parts;
  return {
    mean,
    variance,
    mode,
    cdf,
    quantile,
    crps,
    median: () => quantile(0.5),
    logProb: (x, d = resolution) => flooredLog(intervalMass(x - d / 2, x + d / 2)),
    sample: quantile,
  };
}
