/** Lower factor L (n, n) of a symmetric positive definite A = L L^T. @throws Error when the matrix is not positive definite */
export function cholesky(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const ri = i * n;
    for (let j = 0; j <= i; j++) {
      const rj = j * n;
      const s = a[ri + j] - dot(l, ri, l, rj, j);
      if (i !== j) l[ri + j] = s / l[rj + j];
      else if (s > 0) l[ri + i] = Math.sqrt(s);
      else throw new Error(`the matrix is not positive definite at row ${i}`);
    }
  }
  return l;
}

/**
 * Inverse of a symmetric positive definite matrix (n, n), row-major, by Cholesky factorisation: A = L L^T, A^-1 = L^-T L^-1.
 * Overwrites nothing. Cost n^3 multiply-adds in double precision.
 * @throws Error when the matrix is not positive definite
 */
export function invertSpd(a: Float64Array, n: number): Float64Array {
  const l = cholesky(a, n);
  // t = (L^-1)^T, row by row: t[c][i] = (L^-1)[i][c], filled by forward substitution along i.
  const t = new Float64Array(n * n);
  for (let c = 0; c < n; c++) {
    const rc = c * n;
    t[rc + c] = 1 / l[rc + c];
    for (let i = c + 1; i < n; i++) {
      const ri = i * n;
      t[rc + i] = -dot(l, ri + c, t, rc + c, i - c) / l[ri + i];
    }
  }
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const s = dot(t, i * n + i, t, j * n + i, n - i);
      out[i * n + j] = s;
      out[j * n + i] = s;
    }
  }
  return out;
}

/**
 * Solution X (n, m) of A X = B for a symmetric positive definite A (n, n), by Cholesky factorisation. Overwrites A.
 * @throws Error when the matrix is not positive definite
 */
export function solveSpd(a: Float64Array, n: number, b: Float64Array, m: number): Float64Array {
  for (let i = 0; i < n; i++) {
    const ri = i * n;
    for (let j = 0; j <= i; j++) {
      const s = a[ri + j] - dot(a, ri, a, j * n, j);
      if (i !== j) a[ri + j] = s / a[j * n + j];
      else if (s > 0) a[ri + i] = Math.sqrt(s);
      else throw new Error(`the matrix is not positive definite at row ${i}`);
    }
  }
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < m; k++) {
      let s = x[i * m + k];
      for (let j = 0; j < i; j++) s -= a[i * n + j] * x[j * m + k];
      x[i * m + k] = s / a[i * n + i];
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = 0; k < m; k++) {
      let s = x[i * m + k];
      for (let j = i + 1; j < n; j++) s -= a[j * n + i] * x[j * m + k];
      x[i * m + k] = s / a[i * n + i];
    }
  }
  return x;
}

/** Inner product of two stretches; four sums at once, since one would wait for itself. */
function dot(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < n; k += 4) {
    s0 += a[i + k] * b[j + k];
    s1 += a[i + k + 1] * b[j + k + 1];
    s2 += a[i + k + 2] * b[j + k + 2];
    s3 += a[i + k + 3] * b[j + k + 3];
  }
  for (; k < n; k++) s0 += a[i + k] * b[j + k];
  return s0 + s1 + (s2 + s3);
}

/** Inverse of a small general matrix (n, n) by Gauss-Jordan elimination with row pivoting. @throws Error when singular */
export function invertSmall(a: Float64Array, n: number): Float64Array {
  const w = Float64Array.from(a);
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let i = c + 1; i < n; i++) if (Math.abs(w[i * n + c]) > Math.abs(w[pivot * n + c])) pivot = i;
    if (w[pivot * n + c] === 0) throw new Error(`the matrix is singular at column ${c}`);
    for (let k = 0; k < n; k++) {
      [w[c * n + k], w[pivot * n + k]] = [w[pivot * n + k], w[c * n + k]];
      [out[c * n + k], out[pivot * n + k]] = [out[pivot * n + k], out[c * n + k]];
    }
    const d = w[c * n + c];
    for (let k = 0; k < n; k++) {
      w[c * n + k] /= d;
      out[c * n + k] /= d;
    }
    for (let i = 0; i < n; i++) {
      const f = w[i * n + c];
      if (i === c || f === 0) continue;
      for (let k = 0; k < n; k++) {
        w[i * n + k] -= f * w[c * n + k];
        out[i * n + k] -= f * out[c * n + k];
      }
    }
  }
  return out;
}
