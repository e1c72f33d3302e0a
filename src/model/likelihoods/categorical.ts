import { VhgmError } from "../../base/errors.js";
import { type Distribution, distribution } from "./distribution.js";

/**
 * Distribution over the level indices 0 .. K-1 of a categorical, binary or ordinal attribute.
 * `quantile` and `median` go by the order of the levels, `mode` is the most probable level (the first of equals), and
 * `crps` is the ranked probability score, which means something for ordered levels only: see `brierScore` for the others.
 * @param probabilities (K,) non-negative; normalised here.
 * @throws VhgmError data - no level, or a probability that is negative or not finite, or none positive.
 */
export function categorical(probabilities: ArrayLike<number>): Distribution {
  const p = normalised(probabilities);
  const last = p.length - 1;
  const cdf = (x: number): number => {
    if (x >= last) return 1;
    let sum = 0;
    for (let k = 0; k <= x; k++) sum += p[k];
    return Math.min(1, sum);
  };
  const parts = {
    mean: () => moment(p, 0),
    variance: () => moment(p, moment(p, 0), 2),
    mode: () => modeOf(p),
    cdf,
    quantile: (u: number) => quantileOf(p, u),
    crps: (x: number) => rankedProbabilityScore(p, x),
    intervalMass(a: number, b: number) {
      let sum = 0;
      for (let k = Math.max(0, Math.floor(a) + 1); k <= b && k <= last; k++) sum += p[k];
      return sum;
    },
  };
  return distribution(parts, 1);
}

/** Index of the largest probability, the first of equals. */
export function modeOf(p: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < p.length; k++) if (p[k] > p[best]) best = k;
  return best;
}

/** Sum over k of (F_k - 1{x <= k})^2 over the level indices; x is a level index. */
export function rankedProbabilityScore(p: ArrayLike<number>, x: number): number {
  let cumulative = 0;
  let score = 0;
  for (let k = 0; k < p.length; k++) {
    cumulative += p[k];
    const d = cumulative - (x <= k ? 1 : 0);
    score += d * d;
  }
  return score;
}

/** Brier score, sum over k of (p_k - 1{x = k})^2: 0 for a sure hit, 2 for a sure miss. */
export function brierScore(p: ArrayLike<number>, x: number): number {
  let score = 0;
  for (let k = 0; k < p.length; k++) score += (p[k] - (k === x ? 1 : 0)) ** 2;
  return score;
}

/** Smallest level with cumulative probability of at least u, never one of probability 0. */
function quantileOf(p: Float64Array, u: number): number {
  let cumulative = 0;
  let last = 0;
  for (let k = 0; k < p.length; k++) {
    if (p[k] === 0) continue;
    last = k;
    cumulative += p[k];
    if (cumulative >= u) return k;
  }
  return last;
}

function moment(p: Float64Array, centre: number, power = 1): number {
  let sum = 0;
  for (let k = 0; k < p.length; k++) sum += p[k] * (k - centre) ** power;
  return sum;
}

function normalised(probabilities: ArrayLike<number>): Float64Array {
  const p = Float64Array.from(probabilities);
  let sum = 0;
  for (const v of p) {
    if (!(v >= 0)) throw new VhgmError("data", `A level's probability must be a number of at least 0, not ${v}.`);
    sum += v;
  }
  if (!(sum > 0 && sum < Infinity)) {
    throw new VhgmError("data", `The probabilities of ${p.length} levels sum to ${sum}, not to a positive number.`);
  }
  for (let k = 0; k < p.length; k++) p[k] /= sum;
  return p;
}
