import type { Distribution } from "./distribution.js";

/**
 * Randomised probability integral transform, F(x-) + u (F(x) - F(x-)), of a value that is known to within half its recorded
 * resolution: uniform on (0, 1) over people when the predictions are calibrated, also for counts, atoms and rounded values.
 * Source: Czado, Gneiting & Held (2009).
 * @param u a uniform, drawn for this value.
 */
export function randomisedPit(d: Pick<Distribution, "cdf">, x: number, resolution: number, u: number): number {
  const below = d.cdf(x - resolution / 2);
  return below + u * (d.cdf(x + resolution / 2) - below);
}
