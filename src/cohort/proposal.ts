/** Gaussian approximation of the latent innovations in one cell of age, sex and treatments, site by site. */
import { dot } from "./person.js";
import { truncatedMoments } from "./gaussian.js";

/** What one given value says: low < offset + direction . innovations + noise * N(0, 1) < high. */
export interface Site {
  /** Length D. */
  direction: Float64Array;
  low: number;
  high: number;
  /** Standard deviation of the attribute's own noise, above zero. */
  noise: number;
}

/** N(mean, covariance) with the log evidence of the sites taken in. */
export interface Gaussian {
  mean: Float64Array;
  /** D x D, row by row. */
  covariance: Float64Array;
  logEvidence: number;
}

/** The prior of D independent standard innovations. */
export function standardGaussian(dims: number): Gaussian {
  const covariance = new Float64Array(dims * dims);
  for (let i = 0; i < dims; i++) covariance[i * dims + i] = 1;
  return { mean: new Float64Array(dims), covariance, logEvidence: 0 };
}

/**
 * Assumed density filtering (Minka 2001, 3.2): replaces the Gaussian by the one with the mean and covariance of its
 * product with the site, in place. Exact for narrow intervals, that is for numbers; a moment match for levels.
 */
export function absorb(gaussian: Gaussian, { direction, low, high, noise }: Site, offset: number): void {
  const { mean, covariance } = gaussian;
  const dims = mean.length;
  const gain = new Float64Array(dims);
  for (let i = 0; i < dims; i++) {
    let sum = 0;
    for (let j = 0; j < dims; j++) sum += covariance[i * dims + j] * direction[j];
    gain[i] = sum;
  }
  const variance = dot(direction, gain) + noise * noise;
  const expected = offset + dot(direction, mean);
  const posterior = truncatedMoments(low, high, expected, Math.sqrt(variance));
  gaussian.logEvidence += posterior.logProbability;
  const step = (posterior.mean - expected) / variance;
  const shrink = (1 - posterior.variance / variance) / variance;
  for (let i = 0; i < dims; i++) {
    mean[i] += gain[i] * step;
    const row = gain[i] * shrink;
    for (let j = 0; j < dims; j++) covariance[i * dims + j] -= row * gain[j];
  }
}

/** Lower Cholesky factor of scale * covariance, D x D row by row; directions already known exactly get a tiny variance. */
export function cholesky(covariance: Float64Array, dims: number, scale: number): Float64Array {
  const lower = new Float64Array(dims * dims);
  for (let i = 0; i < dims; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = scale * covariance[i * dims + j];
      for (let k = 0; k < j; k++) sum -= lower[i * dims + k] * lower[j * dims + k];
      lower[i * dims + j] = i === j ? Math.sqrt(Math.max(sum, 1e-14)) : sum / lower[j * dims + j];
    }
  }
  return lower;
}
