import { VhgmError } from "../../base/errors.js";
import { type Distribution, distribution } from "./distribution.js";
import { adaptiveIntegral } from "./integrate.js";
import { absoluteMoment, isNormal, type Normal } from "./normal.js";

/**
 * Mixture with the given weights (normalised here). Mean, variance and cdf are exact; quantiles are found by bisection to
 * 1e-10 of the components' spread, and exactly where they fall on an atom.
 * CRPS = sum_k w_k crps_k(x) - S, where S, the integral of the variance of F_k(t) over k, does not depend on x: in closed
 * form for normals, numerically once per mixture otherwise. Mixtures of grids on the same cells are better made by
 * averaging their probabilities: exact, and as cheap as one grid.
 * @throws VhgmError data - lengths differ, or weights negative or none positive.
 */
export function mixture(weights: ArrayLike<number>, components: readonly Distribution[]): Distribution {
  const total = Array.from(weights).reduce((sum, w) => (w >= 0 ? sum + w : NaN), 0);
  if (weights.length !== components.length || !(total > 0 && total < Infinity)) {
    throw new VhgmError("data", `A mixture needs one weight of at least 0 per component, not all 0: `
      + `got weights ${Array.from(weights).join(", ")} for ${components.length} components.`);
  }
  const parts = components.map((d, k) => ({ w: weights[k] / total, d })).filter((part) => part.w > 0);
  if (parts.length === 1) return parts[0].d;
  const average = (f: (d: Distribution) => number): number => parts.reduce((sum, { w, d }) => sum + w * f(d), 0);
  const mean = (): number => average((d) => d.mean());
  const cdf = (x: number): number => average((d) => d.cdf(x));
  let spread = NaN;
  return distribution({
    mean,
    variance() {
      const m = mean();
      return average((d) => d.variance() + (d.mean() - m) ** 2);
    },
    mode: () => mixtureMode(parts),
    cdf,
    quantile: (u) => mixtureQuantile(parts.map(({ d }) => d), cdf, u),
    crps(x) {
      if (Number.isNaN(spread)) spread = cdfSpread(parts);
      return Math.max(0, average((d) => d.crps(x)) - spread);
    },
    intervalMass: (a, b) => average((d) => Math.exp(d.logProb((a + b) / 2, b - a))),
  });
}

type Part<D extends Distribution = Distribution> = { w: number; d: D };

/** The component mode that the mixture holds densest, judged within a hundredth of the narrowest component's sd. */
function mixtureMode(parts: readonly Part[]): number {
  const width = 0.01 * Math.sqrt(Math.min(...parts.map(({ d }) => d.variance()).filter((v) => v > 0), 1e300));
  const mass = (x: number): number => parts.reduce((sum, { w, d }) => sum + w * Math.exp(d.logProb(x, width)), 0);
  return parts.map(({ d }) => d.mode()).reduce((best, x) => (mass(x) > mass(best) ? x : best));
}

/** The mixture's quantile lies between the smallest and the largest of its components' quantiles. */
function mixtureQuantile(components: readonly Distribution[], cdf: (x: number) => number, u: number): number {
  const ends = components.map((d) => d.quantile(u));
  let low = Math.min(...ends);
  let high = Math.max(...ends);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return u <= 0 ? low : high;
  if (cdf(low) >= u) return low;
  const tolerance = 1e-10 * (high - low);
  for (let i = 0; i < 200 && high - low > tolerance; i++) {
    const middle = (low + high) / 2;
    if (cdf(middle) >= u) high = middle;
    else low = middle;
  }
  // An atom of a component inside the last interval is where the mixture's cdf jumps past u.
  for (const d of components) {
    const atom = d.quantile(d.cdf(high));
    if (atom > low && atom < high && cdf(atom) >= u) high = atom;
  }
  return high;
}

/** Integral over t of sum_k w_k (F_k(t) - F(t))^2. */
function cdfSpread(parts: readonly Part[]): number {
  const everyNormal = parts.every((part): part is Part<Normal> => isNormal(part.d));
  return everyNormal ? normalSpread(parts) : numericSpread(parts);
}

/** sum over k < l of w_k w_l (E|X_k - X_l| - E|X_k - X_k'| / 2 - E|X_l - X_l'| / 2) for normals. */
function normalSpread(parts: readonly Part[]): number {
  const distance = (a: Distribution, b: Distribution): number =>
    absoluteMoment(a.mean() - b.mean(), Math.sqrt(a.variance() + b.variance()));
  let sum = 0;
  for (let k = 0; k < parts.length; k++) {
    for (let l = 0; l < k; l++) {
      const { w: wk, d: a } = parts[k];
      const { w: wl, d: b } = parts[l];
      sum += wk * wl * (distance(a, b) - distance(a, a) / 2 - distance(b, b) / 2);
    }
  }
  return sum;
}

const levels = [1e-13, 1e-6, 1e-3, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1 - 1e-6, 1 - 1e-13];

function numericSpread(parts: readonly Part[]): number {
  const points = parts.flatMap(({ d }) => levels.map((u) => d.quantile(u))).sort((a, b) => a - b);
  const variance = (t: number): number => {
    let m = 0;
    let s = 0;
    for (const { w, d } of parts) {
      const f = d.cdf(t);
      m += w * f;
      s += w * f * f;
    }
    return Math.max(0, s - m * m);
  };
  const scale = Math.max(...parts.map(({ d }) => Math.sqrt(d.variance())));
  return adaptiveIntegral(variance, points, 1e-9 * scale);
}
