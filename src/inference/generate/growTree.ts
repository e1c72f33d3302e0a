import type { Leaf, TreeNode } from "../../model/sampler.js";

/** A feature by which trees split; people to whom it does not apply have the code 0, which is no answer. */
export interface TreeFeature {
  readonly feature: number;
  /** (rows) 0, or 1 + bin of a number or class of levels. */
  readonly codes: Uint8Array;
  readonly bins: number;
  /** Numbers: (bins - 1) between which values the bins part; absent for classes. */
  readonly bounds?: readonly number[];
}

export interface GrowInput {
  readonly features: readonly TreeFeature[];
  /** Rows to learn from. */
  readonly rows: Int32Array;
  /** (all rows) cell of the response, by which leaves count. */
  readonly cells: Int32Array;
  /** (all rows) score whose variance splits reduce; null for classes, whose Gini impurity they reduce. */
  readonly scores: Float64Array | null;
  readonly size: number;
  /** Fewest rows of a leaf. */
  readonly leafRows: number;
}

const deepest = 16;
const mostBins = 32;

/**
 * Grows one classification or regression tree (Breiman et al. 1984) and keeps it. People are invented from such trees as in
 * Reiter (2005, "Using CART to generate partially synthetic public use microdata"). Classes are split into two sets: in the
 * order of their mean score, or of the share of the node's commonest class.
 */
export function growTree(input: GrowInput): TreeNode {
  const rows = input.rows.slice();
  return grow(input, rows, 0, rows.length, 0);
}

function grow(input: GrowInput, rows: Int32Array, from: number, to: number, depth: number): TreeNode {
  const part = rows.subarray(from, to);
  const best = depth < deepest && part.length >= 2 * input.leafRows ? bestSplit(input, part) : null;
  if (!best) return countCells(input, part);
  const { feature, goesLeft } = best;
  const right = [];
  let left = from;
  for (const row of part) {
    if (goesLeft[feature.codes[row]]) rows[left++] = row;
    else right.push(row);
  }
  rows.set(right, left);
  const codes = Array.from({ length: feature.bins }, (_, b) => b + 1);
  const last = codes.findLast((code) => goesLeft[code])!;
  return {
    feature: feature.feature,
    ...(feature.bounds ? { upTo: feature.bounds[last - 1] } : { classes: codes.filter((code) => goesLeft[code]).map((code) => code - 1) }),
    left: grow(input, rows, from, left, depth + 1),
    right: grow(input, rows, left, to, depth + 1),
  };
}

function countCells({ cells, size }: GrowInput, rows: Int32Array): Leaf {
  const counts = new Array<number>(size).fill(0);
  for (const row of rows) counts[cells[row]]++;
  const used = [...counts.keys()].filter((k) => counts[k] > 0);
  return { cells: used, counts: used.map((k) => counts[k]) };
}

interface Found {
  readonly feature: TreeFeature;
  /** (bins + 1) by code. */
  readonly goesLeft: Uint8Array;
}

function bestSplit({ features, cells, scores, size, leafRows }: GrowInput, rows: Int32Array): Found | null {
  const width = scores ? 1 : size;
  const total = new Float64Array(width);
  for (const row of rows) total[scores ? 0 : cells[row]] += scores ? scores[row] : 1;
  const n = rows.length;
  const base = total.reduce((sum, x) => sum + x * x, 0) / n;
  if (!scores && base === n) return null;
  const common = total.indexOf(Math.max(...total));
  let best = base + 1e-9 * (Math.abs(base) + 1);
  let found: Found | null = null;
  const left = new Float64Array(width);
  for (const feature of features) {
    const { codes, bins, bounds } = feature;
    const counts = new Float64Array(bins + 1);
    const sums = new Float64Array((bins + 1) * width);
    for (const row of rows) {
      counts[codes[row]]++;
      if (scores) sums[codes[row]] += scores[row];
      else sums[codes[row] * width + cells[row]]++;
    }
    const here = [...counts.keys()].filter((code) => code > 0 && counts[code] > 0);
    if (here.length < 2) continue;
    if (!bounds) here.sort((a, b) => sums[a * width + (scores ? 0 : common)] / counts[a] - sums[b * width + (scores ? 0 : common)] / counts[b] || a - b);
    left.fill(0);
    let onLeft = 0;
    for (let s = 0; s < here.length - 1; s++) {
      onLeft += counts[here[s]];
      for (let k = 0; k < width; k++) left[k] += sums[here[s] * width + k];
      const onRight = n - onLeft;
      if (onLeft < leafRows || onRight < leafRows) continue;
      let [a, b] = [0, 0];
      for (let k = 0; k < width; k++) {
        a += left[k] * left[k];
        b += (total[k] - left[k]) ** 2;
      }
      const gain = a / onLeft + b / onRight;
      if (gain <= best) continue;
      best = gain;
      const goesLeft = new Uint8Array(bins + 1);
      if (bounds) for (let code = 1; code <= here[s]; code++) goesLeft[code] = 1;
      else for (let t = 0; t <= s; t++) goesLeft[here[t]] = 1;
      found = { feature, goesLeft };
    }
  }
  return found;
}

/** Numbers in bins of about equally many people; the bounds lie midway between two values. */
export function binNumbers(feature: number, values: Float64Array): TreeFeature {
  const sorted = values.filter((x) => !Number.isNaN(x)).sort();
  const bounds: number[] = [];
  for (let b = 1; b < mostBins; b++) {
    const x = sorted[Math.floor((b * sorted.length) / mostBins)];
    let at = Math.floor((b * sorted.length) / mostBins);
    while (at > 0 && sorted[at - 1] === x) at--;
    if (at === 0) continue;
    const bound = (sorted[at - 1] + x) / 2;
    if (bounds.length === 0 || bound > bounds[bounds.length - 1]) bounds.push(bound);
  }
  const codeOf = (x: number): number => {
    if (Number.isNaN(x)) return 0;
    const at = bounds.findIndex((bound) => x <= bound);
    return 1 + (at < 0 ? bounds.length : at);
  };
  return { feature, codes: Uint8Array.from(values, codeOf), bins: bounds.length + 1, bounds };
}

/** Classes of levels, at most 254 of them. */
export const binClasses = (feature: number, classes: ArrayLike<number>, count: number): TreeFeature => ({
  feature,
  codes: Uint8Array.from(classes, (c) => (Number.isNaN(c) ? 0 : c + 1)),
  bins: count,
});
