import { VhgmError } from "../../base/errors.js";
import type { Grid } from "./cells.js";

export interface GridOptions {
  /** Recorded resolution of the values (1 for whole numbers, 0.1 for one decimal). */
  resolution: number;
  /** Support: the outer cells end here. */
  min: number;
  max: number;
  /** Number of cells aimed at; the tails add up to six. */
  cells?: number;
}

/** Fewest observed values that a continuous cell is cut around, and that its mean may be told of. */
const minCount = 5;
/** Further cuts in the tails, so that skewed values keep them. */
const tailCuts = [0.005, 0.01, 0.02, 0.98, 0.99, 0.995];

/**
 * A grid for the observed values. With at most `cells` distinct values every value is an atom. Otherwise values that more
 * than 1.5 / cells of the people have are atoms, and the rest is cut at its quantiles, with further cuts in both tails.
 * Privacy: cuts lie midway between two values with at least five people's values on either side, or half a resolution away
 * from a heaped value, so no end of a continuous cell is a person's value except where `min` or `max` are one; a cell next to
 * heaped values with fewer than five people's values has its middle as center instead of their mean. Atoms are values: with
 * at most `cells` distinct ones the grid tells all of them, also one that a single person has.
 * @param values observed values in any order; NaN is skipped, values outside the support count as its ends.
 * @throws VhgmError data - resolution not positive, or min above max or not finite.
 */
export function buildGrid(values: Float64Array, { resolution, min, max, cells = 40 }: GridOptions): Grid {
  if (!(resolution > 0 && Number.isFinite(min) && Number.isFinite(max) && min <= max)) {
    throw new VhgmError("data",
      `A grid needs a positive resolution and a finite support, not resolution ${resolution}, min ${min}, max ${max}.`);
  }
  const { value, count, total } = distinctValues(values, resolution, min, max);
  if (value.length === 0) return emptyGrid(resolution, min, max);
  const everyAtom = value.length <= cells;
  const isAtom = count.map((c) => everyAtom || c > (1.5 * total) / cells);
  const cut = continuousCuts(count, isAtom, cells);
  const builder = gridBuilder(resolution);
  let lo = min;
  let passed = 0;
  for (let from = 0, i = 0; i < value.length; i++) {
    passed += count[i];
    const isLast = i + 1 === value.length;
    if (!isLast && !isAtom[i] && !isAtom[i + 1] && !cut.has(i)) continue;
    const end = isLast ? max : boundary(value[i], value[i + 1], isAtom[i], isAtom[i + 1], resolution);
    if (isAtom[i]) builder.add(value[i], value[i], value[i], end, passed / total);
    else builder.add(lo, end, cellCenter(value, count, from, i, lo, end), end, passed / total);
    lo = end;
    from = i + 1;
  }
  return builder.grid();
}

/** Ascending distinct values with their counts; values nearer than a millionth of the resolution are one. */
function distinctValues(values: Float64Array, resolution: number, min: number, max: number) {
  const sorted = values.filter((v) => !Number.isNaN(v)).sort();
  const value: number[] = [];
  const count: number[] = [];
  for (const v of sorted) {
    const x = Math.min(max, Math.max(min, v));
    if (value.length > 0 && x - value[value.length - 1] <= 1e-6 * resolution) count[count.length - 1]++;
    else {
      value.push(x);
      count.push(1);
    }
  }
  return { value, count, total: sorted.length };
}

/** Indices of the distinct values after which a continuous cell ends though another continuous one follows. */
function continuousCuts(count: readonly number[], isAtom: readonly boolean[], cells: number): Set<number> {
  const total = count.reduce((sum, c) => sum + c, 0);
  const rest = count.reduce((sum, c, i) => sum + (isAtom[i] ? 0 : c), 0);
  const pieces = Math.max(1, Math.round((cells * rest) / total));
  const shares = [...tailCuts, ...Array.from({ length: pieces - 1 }, (_, k) => (k + 1) / pieces)].sort((a, b) => a - b);
  const after = remainingInRun(count, isAtom);
  const cut = new Set<number>();
  let seen = 0;
  let inCell = 0;
  let next = 0;
  for (let i = 0; i < count.length; i++) {
    if (isAtom[i]) {
      inCell = 0;
      continue;
    }
    seen += count[i];
    inCell += count[i];
    const reached = next < shares.length && seen >= shares[next] * rest;
    while (next < shares.length && seen >= shares[next] * rest) next++;
    if (!reached || inCell < minCount || after[i] < minCount) continue;
    cut.add(i);
    inCell = 0;
  }
  return cut;
}

/** For each value, how many people's values follow it before the next atom. */
function remainingInRun(count: readonly number[], isAtom: readonly boolean[]): number[] {
  const after = new Array<number>(count.length).fill(0);
  for (let i = count.length - 2; i >= 0; i--) after[i] = isAtom[i + 1] ? 0 : after[i + 1] + count[i + 1];
  return after;
}

/** Where the line is cut between the neighbouring values a < b: midway, or at the edge of what a recorded atom stands for. */
function boundary(a: number, b: number, aIsAtom: boolean, bIsAtom: boolean, resolution: number): number {
  const half = Math.min(resolution, b - a) / 2;
  if (aIsAtom === bIsAtom) return a + (b - a) / 2;
  return aIsAtom ? a + half : b - half;
}

/** Mean of the values from..to, which become one continuous cell [lo, hi]; its middle where they are too few to tell. */
function cellCenter(
  value: readonly number[], count: readonly number[], from: number, to: number, lo: number, hi: number,
): number {
  let people = 0;
  let mean = 0;
  for (let i = from; i <= to; i++) {
    people += count[i];
    mean += ((value[i] - mean) * count[i]) / people;
  }
  return people < minCount ? lo + (hi - lo) / 2 : Math.min(hi, Math.max(lo, mean));
}

/** Nothing observed: the support is one cell. */
function emptyGrid(resolution: number, min: number, max: number): Grid {
  const builder = gridBuilder(resolution);
  builder.add(min, max, min + (max - min) / 2, max, 1);
  return builder.grid();
}

/** Collects cells from left to right; a continuous cell without a width, or with its mean at an end, becomes an atom. */
function gridBuilder(resolution: number) {
  const cells: { lo: number; hi: number; center: number; end: number; upTo: number }[] = [];
  return {
    add(lo: number, hi: number, center: number, end: number, upTo: number): void {
      const inside = center > lo && center < hi;
      cells.push({ ...(inside ? { lo, hi } : { lo: center, hi: center }), center, end, upTo });
    },
    grid: (): Grid => ({
      size: cells.length,
      lo: Float64Array.from(cells, (c) => c.lo),
      hi: Float64Array.from(cells, (c) => c.hi),
      center: Float64Array.from(cells, (c) => c.center),
      atom: Uint8Array.from(cells, (c) => (c.lo === c.hi ? 1 : 0)),
      bound: Float64Array.from(cells.slice(0, -1), (c) => c.end),
      below: Float64Array.from(cells.slice(0, -1), (c) => c.upTo),
      resolution,
    }),
  };
}
