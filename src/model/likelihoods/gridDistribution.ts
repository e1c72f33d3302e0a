import { type Distribution, distribution } from "./distribution.js";
import { cellOf, type Grid } from "./cells.js";

// All functions take a grid and the probabilities p (size,) of its cells, summing to 1, and allocate nothing.

export function gridMean({ center, size }: Grid, p: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < size; k++) sum += p[k] * center[k];
  return sum;
}

/** Between the cells and within them: a cell's own variance is (hi - center)(center - lo) / 3. */
export function gridVariance(grid: Grid, p: Float64Array): number {
  const { lo, hi, center, size } = grid;
  const mean = gridMean(grid, p);
  let sum = 0;
  for (let k = 0; k < size; k++) {
    const d = center[k] - mean;
    sum += p[k] * (d * d + ((hi[k] - center[k]) * (center[k] - lo[k])) / 3);
  }
  return sum;
}

/**
 * The atom with the largest probability where it exceeds what the densest continuous cell holds within its width (or within
 * one resolution, where that is wider); else the center of the densest continuous cell.
 */
function gridMode({ lo, hi, center, atom, size, resolution }: Grid, p: Float64Array): number {
  let heap = -1;
  let dense = -1;
  let heapMass = 0;
  let density = 0;
  for (let k = 0; k < size; k++) {
    if (atom[k] === 1) {
      if (p[k] > heapMass) {
        heap = k;
        heapMass = p[k];
      }
    } else if (p[k] > density * (hi[k] - lo[k])) {
      dense = k;
      density = p[k] / (hi[k] - lo[k]);
    }
  }
  if (dense < 0) return center[Math.max(0, heap)];
  return heapMass > density * Math.max(resolution, hi[dense] - lo[dense]) ? center[heap] : center[dense];
}

/** P(cell k's value <= x | cell k). */
function partial({ lo, hi, center }: Grid, k: number, x: number): number {
  if (x < lo[k]) return 0;
  if (x >= hi[k]) return 1;
  const c = center[k];
  const left = (hi[k] - c) / (hi[k] - lo[k]);
  return x < c ? (left * (x - lo[k])) / (c - lo[k]) : left + ((1 - left) * (x - c)) / (hi[k] - c);
}

export function gridCdf(grid: Grid, p: Float64Array, x: number): number {
  const last = cellOf(grid, x);
  let sum = 0;
  for (let k = 0; k < last; k++) sum += p[k];
  return Math.min(1, sum + p[last] * partial(grid, last, x));
}

/** inf{x : F(x) >= u}; never in a cell without probability. */
export function gridQuantile(grid: Grid, p: Float64Array, u: number): number {
  const { lo, hi, center, size } = grid;
  if (Number.isNaN(u)) return NaN;
  let below = 0;
  let last = 0;
  for (let k = 0; k < size; k++) {
    if (!(p[k] > 0)) continue;
    last = k;
    if (below + p[k] < u) {
      below += p[k];
      continue;
    }
    const width = hi[k] - lo[k];
    if (width === 0) return center[k];
    const share = Math.min(1, Math.max(0, (u - below) / p[k]));
    const left = (hi[k] - center[k]) / width;
    return share <= left
      ? lo[k] + (share / left || 0) * (center[k] - lo[k])
      : center[k] + ((share - left) / (1 - left)) * (hi[k] - center[k]);
  }
  return hi[last];
}

/** P(a < X <= b), summed over the cells that meet the interval, without cancellation. */
function gridIntervalMass(grid: Grid, p: Float64Array, a: number, b: number): number {
  const { lo, size } = grid;
  let sum = 0;
  for (let k = cellOf(grid, a); k < size && lo[k] <= b; k++) {
    if (p[k] > 0) sum += p[k] * (partial(grid, k, b) - partial(grid, k, a));
  }
  return sum;
}

/** CRPS in closed form: F is linear between lo, center and hi, jumps at atoms and is constant between cells. */
export function gridCrps(grid: Grid, p: Float64Array, x: number): number {
  const { lo, hi, center, size } = grid;
  let f = 0;
  let end = Math.min(x, lo[0]);
  let sum = 0;
  for (let k = 0; k < size; k++) {
    sum += linearPiece(end, lo[k], f, f, x);
    end = hi[k];
    const width = hi[k] - lo[k];
    if (width > 0) {
      const c = center[k];
      const atCenter = f + (p[k] * (hi[k] - c)) / width;
      sum += linearPiece(lo[k], c, f, atCenter, x) + linearPiece(c, hi[k], atCenter, f + p[k], x);
    }
    f += p[k];
  }
  return sum + linearPiece(end, x, f, f, x);
}

/** Integral over [a, b] of (F(t) - 1{x <= t})^2 with F linear from fa to fb; 0 where b <= a. */
function linearPiece(a: number, b: number, fa: number, fb: number, x: number): number {
  if (!(b > a)) return 0;
  if (x >= b) return squared(b - a, fa, fb);
  if (x <= a) return squared(b - a, 1 - fa, 1 - fb);
  const fx = fa + ((fb - fa) * (x - a)) / (b - a);
  return squared(x - a, fa, fx) + squared(b - x, 1 - fx, 1 - fb);
}

const squared = (width: number, f: number, g: number): number => (width * (f * f + f * g + g * g)) / 3;

/**
 * The density with the cell probabilities p on the grid, as an object.
 * @param p (size,) summing to 1; kept, not copied.
 */
export const gridDistribution = (grid: Grid, p: Float64Array): Distribution =>
  distribution(
    {
      mean: () => gridMean(grid, p),
      variance: () => gridVariance(grid, p),
      mode: () => gridMode(grid, p),
      cdf: (x) => gridCdf(grid, p, x),
      quantile: (u) => gridQuantile(grid, p, u),
      crps: (x) => gridCrps(grid, p, x),
      intervalMass: (a, b) => gridIntervalMass(grid, p, a, b),
    },
    grid.resolution,
  );
