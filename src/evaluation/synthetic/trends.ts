import type { Cells } from "../../data/cells.js";
import { levelsOf } from "./people.js";
import { knownSorted, meanKnown } from "./shapes.js";

/** How alike the relations of pairs of columns are in two tables. Matrices are symmetric, NaN on the diagonal and where nothing can be said. */
export interface Trends {
  /**
   * (p, p) 1 is the same: CorrelationSimilarity of SDMetrics for two numbers, ContingencySimilarity for the others, numbers
   * being cut into ten bins of equal width between the smallest and the largest value of the real table.
   */
  readonly scores: readonly (readonly number[])[];
  /** Mean over pairs. */
  readonly score: number;
  /** Mean over the pairs that are related in the real table; a mean over all hardly feels it when relations are lost. NaN without any. */
  readonly related: number;
  /** What the QualityReport of SDMetrics 0.32 prints: over related pairs, and each table's numbers are cut by that table's own range. */
  readonly reportScore: number;
}

const numberBins = 10;

/** Related pairs, by the default of SDMetrics: an absolute correlation, or Cramér's V (holes being a level), above this. */
const thresholds = { correlation: 0.5, association: 0.3 } as const;

export function pairTrends(real: Cells, other: Cells): Trends {
  const levels = real.attributes.map(levelsOf);
  const edges = real.values.map((column, j) => (levels[j] > 0 ? [] : binEdges(column)));
  const shared = [codesOf(real, levels, edges), codesOf(other, levels, edges)];
  const own = [real, other].map(({ values }) => values.map((column, j) => (levels[j] > 0 ? levelCodes(column, levels[j]) : reportCodes(column))));
  const sizes = levels.map((n) => (n > 0 ? n + 1 : numberBins + 2));
  const p = levels.length;
  const scores = matrix(p);
  const related: number[] = [];
  const report: number[] = [];
  for (let a = 0; a < p; a++) {
    for (let b = a + 1; b < p; b++) {
      const similarity = (codes: readonly (readonly Int32Array[])[]): number =>
        contingencySimilarity([codes[0][a], codes[0][b]], [codes[1][a], codes[1][b]], sizes[a], sizes[b]);
      const mixed = levels[a] > 0 !== levels[b] > 0;
      const numbers = levels[a] + levels[b] === 0;
      const r = numbers ? correlation(real.values[a], real.values[b]) : NaN;
      const score = numbers ? 1 - Math.abs(r - correlation(other.values[a], other.values[b])) / 2 : similarity(shared);
      scores[a][b] = scores[b][a] = score;
      const isRelated = numbers ? Math.abs(r) > thresholds.correlation : cramerV(own[0][a], own[0][b], sizes[a], sizes[b], false) > thresholds.association;
      if (!isRelated) continue;
      related.push(score);
      report.push(mixed ? similarity(own) : score);
    }
  }
  return { scores, score: meanKnown(scores.flatMap((row, a) => row.slice(a + 1))), related: meanKnown(related), reportScore: meanKnown(report) };
}

/**
 * (p, p) strength of the relation of each two columns: Pearson's correlation of two numbers, Cramér's V of others (numbers in
 * tenths of the people), over people who have both.
 */
export function associations(cells: Cells): number[][] {
  const levels = cells.attributes.map(levelsOf);
  const edges = cells.values.map((column, j) => (levels[j] > 0 ? [] : quantileEdges(column)));
  const codes = codesOf(cells, levels, edges);
  const sizes = levels.map((n, j) => (n > 0 ? n : edges[j].length + 1));
  const out = matrix(levels.length);
  for (let a = 0; a < levels.length; a++) {
    for (let b = a + 1; b < levels.length; b++) {
      out[a][b] = out[b][a] = levels[a] + levels[b] === 0 ? correlation(cells.values[a], cells.values[b]) : cramerV(codes[a], codes[b], sizes[a], sizes[b], true);
    }
  }
  return out;
}

const matrix = (p: number): number[][] => Array.from({ length: p }, () => new Array<number>(p).fill(NaN));

/** Pearson's correlation over rows with both values; NaN if fewer than 2 or one is constant. */
export function correlation(a: Float64Array, b: Float64Array): number {
  let [n, ma, mb, aa, bb, ab] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]) || Number.isNaN(b[i])) continue;
    n++;
    const [da, db] = [a[i] - ma, b[i] - mb];
    ma += da / n;
    mb += db / n;
    aa += da * (a[i] - ma);
    bb += db * (b[i] - mb);
    ab += da * (b[i] - mb);
  }
  return n > 1 && aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : NaN;
}

/** 1 minus the total variation distance of two joint tables of shares; a hole is a code of its own. */
function contingencySimilarity(real: readonly [Int32Array, Int32Array], other: readonly [Int32Array, Int32Array], na: number, nb: number): number {
  const difference = new Float64Array(na * nb);
  for (const [[a, b], unit] of [[real, 1 / real[0].length], [other, -1 / other[0].length]] as const) {
    for (let i = 0; i < a.length; i++) difference[a[i] * nb + b[i]] += unit;
  }
  return 1 - 0.5 * difference.reduce((sum, x) => sum + Math.abs(x), 0);
}

/** Cramér's V, with the bias correction of Bergsma (2013) if wanted, over rows with both codes below the sizes; NaN if one is constant. */
export function cramerV(a: Int32Array, b: Int32Array, na: number, nb: number, corrected: boolean): number {
  const counts = new Float64Array(na * nb);
  const [rows, columns] = [new Float64Array(na), new Float64Array(nb)];
  let n = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i] >= na || b[i] >= nb) continue;
    counts[a[i] * nb + b[i]]++;
    rows[a[i]]++;
    columns[b[i]]++;
    n++;
  }
  const [r, c] = [rows.filter((x) => x > 0).length, columns.filter((x) => x > 0).length];
  if (n < 2 || r < 2 || c < 2) return NaN;
  let square = -1;
  for (let k = 0; k < na * nb; k++) if (counts[k] > 0) square += counts[k] ** 2 / (rows[Math.floor(k / nb)] * columns[k % nb]);
  if (!corrected) return Math.sqrt(square / (Math.min(r, c) - 1));
  const excess = Math.max(0, square - ((r - 1) * (c - 1)) / (n - 1));
  const least = Math.min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1;
  return least > 0 ? Math.min(1, Math.sqrt(excess / least)) : NaN;
}

/** Codes of every column; the last one, after the levels or bins, is a hole. */
const codesOf = ({ values }: Cells, levels: readonly number[], edges: readonly (readonly number[])[]): Int32Array[] =>
  values.map((column, j) => (levels[j] > 0 ? levelCodes(column, levels[j]) : binCodes(column, edges[j])));

const levelCodes = (values: Float64Array, levels: number): Int32Array => Int32Array.from(values, (x) => (Number.isNaN(x) ? levels : x));

/** Which bin each number lies in: the number of inner edges that are not above it; holes come after the last bin. */
const binCodes = (values: Float64Array, inner: readonly number[]): Int32Array =>
  Int32Array.from(values, (x) => {
    if (Number.isNaN(x)) return inner.length + 1;
    let code = 0;
    while (code < inner.length && inner[code] <= x) code++;
    return code;
  });

/** Inner edges of bins of equal width over the range of the values. */
function binEdges(values: Float64Array): number[] {
  const { low, high } = rangeOf(values);
  return Array.from({ length: numberBins - 1 }, (_, k) => low + ((k + 1) * (high - low)) / numberBins);
}

/** As `numpy.digitize` with the table's own edges: a largest value and a hole share the last code. */
function reportCodes(values: Float64Array): Int32Array {
  const { high } = rangeOf(values);
  const inner = binEdges(values);
  return binCodes(values, inner).map((code, i) => (Number.isNaN(values[i]) || values[i] >= high ? numberBins : code));
}

/** Smallest and largest value; a constant is put in the middle of a range of 1, as numpy does. */
function rangeOf(values: Float64Array): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const x of values) {
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return low < high ? { low, high } : low === high ? { low: low - 0.5, high: high + 0.5 } : { low: 0, high: 1 };
}

/** Inner edges of bins of about equally many values. */
function quantileEdges(values: Float64Array): number[] {
  const sorted = knownSorted(values);
  const edges = Array.from({ length: numberBins - 1 }, (_, k) => sorted[Math.floor(((k + 1) * sorted.length) / numberBins)]);
  return edges.filter((x, k) => x > sorted[0] && (k === 0 || x !== edges[k - 1]));
}
