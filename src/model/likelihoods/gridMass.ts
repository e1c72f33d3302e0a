import { cellOf, type Grid } from "./cells.js";
import { normalCdfFast } from "../../base/normal.js";

/**
 * Mass of N(mean, sd) in each cell's part of the line, the outer cells taking the tails. Sums to 1; each entry is exact to
 * about 1e-8. With sd = 0 everything falls in the cell of the mean.
 * @param out (size,) filled.
 */
export function gaussianMass(grid: Grid, mean: number, sd: number, out: Float64Array): void {
  const { bound, size } = grid;
  if (!(sd > 0)) {
    out.fill(0, 0, size);
    out[cellOf(grid, mean)] = 1;
    return;
  }
  const scale = 1 / sd;
  let below = 0;
  for (let k = 0; k < size - 1; k++) {
    const f = normalCdfFast((bound[k] - mean) * scale);
    out[k] = f > below ? f - below : 0;
    below = f;
  }
  out[size - 1] = below < 1 ? 1 - below : 0;
}

/**
 * Exponential tilting in place, p_k <- p_k exp(theta center_k) / Z with theta such that sum_k p_k center_k = target: of all
 * densities with that mean the one with the smallest Kullback-Leibler divergence from p (Csiszar 1975). Cells without
 * probability (or below 1e-280) stay so. A target outside the centers of the cells with probability, or within 1e-9 of their
 * range of an end, is moved to 1e-9 of the range inside; a single cell is left as it is.
 * The mean is met to 1e-11 of the range. Newton's method on the log odds of the mean's place in the range, which are linear
 * in theta for two cells and nearly so far out for any number; a bracket guards it. Mostly three or four rounds, seldom ten.
 * @param p (size,) non-negative; the result sums to 1.
 */
export function tiltToMean(grid: Grid, p: Float64Array, target: number): void {
  const { center, size } = grid;
  let first = 0;
  while (first < size && !(p[first] > negligible)) first++;
  let last = size - 1;
  while (last > first && !(p[last] > negligible)) last--;
  if (first >= last) {
    if (first < size) p[first] = 1;
    return;
  }
  if (scaled.length < size) {
    scaled = new Float64Array(size);
    weights = new Float64Array(size);
  }
  const s = scaled;
  const w = weights;
  const range = center[last] - center[first];
  for (let k = first; k <= last; k++) s[k] = (center[k] - center[first]) / range;
  const goal = Math.min(1 - edge, Math.max(edge, (target - center[first]) / range));
  const goalOdds = Math.log(goal / (1 - goal));

  let theta = 0;
  let under = -Infinity;
  let over = Infinity;
  let previousOff = Infinity;
  for (let round = 0; ; round++) {
    // Relative to the end that theta favours, so that no exponential overflows: a = sum w s, b = sum w (1 - s).
    const shift = Math.max(theta, 0);
    let a = 0;
    let b = 0;
    for (let k = first; k <= last; k++) {
      const v = theta === 0 || p[k] === 0 ? p[k] : p[k] * Math.exp(theta * s[k] - shift);
      w[k] = v;
      a += v * s[k];
      b += v * (1 - s[k]);
    }
    const z = a + b;
    const mean = a / z;
    if (Math.abs(mean - goal) <= tolerance || round === maxRounds) {
      for (let k = first; k <= last; k++) p[k] = w[k] / z;
      return;
    }
    if (mean > goal) over = theta;
    else under = theta;
    if (round === 0) {
      // theta cannot lie further out than where the last cell alone, against the sum of all others, gives the goal.
      if (mean < goal) over = furthest(b, p[last], 1 - goal, 1 - s[previousCell(p, last)]);
      else under = -furthest(a, p[first], goal, s[nextCell(p, first)]);
    }
    let variance = 0;
    for (let k = first; k <= last; k++) variance += w[k] * (s[k] - mean) * (s[k] - mean);
    const slope = (variance * z) / (a * b);
    const off = Math.log(a / b) - goalOdds;
    // Where the odds bend, Newton's steps can bounce between two flat stretches for ever: then bisect.
    theta = nextTheta(Math.abs(off) <= previousOff / 2 ? theta - off / slope : NaN, under, over);
    previousOff = Math.abs(off);
  }
}

const edge = 1e-9;
const tolerance = 1e-11;
const maxRounds = 60;
/** Probabilities that tilting could not raise without leaving the range of doubles on the way. */
const negligible = 1e-280;
/** Scratch of `tiltToMean`, which runs for millions of cells: grown to the largest grid seen. */
let scaled = new Float64Array(64);
let weights = new Float64Array(64);

/** log(others / (end * goal)) / gap, kept finite and away from 0. */
const furthest = (others: number, end: number, goal: number, gap: number): number =>
  Math.max(1, Math.log(others) - Math.log(end) - Math.log(goal)) / Math.max(gap, 1e-15);

function nextCell(p: Float64Array, k: number): number {
  do k++;
  while (!(p[k] > negligible));
  return k;
}

function previousCell(p: Float64Array, k: number): number {
  do k--;
  while (!(p[k] > negligible));
  return k;
}

/** Newton's proposal where it lies inside the bracket, else a step into it: a geometric mean while it spans decades. */
function nextTheta(proposal: number, under: number, over: number): number {
  if (proposal > under && proposal < over) return proposal;
  const near = Math.max(1, Math.min(Math.abs(under), Math.abs(over)));
  const far = Math.max(Math.abs(under), Math.abs(over));
  if (far > 100 * near && under * over >= 0) return Math.sign(under + over) * Math.sqrt(near * far);
  return (under + over) / 2;
}
