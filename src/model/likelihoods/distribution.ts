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
   * log[F(x + d/2) - F(x - d/2)], d = recorded resolution, so that densities, counts and transforms can be compared.
   * Never below `logProbFloor`. Without a resolution: the grid's own for grids, 1 for everything else.
   */
  logProb(x: number, resolution?: number): number;
  /** Continuous ranked probability score, integral of (F(t) - 1{x <= t})^2 dt: lower is better, in the unit of x. */
  crps(x: number): number;
  /** The value at the uniform u in (0, 1), by the inverse cdf. */
  sample(u: number): number;
}

/** Smallest probability that a recorded value is scored with: one impossible cell must not decide a table's score. */
export const probabilityFloor = 1e-12;
export const logProbFloor = Math.log(probabilityFloor);

/** log of a probability, floored. NaN stays NaN. */
export const flooredLog = (probability: number): number =>
  probability < probabilityFloor ? logProbFloor : Math.log(probability);

/** What a family has to know; the rest of `Distribution` follows from it. */
export interface DistributionParts extends Pick<Distribution, "mean" | "variance" | "mode" | "cdf" | "quantile" | "crps"> {
  /** P(a < X <= b), without cancellation where the family can; by default F(b) - F(a). */
  intervalMass?(a: number, b: number): number;
}

/** Completes a distribution: median, log-probability of a recorded value, sampling by the inverse cdf. */
export function distribution(parts: DistributionParts, resolution = 1): Distribution {
  const { mean, variance, mode, cdf, quantile, crps } = parts;
  const mass = parts.intervalMass ?? ((a: number, b: number) => cdf(b) - cdf(a));
  return {
    mean,
    variance,
    mode,
    cdf,
    quantile,
    crps,
    median: () => quantile(0.5),
    logProb: (x, d = resolution) => flooredLog(mass(x - d / 2, x + d / 2)),
    sample: quantile,
  };
}
