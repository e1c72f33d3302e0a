/** Regressions of one completed table: least squares, and logistic by iteratively reweighted least squares. */
import { VhgmError } from "../../base/errors.js";

export interface Design {
  readonly rows: number;
  /** Names of the coefficients. */
  readonly names: readonly string[];
  /** (names) of (rows) */
  readonly columns: readonly Float64Array[];
  /** (rows) */
  readonly response: Float64Array;
}

export interface Fit {
  readonly estimates: Float64Array;
  readonly errors: Float64Array;
  /** Rows less coefficients. */
  readonly degrees: number;
}

/**
 * Ordinary least squares, by Householder's QR decomposition.
 * @throws VhgmError "data" for too few rows, or for a coefficient that follows from the others
 */
export function leastSquares({ rows, names, columns, response }: Design, where: string): Fit {
  const k = names.length;
  requireRows(rows, k, where);
  const { estimates, inverse, residual } = solve(columns, response, names, where);
  const degrees = rows - k;
  const variance = residual / degrees;
  return { estimates, errors: inverse.map((v) => Math.sqrt(variance * v)), degrees };
}

const most = 25;
const enough = 1e-8;
/** Fitted probabilities nearer to 0 or 1 than this say that the groups are told apart completely. */
const certain = 10 * Number.EPSILON;

/**
 * Logistic regression by Fisher scoring as R's glm does it: from (y + 1/2) / 2, until the deviance stands still.
 * @throws VhgmError "data" as `leastSquares`, and where the terms tell the two groups apart completely
 */
export function logistic({ rows, names, columns, response }: Design, where: string): Fit {
  const k = names.length;
  requireRows(rows, k, where);
  const eta = response.map((y) => Math.log((y + 0.5) / (1.5 - y)));
  let deviance = Infinity;
  for (let round = 0; round < most; round++) {
    const weights = new Float64Array(rows);
    const working = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      const p = 1 / (1 + Math.exp(-eta[i]));
      const w = Math.max(p * (1 - p), Number.EPSILON);
      weights[i] = Math.sqrt(w);
      working[i] = weights[i] * (eta[i] + (response[i] - p) / w);
    }
    const { estimates, inverse } = solve(columns.map((column) => column.map((x, i) => x * weights[i])), working, names, where);
    eta.fill(0);
    columns.forEach((column, j) => column.forEach((x, i) => (eta[i] += estimates[j] * x)));
    const before = deviance;
    deviance = 0;
    for (let i = 0; i < rows; i++) deviance += 2 * Math.log1p(Math.exp(response[i] === 1 ? -eta[i] : eta[i]));
    if (Math.abs(deviance - before) / (Math.abs(deviance) + 0.1) >= enough) continue;
    if (eta.some((e) => 1 / (1 + Math.exp(Math.abs(e))) < certain)) break;
    return { estimates, errors: inverse.map(Math.sqrt), degrees: rows - k };
  }
  throw new VhgmError("data", `The logistic regression of ${where} has no finite answer: the terms tell the two groups apart completely; leave a term out.`);
}

function requireRows(rows: number, coefficients: number, where: string): void {
  if (rows <= coefficients) throw new VhgmError("data", `${where} has ${rows} complete rows for ${coefficients} coefficients; more rows than coefficients are needed.`);
}

/**
 * min |X b - y|² by Householder reflections.
 * @returns b, the diagonal of (X'X)^-1, and the squared length of the residual
 */
function solve(columns: readonly Float64Array[], response: Float64Array, names: readonly string[], where: string): { estimates: Float64Array; inverse: Float64Array; residual: number } {
  const k = columns.length;
  const n = response.length;
  const a = columns.map((column) => column.slice());
  const y = response.slice();
  const r = new Float64Array(k * k);
  for (let j = 0; j < k; j++) {
    const v = a[j];
    const whole = norm(columns[j], 0);
    const length = norm(v, j);
    if (!(length > 1e-9 * whole)) {
      throw new VhgmError("data", `In ${where} the coefficient of ${names[j]} can't be told: ${whole === 0 ? "it is 0 in every row" : "it follows from the other terms"}; leave it out.`);
    }
    const alpha = v[j] > 0 ? -length : length;
    v[j] -= alpha;
    const size = dot(v, v, j);
    for (let c = j + 1; c < k; c++) reflect(v, a[c], j, size);
    reflect(v, y, j, size);
    r[j * k + j] = alpha;
    for (let c = j + 1; c < k; c++) r[j * k + c] = a[c][j];
  }
  const estimates = new Float64Array(k);
  for (let j = k - 1; j >= 0; j--) {
    let s = y[j];
    for (let c = j + 1; c < k; c++) s -= r[j * k + c] * estimates[c];
    estimates[j] = s / r[j * k + j];
  }
  // R^-1, whose rows' squared lengths are the diagonal of (X'X)^-1.
  const inverse = new Float64Array(k);
  for (let c = 0; c < k; c++) {
    const u = new Float64Array(k);
    for (let j = c; j >= 0; j--) {
      let s = j === c ? 1 : 0;
      for (let l = j + 1; l <= c; l++) s -= r[j * k + l] * u[l];
      u[j] = s / r[j * k + j];
      inverse[j] += u[j] * u[j];
    }
  }
  let residual = 0;
  for (let i = k; i < n; i++) residual += y[i] * y[i];
  return { estimates, inverse, residual };
}

function reflect(v: Float64Array, x: Float64Array, from: number, size: number): void {
  const s = (2 * dot(v, x, from)) / size;
  for (let i = from; i < x.length; i++) x[i] -= s * v[i];
}

function dot(a: Float64Array, b: Float64Array, from: number): number {
  let s = 0;
  for (let i = from; i < a.length; i++) s += a[i] * b[i];
  return s;
}

const norm = (a: Float64Array, from: number): number => Math.sqrt(dot(a, a, from));
