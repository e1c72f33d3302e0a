/** A random forest of one column (Breiman 2001): bootstrap samples, a random part of the questions at each split. */
import type { Rng } from "../../base/random.js";
import type { BinnedTable } from "./binned.js";
import type { Trees } from "./forest.js";

export interface GrowInput {
  readonly table: BinnedTable;
  /** Rows whose value is known. */
  readonly rows: Int32Array;
  /** (all rows) standardised values, or classes. */
  readonly target: Float32Array;
  /** Classes; 1 for a number. */
  readonly width: number;
  /** Questions that may be asked. */
  readonly questions: readonly number[];
  /** Questions that a split looks at. */
  readonly tried: number;
  readonly trees: number;
  /** Fewest people at a leaf. */
  readonly leaf: number;
  readonly rng: Rng;
}

interface Split {
  readonly question: number;
  /** Rows up to this bin go left. */
  readonly bin: number;
}

/** Trees of one column: splits of least squared error, or least Gini impurity of classes. */
export function growTrees(input: GrowInput): Trees {
  const { table, rows, target, width, trees, leaf, rng } = input;
  const roots: number[] = [];
  const question: number[] = [];
  const upTo: number[] = [];
  const left: number[] = [];
  const probabilities: number[] = [];
  const search = splitSearch(input);
  const sample = new Int32Array(rows.length);

  const newNode = (): number => {
    question.push(-1);
    upTo.push(0);
    left.push(0);
    return question.length - 1;
  };
  const endAt = (node: number, from: number, to: number): void => {
    if (width === 1) {
      let sum = 0;
      for (let s = from; s < to; s++) sum += target[sample[s]];
      upTo[node] = sum / (to - from);
      return;
    }
    left[node] = probabilities.length;
    const counts = new Array<number>(width).fill(0);
    for (let s = from; s < to; s++) counts[target[sample[s]]]++;
    for (const n of counts) probabilities.push(n / (to - from));
  };

  for (let t = 0; t < trees; t++) {
    for (let s = 0; s < sample.length; s++) sample[s] = rows[rng.int(rows.length)];
    roots.push(newNode());
    const open: [node: number, from: number, to: number][] = [[roots[t], 0, sample.length]];
    for (let next = open.pop(); next; next = open.pop()) {
      const [node, from, to] = next;
      const split = to - from >= 2 * leaf ? search(sample, from, to) : null;
      if (!split) {
        endAt(node, from, to);
        continue;
      }
      const middle = partition(sample, from, to, table.bins[split.question], split.bin);
      question[node] = split.question;
      upTo[node] = table.ends[split.question][split.bin];
      left[node] = newNode();
      newNode();
      open.push([left[node] + 1, middle, to], [left[node], from, middle]);
    }
  }
  return { roots: Int32Array.from(roots), question: Int32Array.from(question), upTo: Float32Array.from(upTo), left: Int32Array.from(left), probabilities: Float32Array.from(probabilities) };
}

/** Moves the rows that go left to the front. @returns where the others begin */
function partition(sample: Int32Array, from: number, to: number, bins: Uint8Array, bin: number): number {
  let low = from;
  let high = to - 1;
  while (low <= high) {
    if (bins[sample[low]] <= bin) low++;
    else {
      const other = sample[low];
      sample[low] = sample[high];
      sample[high--] = other;
    }
  }
  return low;
}

/**
 * The best split of some rows among a random part of the questions; null where none makes both sides purer. What is maximised
 * is, summed over both sides, (sum y)^2 / n for numbers and sum over classes of n_k^2 / n for classes.
 */
export function splitSearch({ table, target, width, questions, tried, leaf, rng }: GrowInput): (sample: Int32Array, from: number, to: number) => Split | null {
  const order = Int32Array.from(questions);
  const mostBins = 1 + Math.max(0, ...questions.map((q) => table.ends[q].length));
  // All zero between questions.
  const count = new Int32Array(mostBins);
  const sums = new Float64Array(mostBins * width);
  const leftSums = new Float64Array(width);
  const total = new Float64Array(width);
  const numbers = width === 1 ? target : new Float32Array(0);
  const classes = width === 1 ? new Uint8Array(0) : Uint8Array.from(target);

  return (sample, from, to) => {
    const n = to - from;
    total.fill(0);
    for (let s = from; s < to; s++) {
      if (width === 1) total[0] += numbers[sample[s]];
      else total[classes[sample[s]]]++;
    }
    let whole = 0;
    for (let k = 0; k < width; k++) whole += (total[k] * total[k]) / n;
    if (width > 1 && whole >= n) return null; // one class
    let best = whole + 1e-9 * n;
    let found: Split | null = null;
    for (let a = 0; a < Math.min(tried, order.length); a++) {
      const b = a + rng.int(order.length - a);
      const q = order[b];
      order[b] = order[a];
      order[a] = q;
      const last = table.ends[q].length;
      if (last === 0) continue;
      const bins = table.bins[q];
      let first = mostBins;
      let end = 0;
      for (let s = from; s < to; s++) {
        const row = sample[s];
        const bin = bins[row];
        if (bin < first) first = bin;
        if (bin > end) end = bin;
        count[bin]++;
        if (width === 1) sums[bin] += numbers[row];
        else sums[bin * width + classes[row]]++;
      }
      let leftCount = 0;
      leftSums.fill(0);
      for (let bin = first; bin < end; bin++) {
        if (count[bin] === 0) continue;
        leftCount += count[bin];
        for (let k = 0; k < width; k++) leftSums[k] += sums[bin * width + k];
        const rightCount = n - leftCount;
        if (rightCount < leaf) break;
        if (leftCount < leaf) continue;
        let leftSquares = 0;
        let rightSquares = 0;
        for (let k = 0; k < width; k++) {
          const rest = total[k] - leftSums[k];
          leftSquares += leftSums[k] * leftSums[k];
          rightSquares += rest * rest;
        }
        const gain = leftSquares / leftCount + rightSquares / rightCount;
        if (gain > best) {
          best = gain;
          found = { question: q, bin };
        }
      }
      count.fill(0, first, end + 1);
      sums.fill(0, first * width, (end + 1) * width);
    }
    return found;
  };
}
