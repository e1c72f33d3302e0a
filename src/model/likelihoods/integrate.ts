/** Numerical integration for the families and mixtures that have no closed form. */

/** Nodes and weights of the 10-point Gauss-Legendre rule on [-1, 1], positive half. */
const node = Float64Array.of(0.1488743389816312, 0.4333953941292472, 0.6794095682990244, 0.8650633666889845, 0.9739065285171717);
const weight = Float64Array.of(0.2955242247147529, 0.2692667193099963, 0.219086362515982, 0.1494513491505806, 0.0666713443086881);

/** Integral of a smooth f over [a, b] by the 10-point Gauss-Legendre rule on equal panels. */
export function panelIntegral(f: (x: number) => number, a: number, b: number, panels: number): number {
  const half = (b - a) / panels / 2;
  let sum = 0;
  for (let i = 0; i < panels; i++) {
    const middle = a + (2 * i + 1) * half;
    for (let j = 0; j < node.length; j++) sum += weight[j] * (f(middle - half * node[j]) + f(middle + half * node[j]));
  }
  return sum * half;
}

/**
 * Integral of f over the ascending breakpoints by adaptive Simpson's rule, absolute error about `tolerance` for smooth f.
 * Jumps are closed in by bisection: each adds an error of about its height times the piece's width / 2^30.
 */
export function adaptiveIntegral(f: (x: number) => number, breakpoints: readonly number[], tolerance: number): number {
  let sum = 0;
  for (let i = 1; i < breakpoints.length; i++) {
    const a = breakpoints[i - 1];
    const b = breakpoints[i];
    if (!(b > a)) continue;
    const m = (a + b) / 2;
    const fa = f(a);
    const fm = f(m);
    const fb = f(b);
    sum += refine(f, a, b, fa, fm, fb, ((b - a) / 6) * (fa + 4 * fm + fb), tolerance / breakpoints.length, 30);
  }
  return sum;
}

function refine(
  f: (x: number) => number, a: number, b: number, fa: number, fm: number, fb: number,
  whole: number, tolerance: number, depth: number,
): number {
  const m = (a + b) / 2;
  const fl = f((a + m) / 2);
  const fr = f((m + b) / 2);
  const left = ((m - a) / 6) * (fa + 4 * fl + fm);
  const right = ((b - m) / 6) * (fm + 4 * fr + fb);
  const error = left + right - whole;
  if (depth <= 0 || Math.abs(error) <= 15 * tolerance) return left + right + error / 15;
  return refine(f, a, m, fa, fl, fm, left, tolerance / 2, depth - 1)
    + refine(f, m, b, fm, fr, fb, right, tolerance / 2, depth - 1);
}
