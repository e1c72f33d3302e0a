import type { Rng } from "../../base/random.js";

/**
 * Cholesky factor L of a symmetric positive definite matrix (d, d), A = L L^T, in the lower triangle of the result.
 * A pivot that is not positive (a feature that others determine) is held at a tiny one.
 */
export function cholesky(a: Float64Array, d: number): Float64Array {
  const l = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let s = a[i * d + j];
      for (let k = 0; k < j; k++) s -= l[i * d + k] * l[j * d + k];
      l[i * d + j] = i === j ? Math.sqrt(Math.max(s, 1e-10 * a[i * d + i] + 1e-300)) : s / l[j * d + j];
    }
  }
  return l;
}

/** Solves L x = b in place. */
export function forward(l: Float64Array, d: number, b: Float64Array): void {
  for (let i = 0; i < d; i++) {
    let s = b[i];
    for (let k = 0; k < i; k++) s -= l[i * d + k] * b[k];
    b[i] = s / l[i * d + i];
  }
}

/** Solves L^T x = b in place. */
export function backward(l: Float64Array, d: number, b: Float64Array): void {
  for (let i = d - 1; i >= 0; i--) {
    let s = b[i];
    for (let k = i + 1; k < d; k++) s -= l[k * d + i] * b[k];
    b[i] = s / l[i * d + i];
  }
}

/** Rows of features, each (d) values long. */
export interface Design {
  readonly x: Float64Array;
  readonly d: number;
}

/** Weighted Gram matrix X^T W X (d, d) over chosen rows; weight 1 if none are given. */
export function gram({ x, d }: Design, rows: Int32Array, weights?: Float64Array): Float64Array {
  const a = new Float64Array(d * d);
  for (let r = 0; r < rows.length; r++) {
    const w = weights ? weights[r] : 1;
    if (w === 0) continue;
    const at = rows[r] * d;
    for (let i = 0; i < d; i++) {
      const wx = w * x[at + i];
      if (wx === 0) continue;
      const to = i * d;
      for (let j = 0; j <= i; j++) a[to + j] += wx * x[at + j];
    }
  }
  for (let i = 0; i < d; i++) for (let j = i + 1; j < d; j++) a[i * d + j] = a[j * d + i];
  return a;
}

export function dotRow({ x, d }: Design, row: number, beta: Float64Array): number {
  let s = 0;
  const at = row * d;
  for (let k = 0; k < d; k++) s += x[at + k] * beta[k];
  return s;
}

/** Ridge of the regressions, as a share of the Gram matrix's diagonal: the R package's default. */
const ridge = 1e-5;

/**
 * Normal linear regression of y on the rows' features: the least-squares coefficients, and a draw from their posterior
 * under the usual vague prior (Rubin 1987, p. 167; `norm.draw` of the R package mice).
 */
export function drawRegression(design: Design, rows: Int32Array, y: Float64Array, rng: Rng): { estimate: Float64Array; drawn: Float64Array } {
  const { x, d } = design;
  const a = gram(design, rows);
  for (let k = 0; k < d; k++) a[k * d + k] *= 1 + ridge;
  const l = cholesky(a, d);
  const estimate = new Float64Array(d);
  for (const row of rows) for (let k = 0; k < d; k++) estimate[k] += y[row] * x[row * d + k];
  forward(l, d, estimate);
  backward(l, d, estimate);
  const squares = rows.reduce((sum, row) => sum + (y[row] - dotRow(design, row, estimate)) ** 2, 0);
  const sigma = Math.sqrt(squares / chiSquared(Math.max(rows.length - d, 1), rng));
  const drawn = Float64Array.from({ length: d }, () => sigma * rng.normal());
  backward(l, d, drawn);
  for (let k = 0; k < d; k++) drawn[k] += estimate[k];
  return { estimate, drawn };
}

/** A chi-squared number of whole degrees of freedom: twice a gamma one (Marsaglia & Tsang 2000). */
function chiSquared(degrees: number, rng: Rng): number {
  if (degrees === 1) return rng.normal() ** 2;
  const shape = degrees / 2 - 1 / 3;
  for (;;) {
    const z = rng.normal();
    const v = (1 + z / Math.sqrt(9 * shape)) ** 3;
    if (v > 0 && Math.log(rng.uniform()) < 0.5 * z * z + shape * (1 - v + Math.log(v))) return 2 * shape * v;
  }
}
