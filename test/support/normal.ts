import { distribution, type Distribution } from "../../src/model/likelihoods/distribution.js";
import { normalCdf, normalMass, normalPdf, normalQuantile } from "../../src/base/normal.js";

/** A density on no grid: the normal distribution. Its CRPS is equation 21 of Gneiting and Raftery (2007). */
export function normal(mean: number, sd: number): Distribution {
  return distribution({
    mean: () => mean,
    variance: () => sd * sd,
    mode: () => mean,
    cdf: (x) => normalCdf((x - mean) / sd),
    quantile: (u) => mean + sd * normalQuantile(u),
    crps(x) {
      const z = (x - mean) / sd;
      return sd * (z * (normalCdf(z) - normalCdf(-z)) + 2 * normalPdf(z) - 1 / Math.sqrt(Math.PI));
    },
    intervalMass: (a, b) => normalMass((a - mean) / sd, (b - mean) / sd),
  }, 1);
}
