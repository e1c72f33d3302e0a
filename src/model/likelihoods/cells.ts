import { VhgmError } from "../../base/errors.js";

/**
 * A partition of the line into ordered cells, the support of the default density of numbers. A cell is either an ATOM (a
 * heaped value such as 0, a detection limit, a whole number of a count; lo = hi = center) or CONTINUOUS. A density on a grid
 * is a vector of cell probabilities. Inside a continuous cell it has two uniform pieces, [lo, center] and [center, hi], with
 * the weights (hi - center) / (hi - lo) and (center - lo) / (hi - lo), so that the cell's mean is exactly `center`; where
 * center equals lo or hi this is a point mass.
 */
export interface Grid {
  readonly size: number;
  /** (size,) Ends of the cells, inside the support. */
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  /** (size,) Mean of the cell: an atom's value, else the mean of the observed values in it. */
  readonly center: Float64Array;
  /** (size,) 1 for atoms. */
  readonly atom: Uint8Array;
  /** (size - 1,) Inner boundaries of the partition of the real line: cell k is everything in (bound[k-1], bound[k]]. */
  readonly bound: Float64Array;
  /** (size - 1,) Share of the observed values at or below each inner boundary; absent in models of older versions. */
  readonly below?: Float64Array;
  /** Recorded resolution of the values, in their unit. */
  readonly resolution: number;
}

/** Index of the cell whose part of the line holds x: the first k with x <= bound[k], the outer cells reaching to infinity. */
export function cellOf(grid: Grid, x: number): number {
  const { bound } = grid;
  let low = 0;
  let high = bound.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bound[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A grid as it stands in a bundle. */
export interface GridJson {
  lo: number[];
  hi: number[];
  center: number[];
  bound: number[];
  below?: number[];
  resolution: number;
}

export const gridToJson = (grid: Grid): GridJson => ({
  lo: Array.from(grid.lo),
  hi: Array.from(grid.hi),
  center: Array.from(grid.center),
  bound: Array.from(grid.bound),
  ...(grid.below ? { below: Array.from(grid.below) } : {}),
  resolution: grid.resolution,
});

/** @throws VhgmError bundle - lengths that disagree, cells that are not ordered, a resolution that is not positive. */
export function gridFromJson(json: GridJson): Grid {
  const lo = Float64Array.from(json.lo);
  const hi = Float64Array.from(json.hi);
  const center = Float64Array.from(json.center);
  const bound = Float64Array.from(json.bound);
  const below = json.below && Float64Array.from(json.below);
  const size = lo.length;
  const shapesAgree = size > 0 && hi.length === size && center.length === size && bound.length === size - 1 && (below?.length ?? size - 1) === size - 1;
  const ordered = shapesAgree && lo.every((v, k) =>
    v <= center[k] && center[k] <= hi[k] && (k === 0 || (hi[k - 1] <= bound[k - 1] && bound[k - 1] <= v)));
  const shares = below?.every((share, k) => share > (k === 0 ? 0 : below[k - 1]) && share < 1) ?? true;
  if (!ordered || !shares || !(json.resolution > 0)) {
    throw new VhgmError("bundle", `A grid of the bundle is broken: its ${size} cells must be ordered, with ${size - 1} bounds, `
      + `growing shares below them and a positive resolution, but it has ${bound.length} bounds and resolution ${json.resolution}.`);
  }
  return { size, lo, hi, center, atom: Uint8Array.from(lo, (v, k) => (v === hi[k] ? 1 : 0)), bound, ...(below ? { below } : {}), resolution: json.resolution };
}
