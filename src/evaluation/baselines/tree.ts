import type { Rng } from "../../base/random.js";

/** Most bins of a feature: a code fits into a byte. */
const mostBins = 256;

/** A feature as small whole numbers, by which trees split. */
export interface BinnedFeature {
  /** (rows) */
  readonly codes: Uint8Array;
  readonly bins: number;
  /** Codes have an order: a split is a threshold. Else it is a set of codes. */
  readonly ordered: boolean;
}

/** What a tree learns from. */
export interface TreeTask {
  readonly features: readonly BinnedFeature[];
  /** (rows) numbers, or class indices. */
  readonly response: Float64Array;
  /** Number of classes; 0 for regression. */
  readonly classes: number;
  /** Features that are tried at each split, drawn anew. */
  readonly tried: number;
  /** Nodes of at most so many rows are leaves. */
  readonly leafRows: number;
}

/** Told of every leaf: training rows and target rows that fall into it. Both are only valid during the call. */
export type OnLeaf = (training: Int32Array, targets: Int32Array) => void;

/**
 * Grows one tree of a random forest (Breiman 2001): at each node the best split of a few features drawn at random, by
 * the variance (regression) or the Gini index (classes). Target rows fall through the tree while it grows, so it need
 * not be kept.
 *
 * Features without an order are split into two sets of codes: codes are sorted by their mean response, which finds the
 * best of all splits into two sets for numbers and two classes (Fisher 1958, Breiman et al. 1984); with more classes by
 * the share of one class, drawn at random.
 *
 * @param training rows, as often as the sample has them; reordered
 * @param targets rows; reordered
 */
export function growTree(task: TreeTask, training: Int32Array, targets: Int32Array, rng: Rng, onLeaf: OnLeaf): void {
  const split = createSplitter(task, rng);
  const stack: [from: number, to: number, targetFrom: number, targetTo: number][] = [[0, training.length, 0, targets.length]];
  while (stack.length > 0) {
    const [from, to, targetFrom, targetTo] = stack.pop()!;
    if (targetFrom === targetTo) continue;
    const rows = training.subarray(from, to);
    const falling = targets.subarray(targetFrom, targetTo);
    const found = to - from > task.leafRows && split(rows);
    if (!found) {
      onLeaf(rows, falling);
      continue;
    }
    const { codes, goesLeft } = found;
    const middle = from + partition(rows, codes, goesLeft);
    const targetMiddle = targetFrom + partition(falling, codes, goesLeft);
    stack.push([from, middle, targetFrom, targetMiddle], [middle, to, targetMiddle, targetTo]);
  }
}

interface Split {
  readonly codes: Uint8Array;
  /** (mostBins) 1 where a code goes left. */
  readonly goesLeft: Uint8Array;
}

/** Brings the rows that go left to the front. @returns how many they are */
function partition(rows: Int32Array, codes: Uint8Array, goesLeft: Uint8Array): number {
  let left = 0;
  let right = rows.length - 1;
  while (left <= right) {
    const row = rows[left];
    if (goesLeft[codes[row]]) left++;
    else {
      rows[left] = rows[right];
      rows[right--] = row;
    }
  }
  return left;
}

/** Below this many codes in a node they are sorted; above, all codes are walked through. */
const fewCodes = 24;

function createSplitter({ features, response, classes, tried }: TreeTask, rng: Rng): (rows: Int32Array) => Split | null {
  const k = Math.max(1, classes); // sums per bin: of the response, or one count per class
  const sums = new Float64Array(mostBins * k);
  const counts = new Int32Array(mostBins);
  const codesHere = new Int32Array(mostBins);
  const key = new Float64Array(mostBins);
  const total = new Float64Array(k);
  const left = new Float64Array(k);
  const goesLeft = new Uint8Array(mostBins);
  const candidates = Int32Array.from(features, (_, f) => f);

  /** Fills counts and sums per bin. @returns the number of codes in the node, which `codesHere` then lists */
  function gather(rows: Int32Array, codes: Uint8Array): number {
    let size = 0;
    for (let r = 0; r < rows.length; r++) {
      const row = rows[r];
      const code = codes[row];
      if (counts[code]++ === 0) codesHere[size++] = code;
      if (classes > 0) sums[code * k + response[row]]++;
      else sums[code] += response[row];
    }
    return size;
  }

  function clear(size: number): void {
    for (let s = 0; s < size; s++) {
      const code = codesHere[s];
      counts[code] = 0;
      sums.fill(0, code * k, code * k + k);
    }
  }

  function arrange(size: number, { ordered, bins }: BinnedFeature): void {
    if (ordered && size > fewCodes) {
      let s = 0;
      for (let code = 0; code < bins; code++) if (counts[code] > 0) codesHere[s++] = code;
      return;
    }
    const by = classes > 2 ? rng.int(classes) : classes === 2 ? 1 : 0;
    for (let s = 0; s < size; s++) {
      const code = codesHere[s];
      key[code] = ordered ? code : sums[code * k + by] / counts[code];
    }
    for (let s = 1; s < size; s++) {
      const code = codesHere[s];
      let t = s - 1;
      while (t >= 0 && (key[codesHere[t]] > key[code] || (key[codesHere[t]] === key[code] && codesHere[t] > code))) codesHere[t + 1] = codesHere[t--];
      codesHere[t + 1] = code;
    }
  }

  return (rows) => {
    const n = rows.length;
    total.fill(0);
    for (const row of rows) {
      if (classes > 0) total[response[row]]++;
      else total[0] += response[row];
    }
    // Both criteria come down to the largest sum over the two sides of (sum of squared sums) / rows.
    let totalSquares = 0;
    for (let c = 0; c < k; c++) totalSquares += total[c] * total[c];
    let best = (totalSquares / n) * (1 + 1e-12) + 1e-12;
    let found: BinnedFeature | null = null;
    for (let t = 0; t < tried && t < candidates.length; t++) {
      const pick = t + rng.int(candidates.length - t);
      const f = candidates[pick];
      candidates[pick] = candidates[t];
      candidates[t] = f;
      const feature = features[f];
      const size = gather(rows, feature.codes);
      if (size > 1) {
        arrange(size, feature);
        left.fill(0);
        let nLeft = 0;
        let bestAt = -1;
        for (let s = 0; s < size - 1; s++) {
          const code = codesHere[s];
          nLeft += counts[code];
          let leftSquares = 0;
          let rightSquares = 0;
          for (let c = 0; c < k; c++) {
            const x = (left[c] += sums[code * k + c]);
            leftSquares += x * x;
            rightSquares += (total[c] - x) * (total[c] - x);
          }
          const gain = leftSquares / nLeft + rightSquares / (n - nLeft);
          if (gain > best) {
            best = gain;
            bestAt = s;
          }
        }
        if (bestAt >= 0) {
          found = feature;
          writeSides(feature.ordered, size, bestAt, n);
        }
      }
      clear(size);
    }
    return found && { codes: found.codes, goesLeft };
  };

  /** A threshold lies midway between two codes. Codes that no training row here has go with the larger side. */
  function writeSides(ordered: boolean, size: number, at: number, n: number): void {
    if (ordered) {
      goesLeft.fill(0).fill(1, 0, ((codesHere[at] + codesHere[at + 1]) >> 1) + 1);
      return;
    }
    let nLeft = 0;
    for (let s = 0; s <= at; s++) nLeft += counts[codesHere[s]];
    goesLeft.fill(2 * nLeft > n ? 1 : 0);
    for (let s = 0; s < size; s++) goesLeft[codesHere[s]] = s <= at ? 1 : 0;
  }
}

/** Numbers as bins: one per value, or, where there are too many values, of about equally many rows each. */
export function binNumbers(values: Float64Array): BinnedFeature {
  const sorted = values.slice().sort();
  const distinct = sorted.filter((x, i) => i === 0 || x !== sorted[i - 1]);
  const bounds = distinct.length <= mostBins ? distinct : quantileBounds(sorted);
  const codes = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    // The first bound that is not below the value.
    let low = 0;
    let high = bounds.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bounds[middle] < values[i]) low = middle + 1;
      else high = middle;
    }
    codes[i] = low;
  }
  return { codes, bins: bounds.length, ordered: true };
}

/** Upper ends of bins of equal counts; values that are common enough make several ends fall together. */
function quantileBounds(sorted: Float64Array): Float64Array {
  const ends = Float64Array.from({ length: mostBins }, (_, b) => sorted[Math.ceil(((b + 1) * sorted.length) / mostBins) - 1]);
  return ends.filter((x, b) => b === 0 || x !== ends[b - 1]);
}

/** Levels as bins; levels beyond the most that there may be share the last one. */
export const binLevels = (values: Float64Array, levels: number, ordered: boolean): BinnedFeature => ({
  codes: Uint8Array.from(values, (level) => Math.min(level, mostBins - 1)),
  bins: Math.min(levels, mostBins),
  ordered,
});
