import type { Layout } from "../data/layout.js";
import { ops, type Graph, type Tensor } from "../engine/index.js";
import { solveSpd } from "./linalg.js";

/*
 * Factor analysis with holes: the deviations of the features that a person shows are L_V z + noise, z ~ N(0, I), noise of
 * each feature by itself. What is seen tells the factors' scores z = (I + L_V' Psi_V^-1 L_V)^-1 L_V' Psi_V^-1 (x - c)_V, and
 * they tell the rest. A column's features (an indicator per class; a number and its normal score) say one thing several times, so that
 * each counts for a part. Memory and time grow with features times factors, never with pairs of features.
 */
export interface Factors {
  /** Number of factors K. */
  readonly count: number;
  /** (features, K): L. */
  readonly loadings: Float32Array;
  /** (features): the part that a visible feature counts for, over its noise's variance. */
  readonly precision: Float32Array;
  /** (columns, K (K + 1) / 2): what a visible column adds to the precision of the scores, lower triangle row by row. */
  readonly information: Float32Array;
}

/** Entries of the lower triangle of a (K, K) matrix. */
export const triangle = (count: number): number => (count * (count + 1)) / 2;

/** The part that a feature of a column counts for: indicators of w classes say w - 1 things, a number's features one, and so does the one class of a constant. */
const partOf = ({ kind, width }: Layout["columns"][number]): number => (kind === "number" ? 1 : Math.max(width - 1, 1)) / width;

/** @param noise (features) variance of what the factors leave */
export function factorsFrom(loadings: Float32Array, noise: Float32Array, layout: Layout): Factors {
  const count = loadings.length / layout.features;
  const size = triangle(count);
  const precision = new Float32Array(layout.features);
  const information = new Float32Array(layout.columns.length * size);
  layout.columns.forEach((column, j) => {
    for (let f = column.first; f < column.first + column.width; f++) {
      precision[f] = partOf(column) / noise[f];
      let at = j * size;
      for (let a = 0; a < count; a++) {
        const scaled = precision[f] * loadings[f * count + a];
        for (let b = 0; b <= a; b++) information[at++] += scaled * loadings[f * count + b];
      }
    }
  });
  return { count, loadings, precision, information };
}

/** A symmetric matrix (K, K) from its lower triangle. */
export function square(lower: ArrayLike<number>, count: number, first = 0): Float64Array {
  const matrix = new Float64Array(count * count);
  let at = first;
  for (let a = 0; a < count; a++) for (let b = 0; b <= a; b++) matrix[a * count + b] = matrix[b * count + a] = lower[at++];
  return matrix;
}

/** I + what the triangle holds, as a whole matrix (K, K). */
export function precisionOfScores(lower: ArrayLike<number>, count: number, first = 0): Float64Array {
  const matrix = square(lower, count, first);
  for (let a = 0; a < count; a++) matrix[a * count + a] += 1;
  return matrix;
}

/**
 * Scores of one row (K) in time that follows its visible columns.
 * @param columns that are visible
 * @param deviation of a visible feature from its mean
 */
export function scoresOf({ count, loadings, precision, information }: Factors, layout: Layout, columns: readonly number[], deviation: (feature: number) => number): Float64Array {
  const size = triangle(count);
  const lower = new Float64Array(size);
  const told = new Float64Array(count);
  for (const j of columns) {
    const { first, width } = layout.columns[j];
    for (let k = 0, at = j * size; k < size; k++) lower[k] += information[at++];
    for (let f = first; f < first + width; f++) {
      const scaled = precision[f] * deviation(f);
      for (let a = 0, at = f * count; a < count; a++) told[a] += scaled * loadings[at++];
    }
  }
  return solveSpd(precisionOfScores(lower, count), count, told, 1);
}

/** What scores tell of a feature. */
export function toldBy(scores: ArrayLike<number>, { count, loadings }: Pick<Factors, "count" | "loadings">, feature: number, first = 0): number {
  let sum = 0;
  for (let a = 0, at = feature * count; a < count; a++) sum += loadings[at++] * scores[first + a];
  return sum;
}

/** Factors in a graph. */
export interface FactorTensors {
  readonly count: number;
  readonly loadings: Tensor; // (D, K)
  readonly precision: Tensor; // (D)
  readonly information: Tensor; // (p, K (K + 1) / 2)
}

export const factorConstants = (g: Graph, { count, loadings, precision, information }: Factors): FactorTensors => ({
  count,
  loadings: g.constant(loadings, [precision.length, count]),
  precision: g.constant(precision, [precision.length]),
  information: g.constant(information, [information.length / triangle(count), triangle(count)]),
});

/**
 * What the factors tell of all features of a batch's rows -> (B, D) deviations from the mean.
 * @param visible (B, p)
 * @param deviation (B, D), zero for hidden features
 */
export function toldByFactors(visible: Tensor, deviation: Tensor, { count, loadings, precision, information }: FactorTensors): Tensor {
  const g = visible.graph;
  const place = (a: number, b: number): number => triangle(Math.max(a, b)) + Math.min(a, b);
  const cells = Array.from({ length: count * count }, (_, at) => place(Math.floor(at / count), at % count));
  const lower = ops.matmul(visible, information); // (B, K (K + 1) / 2)
  const identity = g.constant(precisionOfScores(new Float64Array(triangle(count)), count), [count, count]);
  const matrix = ops.add(ops.reshape(ops.gather(lower, cells, 1), [visible.shape[0], count, count]), identity);
  const told = ops.matmul(ops.mul(deviation, precision), loadings); // (B, K)
  return ops.matmulTransposed(solved(matrix, told, count), loadings);
}

/**
 * X = A^-1 b for positive definite A (B, K, K) and b (B, K): elimination of A from [[A, b], [-I, 0]] leaves X below on the right.
 * Each step takes the first row and column away.
 */
function solved(matrix: Tensor, b: Tensor, count: number): Tensor {
  const g = matrix.graph;
  const rows = matrix.shape[0];
  const below = ops.mul(matrix, g.constant(0));
  const minus = ops.sub(below, g.constant(Float32Array.from({ length: count * count }, (_, at) => (at % (count + 1) === 0 ? 1 : 0)), [count, count]));
  const right = ops.reshape(ops.concat([b, ops.mul(b, g.constant(0))], 1), [rows, 2 * count, 1]);
  let rest = ops.concat([ops.concat([matrix, minus], 1), right], 2); // (B, 2K, K + 1)
  for (let step = 0; step < count; step++) {
    const [height, width] = [2 * count - step, count + 1 - step];
    const [first, others] = ops.split(rest, [1, height - 1], 1);
    const [pivot, along] = ops.split(first, [1, width - 1], 2);
    const [down, inner] = ops.split(others, [1, width - 1], 2);
    rest = ops.sub(inner, ops.mul(down, ops.div(along, pivot)));
  }
  return ops.reshape(rest, [rows, count]);
}
