/** The regressions of the sparse linear path: each column on its neighbours (sparseLinear.ts). */
import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { columnOfFeatures } from "./blocks.js";
import type { FittedFactors } from "./factorFit.js";
import { scoresOf, toldBy, type Factors } from "./factors.js";
import { solveSpd } from "./linalg.js";
import type { SparseMap } from "./linearMap.js";
import type { Neighbours } from "./sparseLinear.js";

/** Largest penalty of features that all columns share, in people: hardly any attribute is seen without them, so what they tell is known best. */
const commonPenalty = 100;

/** Cells to try penalties on, with their true features. */
export interface HeldCells {
  /** (rows, columns) bits */
  readonly cells: Uint8Array;
  readonly truth: Encoded;
}

/** A map, and its squared errors per column on the held cells. */
export interface NeighbourFit {
  readonly map: SparseMap;
  readonly errors: Float64Array;
}

/**
 * Ridge regressions of every attribute on its neighbours, over the people who have it, with holes filled by what factors tell of
 * them. Coefficients are drawn to those that the factors alone would give.
 * @param penaltiesOf penalties of a column, as so many people in whom a feature of variance 1 bears out the factors; equally many for each
 * @param held null for none
 * @returns one fit per place in the lists of penalties
 */
export function fitNeighbours(visible: Encoded, layout: Layout, { neighbours, common }: Neighbours, { factors, center }: FittedFactors, penaltiesOf: (column: number) => readonly number[], held: HeldCells | null = null): NeighbourFit[] {
  const { rows } = visible;
  const d = layout.features;
  const p = layout.columns.length;
  const count = neighbours.length / p;
  const fits = penaltiesOf(0).map(() => ({
    map: { kind: "sparse" as const, center, neighbours, factors, weights: new Float32Array(d * count), intercept: new Float32Array(d), lambda: new Float32Array(p), relaxation: 1 },
    errors: new Float64Array(p),
  }));
  const sight = openSight(visible, layout, factors, center);
  layout.columns.forEach(({ first, width, kind }, j) => {
    const features = neighbours.subarray(j * count, (j + 1) * count);
    const { gram, cross, middle, own } = momentsOf(sight, j, features);
    const drawn = factorCoefficients(factors, features, first, width);
    penaltiesOf(j).forEach((penalty, l) => {
      const { weights, intercept, lambda } = fits[l].map;
      const a = gram.slice();
      const penalised = Float64Array.from(features, (f) => (common.has(f) ? Math.min(penalty, commonPenalty) : penalty));
      for (let k = 0; k < count; k++) a[k * count + k] += penalised[k];
      const solved = solveSpd(a, count, cross.map((c, at) => c + penalised[Math.floor(at / width)] * drawn[at]), width);
      for (let k = 0; k < width; k++) {
        let at = center[first + k] + own[k];
        for (let q = 0; q < count; q++) {
          weights[(first + k) * count + q] = solved[q * width + k];
          at -= solved[q * width + k] * middle[q];
        }
        intercept[first + k] = at;
      }
      lambda[j] = penalty;
    });
    if (!held) return;
    const scored = kind === "number" ? 1 : width;
    for (let i = 0; i < rows; i++) {
      if (!held.cells[i * p + j]) continue;
      const values = sight.near(i, features);
      for (const { map, errors } of fits) {
        for (let k = first; k < first + scored; k++) {
          let guess = map.intercept[k];
          for (let a = 0; a < count; a++) guess += values[a] * map.weights[k * count + a];
          errors[j] += (guess - held.truth.features[i * d + k]) ** 2;
        }
      }
    }
  });
  return fits;
}

/** Rows as the regressions see them. */
interface Sight {
  readonly visible: Encoded;
  readonly layout: Layout;
  readonly center: Float32Array;
  /** Some features of a row, less their means; hidden ones as the factors tell them. What it gives is good until it is asked again. */
  near(row: number, features: Int32Array): Float64Array;
}

function openSight(visible: Encoded, layout: Layout, factors: Factors, center: Float32Array): Sight {
  const { features, observed } = visible;
  const d = layout.features;
  const p = layout.columns.length;
  const columnOf = columnOfFeatures(layout);
  const scores = scoresOfRows(visible, layout, factors, center);
  let values = new Float64Array(0);
  return {
    visible,
    layout,
    center,
    near(i, near) {
      if (values.length !== near.length) values = new Float64Array(near.length);
      for (let k = 0; k < near.length; k++) {
        const f = near[k];
        values[k] = observed[i * p + columnOf[f]] ? features[i * d + f] - center[f] : toldBy(scores, factors, f, i * factors.count);
      }
      return values;
    },
  };
}

/** Sums over the people who have a column, about their own means: a line through the centre of all would be too flat where they are unlike the others. */
interface ColumnMoments {
  /** (K, K) of the neighbours with each other. */
  readonly gram: Float64Array;
  /** (K, width) of the neighbours with the column's features. */
  readonly cross: Float64Array;
  /** (K) and (width) means, less those of all people. */
  readonly middle: Float64Array;
  readonly own: Float64Array;
}

function momentsOf({ visible: { rows, features, observed }, layout, center, near }: Sight, column: number, neighbours: Int32Array): ColumnMoments {
  const d = layout.features;
  const p = layout.columns.length;
  const { first, width } = layout.columns[column];
  const count = neighbours.length;
  const gram = new Float64Array(count * count);
  const cross = new Float64Array(count * width);
  const middle = new Float64Array(count);
  const own = new Float64Array(width);
  let people = 0;
  for (let i = 0; i < rows; i++) {
    if (!observed[i * p + column]) continue;
    const values = near(i, neighbours);
    people++;
    for (let k = 0; k < width; k++) own[k] += features[i * d + first + k] - center[first + k];
    for (let a = 0; a < count; a++) {
      const row = a * count;
      const x = values[a];
      middle[a] += x;
      for (let b = 0; b <= a; b++) gram[row + b] += x * values[b];
      for (let k = 0; k < width; k++) cross[a * width + k] += x * (features[i * d + first + k] - center[first + k]);
    }
  }
  for (let a = 0; a < count; a++) middle[a] /= Math.max(people, 1);
  for (let k = 0; k < width; k++) own[k] /= Math.max(people, 1);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) gram[b * count + a] = gram[a * count + b] -= people * middle[a] * middle[b];
    for (let k = 0; k < width; k++) cross[a * width + k] -= people * middle[a] * own[k];
  }
  return { gram, cross, middle, own };
}

/**
 * Regressions of a column's features on its neighbours as the factors have it, (neighbours, width): (L_N L_N' + Psi_N)^-1 L_N L_j', with
 * each neighbour's noise over the part that it counts for.
 */
function factorCoefficients({ count, loadings, precision }: Factors, near: Int32Array, first: number, width: number): Float64Array {
  const n = near.length;
  const product = (f: number, h: number): number => {
    let sum = 0;
    for (let a = 0; a < count; a++) sum += loadings[f * count + a] * loadings[h * count + a];
    return sum;
  };
  const covariance = new Float64Array(n * n);
  for (let q = 0; q < n; q++) {
    for (let r = 0; r <= q; r++) covariance[q * n + r] = covariance[r * n + q] = product(near[q], near[r]);
    covariance[q * n + q] += 1 / precision[near[q]];
  }
  return solveSpd(covariance, n, Float64Array.from({ length: n * width }, (_, at) => product(near[Math.floor(at / width)], first + (at % width))), width);
}

/** (rows, K) scores of each row's visible cells. */
function scoresOfRows({ rows, features, observed }: Encoded, layout: Layout, factors: Factors, center: Float32Array): Float32Array {
  const d = layout.features;
  const p = layout.columns.length;
  const out = new Float32Array(rows * factors.count);
  for (let i = 0; i < rows; i++) {
    const seen: number[] = [];
    for (let j = 0; j < p; j++) if (observed[i * p + j]) seen.push(j);
    out.set(scoresOf(factors, layout, seen, (f) => features[i * d + f] - center[f]), i * factors.count);
  }
  return out;
}
