import { VhgmError } from "../../base/errors.js";
import { type Distribution, distribution } from "./distribution.js";
import { adaptiveIntegral } from "./integrate.js";

/**
 * `base` given that it lies in (low, high]; either end may be infinite. For a condition on recorded values of resolution d,
 * low <= x <= high, pass low - d/2 and high + d/2. Mean, variance and CRPS are numeric (relative error about 1e-8), `mode`
 * is that of a unimodal base, moved to the nearer end where it lies outside.
 * @throws VhgmError data - the base holds practically no mass in the range.
 */
export function truncated(base: Distribution, low: number, high: number): Distribution {
  const below = base.cdf(low);
  const mass = base.cdf(high) - below;
  if (!(mass > 1e-12)) {
    throw new VhgmError("data", `The range above ${low} and up to ${high} holds practically none of the predicted distribution.`);
  }
  const cdf = (x: number): number => (x <= low ? 0 : x >= high ? 1 : Math.min(1, (base.cdf(x) - below) / mass));
  const quantile = (u: number): number => {
    if (Number.isNaN(u)) return NaN;
    const inner = base.quantile(Math.min(1, below + Math.min(1, Math.max(0, u)) * mass));
    return Math.min(high, Math.max(low, inner));
  };
  const points = levels.map(quantile);
  const first = points[0];
  const last = points[points.length - 1];
  const scale = Math.max(points[points.length - 3] - points[2], 1e-300);
  const between = (f: (x: number) => number, extra: number): number =>
    adaptiveIntegral(f, [...points, Math.min(last, Math.max(first, extra))].sort((a, b) => a - b), 1e-10 * scale);
  let mean = NaN;
  const getMean = (): number => {
    if (Number.isNaN(mean)) mean = first + between((x) => 1 - cdf(x), first);
    return mean;
  };
  return distribution({
    mean: getMean,
    variance() {
      const m = getMean();
      return between((x) => 2 * Math.abs(x - m) * (x < m ? cdf(x) : 1 - cdf(x)), m);
    },
    mode() {
      const mode = base.mode();
      return mode <= low ? first : mode > high ? last : mode;
    },
    cdf,
    quantile,
    crps(x) {
      const outside = Math.max(0, first - x) + Math.max(0, x - last);
      const inside = Math.min(last, Math.max(first, x));
      // Split at x, where the integrand jumps: within each part the indicator is constant.
      const upTo = between((t) => (t < inside ? cdf(t) ** 2 : 0), inside);
      const from = between((t) => (t < inside ? 0 : (1 - cdf(t)) ** 2), inside);
      return outside + upTo + from;
    },
    intervalMass: (a, b) => {
      const from = Math.max(a, low);
      const to = Math.min(b, high);
      return to > from ? Math.exp(base.logProb((from + to) / 2, to - from)) / mass : 0;
    },
  });
}

const levels = [1e-13, 1e-6, 1e-3, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1 - 1e-6, 1 - 1e-13];
