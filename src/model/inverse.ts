import type { SessionFactory } from "../engine/index.js";
import { invertSpd } from "./linalg.js";
import { openProduct } from "./product.js";

/** Inverts large symmetric positive definite matrices; holds a session for the products. */
export interface Inverter {
  /**
   * Inverse of a symmetric positive definite matrix (n, n), row-major, in double precision. Overwrites nothing.
   * @throws Error when the matrix is not positive definite
   */
  invert(a: Float64Array, n: number): Promise<Float64Array>;
  close(): Promise<void>;
}

/** Matrices up to this size are inverted directly: products of smaller blocks would not be faster. */
const direct = 96;

/**
 * Inversion by halves (Schur complements): with A = [[P, Q^T], [Q, R]], B = Q P^-1 and S = R - B Q^T,
 *   A^-1 = [[P^-1 + B^T S^-1 B, -B^T S^-1], [-S^-1 B, S^-1]].
 * About 2/3 n^3 multiply-adds, nearly all of them in matrix products on the runtime's kernels.
 */
export async function createInverter(open: SessionFactory): Promise<Inverter> {
  const product = await openProduct(open, "float64");

  async function invert(a: Float64Array, n: number): Promise<Float64Array> {
    if (n <= direct) return invertSpd(a, n);
    const h = n >> 1;
    const m = n - h;
    const q = cut(a, n, h, 0, m, h);
    const p = await invert(cut(a, n, 0, 0, h, h), h);
    const b = await product.of(q, p, h);
    const s = cut(a, n, h, h, m, m);
    subtract(s, await product.of(b, transposed(q, m, h), h));
    const lower = await invert(s, m);
    const c = await product.of(lower, b, m);
    const upper = await product.of(transposed(b, m, h), c, m);
    const out = new Float64Array(n * n);
    for (let i = 0; i < h; i++) {
      // The lower triangle is taken for both, so that the inverse is symmetric to the last bit.
      for (let j = 0; j <= i; j++) out[i * n + j] = out[j * n + i] = p[i * h + j] + upper[i * h + j];
    }
    for (let i = 0; i < m; i++) {
      const row = (h + i) * n;
      out.set(lower.subarray(i * m, (i + 1) * m), row + h);
      for (let j = 0; j < h; j++) out[row + j] = out[j * n + h + i] = -c[i * h + j];
    }
    return out;
  }
  return { invert, close: () => product.close() };
}

/** The block of (rows, columns) that begins at (top, left) of a matrix with n columns. */
function cut(a: Float64Array, n: number, top: number, left: number, rows: number, columns: number): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) out.set(a.subarray((top + i) * n + left, (top + i) * n + left + columns), i * columns);
  return out;
}

function subtract(a: Float64Array, b: Float64Array): void {
  for (let i = 0; i < a.length; i++) a[i] -= b[i];
}

/** Rows are taken in strips, so that what is read stays in the cache. */
function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(rows * columns);
  const strip = 16;
  for (let top = 0; top < rows; top += strip) {
    const end = Math.min(rows, top + strip);
    for (let j = 0; j < columns; j++) for (let i = top; i < end; i++) out[j * rows + i] = a[i * columns + j];
  }
  return out;
}
