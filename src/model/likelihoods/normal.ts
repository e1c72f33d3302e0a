import { VhgmError } from "../../base/errors.js";
import { type Distribution, distribution } from "./distribution.js";
import { normalCdf, normalMass, normalPdf, normalQuantile } from "../../base/normal.js";

/** A normal distribution; the tag lets a mixture of normals use closed forms. */
export interface Normal extends Distribution {
  readonly family: "normal";
}

/**
 * Normal distribution with the given mean and standard deviation.
 * CRPS in closed form: Gneiting & Raftery (2007), equation 21.
 * @throws VhgmError data - mean not finite, or sd not positive and finite.
 */
export function normal(mean: number, sd: number): Normal {
  if (!Number.isFinite(mean) || !(sd > 0 && sd < Infinity)) {
    throw new VhgmError("data", `A normal distribution needs a finite mean and a positive sd, not mean ${mean}, sd ${sd}.`);
  }
  const base = distribution({
    mean: () => mean,
    variance: () => sd * sd,
    mode: () => mean,
    cdf: (x) => normalCdf((x - mean) / sd),
    quantile: (u) => mean + sd * normalQuantile(Math.min(1, Math.max(0, u))),
    crps: (x) => Math.max(0, absoluteMoment(x - mean, sd) - sd * inverseSqrtPi),
    intervalMass: (a, b) => normalMass((a - mean) / sd, (b - mean) / sd),
  });
  return { ...base, family: "normal" };
}

/** 1 / sqrt(pi): half of E|X - X'| of a standard normal. */
const inverseSqrtPi = 0.5641895835477563;

/** E|N(m, s)|, the mean distance between a normal and a point, or of two normals with summed variances. */
export function absoluteMoment(m: number, s: number): number {
  const z = Math.abs(m) / s;
  return s * (z * (1 - 2 * normalCdf(-z)) + 2 * normalPdf(z));
}

export const isNormal = (d: Distribution): d is Normal => (d as Partial<Normal>).family === "normal";
