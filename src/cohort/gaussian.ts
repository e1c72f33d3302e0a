/** The normal distribution to double precision: cdf, quantile, interval probabilities and moments of truncated normals. */

/** Chebyshev coefficients of log(erfc(x) exp(x^2) / t), t = 2 / (2 + x) (Press et al., Numerical Recipes 3rd ed., 6.2.2). */
const chebyshev = [
  -1.3026537197817094, 6.4196979235649026e-1, 1.9476473204185836e-2, -9.561514786808631e-3, -9.46595344482036e-4,
  3.66839497852761e-4, 4.2523324806907e-5, -2.0278578112534e-5, -1.624290004647e-6, 1.30365583558e-6, 1.5626441722e-8,
  -8.5238095915e-8, 6.529054439e-9, 5.059343495e-9, -9.91364156e-10, -2.27365122e-10, 9.6467911e-11, 2.394038e-12,
  -6.886027e-12, 8.94487e-13, 3.13092e-13, -1.12708e-13, 3.81e-16, 7.106e-15, -1.523e-15, -9.4e-17, 1.21e-16, -2.8e-17,
];
const logRootTwoPi = 0.9189385332046727;

/** erfc(x) for x >= 0, relative error about 1e-15. */
function erfcPositive(x: number): number {
  const t = 2 / (2 + x);
  const ty = 4 * t - 2;
  let d = 0;
  let dd = 0;
  for (let j = chebyshev.length - 1; j > 0; j--) {
    const held = d;
    d = ty * d - dd + chebyshev[j];
    dd = held;
  }
  return t * Math.exp(-x * x + 0.5 * (chebyshev[0] + ty * d) - dd);
}

/** P(Z <= x) of the standard normal; keeps its relative accuracy in the lower tail. */
export function normalCdf(x: number): number {
  if (x === Infinity) return 1;
  if (x === -Infinity) return 0;
  const tail = 0.5 * erfcPositive(Math.abs(x) * Math.SQRT1_2);
  return x <= 0 ? tail : 1 - tail;
}

/** Log density of the standard normal. */
const normalLogDensity = (x: number): number => -0.5 * x * x - logRootTwoPi;

/** x with P(Z <= x) = p: Acklam's rational approximation, then one Halley step. Returns +-Infinity at 0 and 1. */
export function normalQuantile(p: number): number {
  if (p <= 0) return -Infinity;
  if (p >= 1) return Infinity;
  if (p > 0.5) return -normalQuantile(1 - p);
  const x = p < 0.02425 ? tailGuess(p) : centreGuess(p);
  const u = (normalCdf(x) - p) * Math.exp(0.5 * x * x + logRootTwoPi);
  return x - u / (1 + 0.5 * x * u);
}

function tailGuess(p: number): number {
  const q = Math.sqrt(-2 * Math.log(p));
  return (
    (((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q +
      4.374664141464968) * q + 2.938163982698783) /
    ((((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1)
  );
}

function centreGuess(p: number): number {
  const q = p - 0.5;
  const r = q * q;
  return (
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) * r + 2.506628277459239) * q) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) * r + 1)
  );
}

/** log P(low < mean + sd Z < high); narrow intervals by the density at their middle. -Infinity where it underflows. */
export function logIntervalProbability(low: number, high: number, mean: number, sd: number): number {
  const a = (low - mean) / sd;
  const b = (high - mean) / sd;
  if (b - a < 1e-3) return normalLogDensity((a + b) / 2) + Math.log(b - a);
  return Math.log(a > 0 ? normalCdf(-a) - normalCdf(-b) : normalCdf(b) - normalCdf(a));
}

/** Moments of a normal variable given that it lies in an interval. */
export interface Truncated {
  mean: number;
  variance: number;
  /** Log probability of the interval. */
  logProbability: number;
}

/** Mean and variance of X ~ N(mean, sd^2) given low < X < high (Johnson, Kotz & Balakrishnan 1994, 13.10.1). */
export function truncatedMoments(low: number, high: number, mean: number, sd: number): Truncated {
  const a = (low - mean) / sd;
  const b = (high - mean) / sd;
  const logProbability = logIntervalProbability(low, high, mean, sd);
  if (b - a < 1e-3) return { mean: (low + high) / 2, variance: (high - low) ** 2 / 12, logProbability };
  if (a > 6 || b < -6) return tailMoments(a, b, mean, sd);
  const mass = Math.exp(logProbability);
  const da = Math.exp(normalLogDensity(a)) / mass;
  const db = Math.exp(normalLogDensity(b)) / mass;
  const shift = da - db;
  const curvature = (Number.isFinite(a) ? a * da : 0) - (Number.isFinite(b) ? b * db : 0);
  return {
    mean: mean + sd * shift,
    variance: sd * sd * Math.min(Math.max(1 + curvature - shift * shift, 1e-9), 1),
    logProbability,
  };
}

/** Far tails, where the exact formula cancels: exponential decay from the near edge with rate |edge|. */
function tailMoments(a: number, b: number, mean: number, sd: number): Truncated {
  const near = a > 0 ? a : -b;
  const width = b - a;
  const step = Math.min(1 / near, width / 2);
  const logProbability = normalLogDensity(near) - Math.log(near) + Math.log(-Math.expm1(-near * width));
  return { mean: mean + sd * Math.sign(a) * (near + step), variance: (sd * step) ** 2, logProbability };
}
