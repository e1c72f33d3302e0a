/** Gamma function, incomplete gamma and beta, and the Poisson and binomial masses that they rest on. */

const halfLog2Pi = 0.9189385332046727;

/** log Gamma(x) for x > 0, absolute error about 1e-15 max(1, |log Gamma(x)|) (Lanczos' approximation, 15 terms). */
export function logGamma(x: number): number {
  let series = 0.999999999999997092;
  for (let i = 0; i < lanczos.length; i++) series += lanczos[i] / (x + i + 1);
  const t = x + 5.2421875;
  return (x + 0.5) * Math.log(t) - t + Math.log((2.5066282746310005 * series) / x);
}

const lanczos = Float64Array.of(
  57.1562356658629235, -59.5979603554754912, 14.1360979747417471, -0.491913816097620199, 0.339946499848118887e-4,
  0.465236289270485756e-4, -0.983744753048795646e-4, 0.158088703224912494e-3, -0.210264441724104883e-3,
  0.217439618115212643e-3, -0.16431810653676389e-3, 0.844182239838527433e-4, -0.261908384015814087e-4,
  0.368991826595316234e-5,
);

/** log Gamma(n + 1) minus Stirling's approximation of it, n > 0. */
function stirlingError(n: number): number {
  if (n < 15) return logGamma(n + 1) - (n + 0.5) * Math.log(n) + n - halfLog2Pi;
  const s = 1 / (n * n);
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - s / 1188) * s) * s) * s) / n;
}

/** x log(x / m) + m - x, exact also where x is close to m. */
function deviance(x: number, m: number): number {
  const d = x - m;
  if (Math.abs(d) >= 0.1 * (x + m)) return x * Math.log(x / m) - d;
  const v = d / (x + m);
  let sum = d * v;
  let term = 2 * x * v;
  for (let j = 1; j < 1000; j++) {
    term *= v * v;
    const next = sum + term / (2 * j + 1);
    if (next === sum) break;
    sum = next;
  }
  return sum;
}

/**
 * exp(-m) m^k / Gamma(k + 1) for real k >= 0, without the cancellation of the textbook formula at large k.
 * Source: C. Loader, "Fast and accurate computation of binomial probabilities" (2000).
 */
function poissonPmf(k: number, m: number): number {
  if (k < 0) return 0;
  if (m === 0) return k === 0 ? 1 : 0;
  if (k === 0) return Math.exp(-m);
  return Math.exp(-stirlingError(k) - deviance(k, m)) / Math.sqrt(2 * Math.PI * k);
}

/** Gamma(n+1) / (Gamma(x+1) Gamma(n-x+1)) p^x q^(n-x) for real 0 <= x <= n and p + q = 1. Source: as above. */
function binomialPmf(x: number, n: number, p: number, q: number): number {
  if (x < 0 || x > n) return 0;
  if (p === 0) return x === 0 ? 1 : 0;
  if (q === 0) return x === n ? 1 : 0;
  if (x === 0) return Math.exp(n * (p < 0.5 ? Math.log1p(-p) : Math.log(q)));
  if (x === n) return Math.exp(n * (q < 0.5 ? Math.log1p(-q) : Math.log(p)));
  const logRatio = stirlingError(n) - stirlingError(x) - stirlingError(n - x) - deviance(x, n * p) - deviance(n - x, n * q);
  return Math.exp(logRatio) * Math.sqrt(n / (2 * Math.PI * x * (n - x)));
}

/** Regularised upper incomplete gamma Q(a, x), a > 0, x >= 0, accurate where it is small. */
export const gammaQ = (a: number, x: number): number => (x < a + 1 ? 1 - gammaSeries(a, x) : gammaFraction(a, x));

/** Its complement P(a, x) by its power series, for x < a + 1. */
function gammaSeries(a: number, x: number): number {
  if (!(x > 0)) return x <= 0 ? 0 : NaN;
  let term = 1;
  let sum = 1;
  for (let n = 1; n < maxIterations && term > 1e-17 * sum; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return Math.min(1, poissonPmf(a, x) * sum);
}

/** Q(a, x) by Legendre's continued fraction (modified Lentz), for x >= a + 1. */
function gammaFraction(a: number, x: number): number {
  if (x === Infinity) return 0;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < maxIterations; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / awayFromZero(an * d + b);
    c = awayFromZero(b + an / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < 2e-16) break;
  }
  return Math.min(1, poissonPmf(a, x) * a * h);
}

/** Regularised incomplete beta I_x(a, b), a, b > 0; `y` = 1 - x where the caller knows it more exactly. */
export function betaP(a: number, b: number, x: number, y = 1 - x): number {
  if (!(x > 0)) return x <= 0 ? 0 : NaN;
  if (!(y > 0)) return 1;
  const front = binomialPmf(a, a + b, x, y) / (a + b);
  return x < (a + 1) / (a + b + 2)
    ? Math.min(1, front * b * betaFraction(a, b, x))
    : Math.max(0, 1 - front * a * betaFraction(b, a, y));
}

/** Continued fraction of the incomplete beta (modified Lentz), converging fast for x < (a + 1) / (a + b + 2). */
function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m < maxIterations; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < 2e-16) break;
  }
  return h;
}

const tiny = 1e-300;
/** Enough for parameters up to about 1e9: both expansions need a few times sqrt(a) terms near x = a. */
const maxIterations = 500_000;
const awayFromZero = (v: number): number => (Math.abs(v) < tiny ? tiny : v);
