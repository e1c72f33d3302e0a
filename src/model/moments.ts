import { pickRows } from "../data/encode.js";
import { float32, Graph, ops, toOnnx, type SessionFactory } from "../engine/index.js";

/** What rows count for, 1 in all, and of which sources each is, 1 in all: (rows, 1) ones where all are alike. */
export interface People {
  readonly rows: number;
  readonly weight: Float32Array;
  readonly from: Float32Array;
}

export const peopleOf = (rows: number, weight: Float64Array | null, from: Float32Array | null): People => ({
  rows,
  weight: shareOut(weight ?? new Float64Array(rows).fill(1)),
  from: from ?? new Float32Array(rows).fill(1),
});

export const pickPeople = ({ rows: all, weight, from }: People, rows: Int32Array): People => ({ rows: rows.length, weight: shareOut(Float64Array.from(rows, (i) => weight[i])), from: pickRows(from, from.length / all, rows) });

/** Weights that sum to 1; where nobody counts, all count alike. */
function shareOut(weight: Float64Array): Float32Array {
  const total = weight.reduce((a, b) => a + b, 0);
  return Float32Array.from(weight, (w) => (total > 0 ? w / total : 1 / weight.length));
}

/** Rows of one product, so that what it needs on the way stays small however long the table is. */
const blockRows = 2048;

/** [first, last) of each block. */
export function* blocksOf(rows: number): Generator<readonly [number, number]> {
  for (let first = 0; first < rows; first += blockRows) yield [first, Math.min(first + blockRows, rows)];
}

export const largestBlock = (rows: number): number => Math.min(rows, blockRows);

/** A block's weights, and its sources weighed: what sums over the people of each source are made of. */
export function blockWeights({ rows, weight, from }: People, first: number, last: number) {
  const count = from.length / rows;
  return { weight: float32(weight.subarray(first, last), last - first, 1), from: float32(from.subarray(first * count, last * count), last - first, count) };
}

/** Adds one table to another. */
export function addTo(total: Float64Array, more: ArrayLike<number>): void {
  for (let i = 0; i < total.length; i++) total[i] += more[i];
}

/** Means and Gram matrix, per row, of a filled table. */
export interface Moments {
  readonly center: Float32Array;
  /** (sources, features) */
  readonly centers: Float32Array;
  /** (features, features) about the means of the sources. */
  readonly gram: Float64Array;
}

/** Rows and features of a filled table; null for all. */
export interface Choice {
  readonly rows: Int32Array | null;
  readonly features: Int32Array | null;
}

/** Moments of filled tables of `d` features. */
export async function openMoments(d: number, open: SessionFactory) {
  const summing = await open(toOnnx(sumsGraph()));
  return {
    /** Of what is chosen; `people` tells of the chosen rows. */
    async of(filled: Float32Array, { rows, features }: Choice, people: People): Promise<Moments> {
      const n = features?.length ?? d;
      const gram = new Float64Array(n * n);
      const sums = new Float64Array((people.from.length / people.rows) * n);
      for (const [first, last] of blocksOf(people.rows)) {
        const block = rows ? pickRows(filled, d, rows.subarray(first, last)) : filled.subarray(first * d, last * d);
        const table = features ? pickFeatures(block, d, features) : block;
        const out = await summing.run({ table: float32(table, last - first, n), ...blockWeights(people, first, last) });
        addTo(gram, out.gram.data as Float32Array);
        addTo(sums, out.sums.data as Float32Array);
      }
      return aboutMeans(gram, sums, people, n);
    },
    close: () => summing.close(),
  };
}

function pickFeatures(block: Float32Array, d: number, features: Int32Array): Float32Array {
  const n = features.length;
  const out = new Float32Array((block.length / d) * n);
  for (let from = 0, to = 0; from < block.length; from += d) for (let k = 0; k < n; k++) out[to++] = block[from + features[k]];
  return out;
}

/** Of rows (n, d): sums over each source's people (s, d), and the Gram matrix about nothing. */
function sumsGraph(): Graph {
  const g = new Graph();
  const table = g.input("table", ["n", "d"]);
  const weight = g.input("weight", ["n", 1]);
  g.output("sums", ops.matmul(ops.transpose(ops.mul(g.input("from", ["n", "s"]), weight), [1, 0]), table));
  g.output("gram", ops.matmul(ops.transpose(ops.mul(table, weight), [1, 0]), table));
  return g;
}

/**
 * Moves a Gram matrix to the sources' means. With A (n, s) the sources, w the weights, S = A' w X the sums, N = A' w A and
 * means M = S / A' w: sum of w (x - A M)(x - A M)' = X' w X - S' M - M' S + M' N M. Features are standardised, so what is
 * subtracted is small.
 */
function aboutMeans(gram: Float64Array, sums: Float64Array, { rows, weight, from }: People, d: number): Moments {
  const count = from.length / rows;
  const people = new Float64Array(count).fill(1e-12);
  const together = new Float64Array(count * count);
  for (let i = 0; i < rows; i++) {
    for (let s = 0; s < count; s++) {
      const w = weight[i] * from[i * count + s];
      if (w === 0) continue;
      people[s] += w;
      for (let t = 0; t < count; t++) together[s * count + t] += w * from[i * count + t];
    }
  }
  const centers = sums.map((v, i) => v / people[Math.floor(i / d)]);
  const center = new Float32Array(d);
  for (let k = 0; k < d; k++) for (let s = 0; s < count; s++) center[k] += sums[s * d + k];
  // N M - 2 S would not be symmetric between i and k on its own; both halves are taken.
  const half = new Float64Array(count * d);
  for (let s = 0; s < count; s++) {
    for (let k = 0; k < d; k++) {
      let v = -2 * sums[s * d + k];
      for (let t = 0; t < count; t++) v += together[s * count + t] * centers[t * d + k];
      half[s * d + k] = v / 2;
    }
  }
  for (let i = 0; i < d; i++) {
    for (let s = 0; s < count; s++) {
      const [a, b] = [centers[s * d + i], half[s * d + i]];
      for (let k = 0; k < d; k++) gram[i * d + k] += a * half[s * d + k] + b * centers[s * d + k];
    }
  }
  return { center, centers: Float32Array.from(centers), gram };
}
