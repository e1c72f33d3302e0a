import { backward, cholesky, dotRow, forward, gram, type Design } from "./linearDraw.js";

/** Prior precision of a coefficient of a standardised feature, and of the intercept: keeps separable classes finite. */
const precision = { slope: 1, intercept: 1e-3 } as const;
/** It ends when no coefficient moves by more than this, or after so many steps. */
const tolerance = 5e-3;
const mostSteps = 30;

/**
 * Polytomous logistic regression, P(class k | x) proportional to exp(x beta_k), by the steps of Böhning & Lindsay (1988):
 * the Hessian is replaced by a bound that does not change, (1/2) X^T W X for each class, so that one factorisation serves
 * all steps, and no step can overshoot. The first feature is the intercept.
 *
 * @param classOf class of each row
 * @param weights of the rows in `rows`, for instance how often a bootstrap sample has them
 * @param start (classes) coefficients to begin with; replaced by the fitted ones
 */
export function fitLogistic(design: Design, rows: Int32Array, classOf: Float64Array, weights: Float64Array, start: readonly Float64Array[]): void {
  const { x, d } = design;
  const bound = gram(design, rows, weights);
  const prior = Float64Array.from({ length: d }, (_, k) => (k === 0 ? precision.intercept : precision.slope));
  for (let k = 0; k < d * d; k++) bound[k] *= 0.5;
  for (let k = 0; k < d; k++) bound[k * d + k] += prior[k];
  const l = cholesky(bound, d);
  const classes = start.length;
  const p = new Float64Array(classes);
  const gradients = start.map(() => new Float64Array(d));
  for (let step = 0; step < mostSteps; step++) {
    gradients.forEach((g, c) => g.forEach((_, k) => (g[k] = -prior[k] * start[c][k])));
    for (let r = 0; r < rows.length; r++) {
      const w = weights[r];
      if (w === 0) continue;
      const row = rows[r];
      classShares(design, row, start, p);
      for (let c = 0; c < classes; c++) {
        const residual = w * ((classOf[row] === c ? 1 : 0) - p[c]);
        const g = gradients[c];
        for (let k = 0; k < d; k++) g[k] += residual * x[row * d + k];
      }
    }
    let largest = 0;
    gradients.forEach((g, c) => {
      forward(l, d, g);
      backward(l, d, g);
      for (let k = 0; k < d; k++) {
        start[c][k] += g[k];
        largest = Math.max(largest, Math.abs(g[k]));
      }
    });
    if (largest < tolerance) return;
  }
}

/** Probabilities of the classes in one row, written to p (classes). */
export function classShares(design: Design, row: number, beta: readonly Float64Array[], p: Float64Array): void {
  let highest = -Infinity;
  for (let c = 0; c < beta.length; c++) highest = Math.max(highest, (p[c] = dotRow(design, row, beta[c])));
  let total = 0;
  for (let c = 0; c < beta.length; c++) total += p[c] = Math.exp(p[c] - highest);
  for (let c = 0; c < beta.length; c++) p[c] /= total;
}
