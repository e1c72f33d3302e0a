import { betaP } from "./gamma.js";

/** P(T <= t) for Student's distribution. */
export function studentCdf(t: number, degrees: number): number {
  const outside = 0.5 * betaP(degrees / 2, 0.5, degrees / (degrees + t * t), (t * t) / (degrees + t * t));
  return t > 0 ? 1 - outside : outside;
}

/** The t with P(T <= t) = u, 0 < u < 1, by bisection. */
export function studentQuantile(u: number, degrees: number): number {
  let [low, high] = [-1e4, 1e4];
  // Less than one degree of freedom has tails that reach further.
  while (studentCdf(low, degrees) > u) low *= 2;
  while (studentCdf(high, degrees) < u) high *= 2;
  for (let k = 0; k < 100; k++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, degrees) < u) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
