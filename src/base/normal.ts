/** The normal distribution's functions; the gamma and beta families' are in `gamma.ts`. */

const inverseSqrt2Pi = 0.3989422804014327;

/** Standard normal density. */
export const normalPdf = (z: number): number => inverseSqrt2Pi * Math.exp(-0.5 * z * z);

/**
 * Standard normal cdf to about 1e-15 relative, also in the lower tail (down to z = -37, where doubles end).
 * Source: W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969).
 */
export function normalCdf(z: number): number {
  const y = Math.abs(z);
  if (y <= 0.67448975) {
    const s = y > 1e-16 ? y * y : 0;
    const num = (((0.065682337918207449113 * s + 2.2352520354606839287) * s + 161.02823106855587881) * s
      + 1067.6894854603709582) * s + 18154.981253343561249;
    const den = (((s + 47.20258190468824187) * s + 976.09855173777669322) * s + 10260.932208618978205) * s
      + 45507.789335026729956;
    return 0.5 + (z * num) / den;
  }
  if (!(y < 40)) return z < 0 ? 0 : z > 0 ? 1 : NaN;
  const tail = y <= 5.656854249492380195 ? middleTail(y) : farTail(y);
  // exp(-y^2/2) in two factors, the first one exact, so that rounding of y^2 is not amplified.
  const rough = Math.trunc(y * 16) / 16;
  const mass = Math.exp(-0.5 * rough * rough) * Math.exp(-0.5 * (y - rough) * (y + rough)) * tail;
  return z > 0 ? 1 - mass : mass;
}

/** (1 - cdf(y)) exp(y^2 / 2) for 0.67 < y <= sqrt(32). */
function middleTail(y: number): number {
  const num = (((((((1.0765576773720192317e-8 * y + 0.39894151208813466764) * y + 8.8831497943883759412) * y
    + 93.506656132177855979) * y + 597.27027639480026226) * y + 2494.5375852903726711) * y + 6848.1904505362823326) * y
    + 11602.651437647350124) * y + 9842.7148383839780218;
  const den = (((((((y + 22.266688044328115691) * y + 235.38790178262499861) * y + 1519.377599407554805) * y
    + 6485.558298266760755) * y + 18615.571640885098091) * y + 34900.952721145977266) * y + 38912.003286093271411) * y
    + 19685.429676859990727;
  return num / den;
}

/** The same for larger y, an expansion in 1 / y^2. */
function farTail(y: number): number {
  const s = 1 / (y * y);
  const num = ((((0.02307344176494017303 * s + 0.21589853405795699) * s + 0.1274011611602473639) * s
    + 0.022235277870649807) * s + 0.001421619193227893466) * s + 2.9112874951168792e-5;
  const den = ((((s + 1.28426009614491121) * s + 0.468238212480865118) * s + 0.0659881378689285515) * s
    + 0.00378239633202758244) * s + 7.29751555083966205e-5;
  return (inverseSqrt2Pi - (s * num) / den) / y;
}

/** Standard normal mass of (a, b], without cancellation in either tail and for narrow intervals. */
export function normalMass(a: number, b: number): number {
  const width = b - a;
  if (!(width > 0)) return width <= 0 ? 0 : NaN;
  if (width < 1e-3) {
    const m = (a + b) / 2;
    return normalPdf(m) * width * (1 + ((m * m - 1) * width * width) / 24);
  }
  return a > 0 ? normalCdf(-a) - normalCdf(-b) : normalCdf(b) - normalCdf(a);
}

/**
 * Standard normal quantile to full double accuracy; -Infinity at 0, Infinity at 1.
 * Source: P. J. Acklam's rational approximation (relative error 1e-9), then one step of Halley's method.
 */
export function normalQuantile(p: number): number {
  if (!(p > 0)) return p === 0 ? -Infinity : NaN;
  if (!(p < 1)) return p === 1 ? Infinity : NaN;
  if (p > 0.5) return -normalQuantile(1 - p);
  let x: number;
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    x = (((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q
      + 4.374664141464968) * q + 2.938163982698783)
      / ((((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1);
  } else {
    const q = p - 0.5;
    const r = q * q;
    x = ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r
      - 30.66479806614716) * r + 2.506628277459239) * q)
      / (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r
        - 13.28068155288572) * r + 1);
  }
  if (p < 1e-300) return x;
  const step = (normalCdf(x) - p) / normalPdf(x);
  return x - step / (1 + (x * step) / 2);
}

const fastLimit = 8;
const fastPerUnit = 32;
/** Pairs (cdf, density / fastPerUnit) at -8, -8 + 1/32, ..., 8: 8 kB, so that it stays in the first cache. */
const fastTable = new Float64Array(2 * (2 * fastLimit * fastPerUnit + 1));
for (let i = 0; 2 * i < fastTable.length; i++) {
  const z = i / fastPerUnit - fastLimit;
  fastTable[2 * i] = normalCdf(z);
  fastTable[2 * i + 1] = normalPdf(z) / fastPerUnit;
}

/**
 * Standard normal cdf for inner loops: absolute error below 1e-8, non-decreasing, no exponential, no allocation.
 * Cubic Hermite interpolation of a table, error at most h^4 / 384 times the largest third derivative of the density.
 */
export function normalCdfFast(z: number): number {
  if (!(z > -fastLimit)) return z <= -fastLimit ? 0 : NaN;
  if (z >= fastLimit) return 1;
  const position = (z + fastLimit) * fastPerUnit;
  const i = position | 0;
  const t = position - i;
  const f0 = fastTable[2 * i];
  const s0 = fastTable[2 * i + 1];
  const rise = fastTable[2 * i + 2] - f0;
  const s1 = fastTable[2 * i + 3];
  return f0 + t * (s0 + t * (3 * rise - 2 * s0 - s1 + t * (s0 + s1 - 2 * rise)));
}
