import { VhgmError } from "../../base/errors.js";
import { type Distribution, distribution } from "./distribution.js";

/**
 * Zero with probability `zero`, else a draw from `base` (any distribution, also one that has zeros of its own).
 * The CRPS is exact in that of the base, whatever its support: with c its CRPS and z = `zero`,
 * z |x| + (1 - z) c(x) - z (1 - z) c(0), from E|X - x| - E|X - X'| / 2, where the base's own E|B - B'| cancels.
 * Its mode is 0 where zero holds at least what the base holds within a quarter sd around its own mode.
 * @throws VhgmError data - `zero` outside [0, 1].
 */
export function zeroInflated(zero: number, base: Distribution): Distribution {
  if (!(zero >= 0 && zero <= 1)) throw new VhgmError("data", `The probability of zero must lie in [0, 1], not at ${zero}.`);
  const rest = 1 - zero;
  const cdf = (x: number): number => (x >= 0 ? zero : 0) + rest * base.cdf(x);
  return distribution({
    mean: () => rest * base.mean(),
    variance: () => rest * (base.variance() + zero * base.mean() ** 2),
    mode() {
      const mode = base.mode();
      const width = Math.sqrt(base.variance()) / 2;
      const near = (x: number): number => rest * Math.exp(base.logProb(x, width));
      return zero + near(0) >= near(mode) ? 0 : mode;
    },
    cdf,
    quantile(u) {
      const below = rest > 0 ? base.quantile(Math.min(1, u / rest)) : 0;
      if (below < 0 && u <= rest) return below;
      if (cdf(0) >= u) return 0;
      return rest > 0 ? base.quantile(Math.min(1, (u - zero) / rest)) : 0;
    },
    crps: (x) => Math.max(0, zero * Math.abs(x) + rest * base.crps(x) - zero * rest * base.crps(0)),
    intervalMass: (a, b) => (a < 0 && b >= 0 ? zero : 0) + rest * Math.exp(base.logProb((a + b) / 2, b - a)),
  });
}
