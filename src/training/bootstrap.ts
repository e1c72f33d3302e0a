import { createRng } from "../base/random.js";

/**
 * What each person counts for in the training of one member of a bootstrapped ensemble: a draw of the Bayesian bootstrap (Rubin 1981),
 * exponential weights of mean 1, times what the person counts for anyway. Unlike resampled rows it has nobody twice, whose copy the
 * row memory would find.
 * @param base of mean 1; null where all count alike
 */
export function bootstrapWeights(rows: number, base: Float64Array | null, seed: number, member: number): Float64Array {
  const rng = createRng(seed, 0xb007, member);
  const raw = Float64Array.from({ length: rows }, (_, i) => -Math.log(1 - rng.uniform()) * (base?.[i] ?? 1));
  const mean = raw.reduce((a, b) => a + b, 0) / rows;
  return raw.map((w) => w / mean);
}
