/**
 * Inverse of a symmetric positive definite matrix (n, n), row-major, by Cholesky factorisation: A = L L^T, A^-1 = L^-T L^-1.
 * Overwrites nothing. Cost n^3 multiply-adds in double precision.
 * @throws Error when the matrix is not positive definite
 */
export function invertSpd(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const ri = i * n;
    for (let j = 0; j <= i; j++) {
      const rj = j * n;
      let s = a[ri + j];
      for (let k = 0; k < j; k++) s -= l[ri + k] * l[rj + k];
      if (i !== j) l[ri + j] = s / l[rj + j];
      else if (s > 0) l[ri + i] = Math.sqrt(s);
      else throw new Error(`the matrix is not positive definite at row ${i}`);
    }
  }
  // t = (L^-1)^T, row by row: t[c][i] = (L^-1)[i][c], filled by forward substitution along i.
  const t = new Float64Array(n * n);
  for (let c = 0; c < n; c++) {
    const rc = c * n;
    t[rc + c] = 1 / l[rc + c];
    for (let i = c + 1; i < n; i++) {
      const ri = i * n;
      let s = 0;
      for (let k = c; k < i; k++) s -= l[ri + k] * t[rc + k];
      t[rc + i] = s / l[ri + i];
    }
  }
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let s = 0;
      for (let k = i; k < n; k++) s += t[i * n + k] * t[j * n + k];
      out[i * n + j] = s;
      out[j * n + i] = s;
    }
  }
  return out;
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
