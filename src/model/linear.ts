import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { Graph, float32, ops, toOnnx, type SessionFactory } from "../engine/index.js";
import { toFeatures } from "./blocks.js";
import { stepSize } from "./heavyBall.js";
import { createInverter, type Inverter } from "./inverse.js";
import { invertSmall } from "./linalg.js";

/** The linear path's map: x <- visible ? x : (1 - r) x + r (center + (x - center) W), a few rounds (see network.ts). */
export interface LinearMap {
  /** (features) */
  readonly center: Float32Array;
  /**
   * (features, features), the block of an attribute on itself zero; or, with `neighbours`, (features, K): the coefficients
   * of a feature on its column's K neighbours.
   */
  readonly weights: Float32Array;
  /** (columns, K) features that each column is regressed on; absent where it is regressed on all. */
  readonly neighbours?: Int32Array;
  /** Ridge penalty of each column. */
  readonly lambda: Float32Array;
  /** r, the size of a step; rounds also have momentum (heavyBall.ts). */
  readonly relaxation: number;
}

/** Penalties that are tried, in units of a standardised feature's variance. */
export const lambdas = [0.05, 0.1, 0.2, 0.4, 0.8] as const;
const rounds = 5;

/** Fits linear maps by iterated ridge; holds a session for the products of tall matrices. */
export interface LinearFitter {
  /**
   * Rounds of: fill the holes of `visible` by the current map, take the Gram matrix of the filled table, regress every
   * attribute's features on all others. All attributes' regressions come from one inverse P of the Gram matrix plus
   * lambda: the coefficients of block j are -P[:, j] P[j, j]^-1. The rounds before the last share the middle penalty.
   * @returns one map per penalty asked for, in that order, with the table (rows, features) that it fills
   */
  fit(visible: Encoded, penalties: readonly number[]): Promise<{ map: LinearMap; filled: Float32Array }[]>;
  close(): Promise<void>;
}

export async function createLinearFitter(layout: Layout, open: SessionFactory): Promise<LinearFitter> {
  const filler = await openFiller(layout, open);
  const inverter = await createInverter(open);
  const d = layout.features;
  return {
    async fit(visible, penalties) {
      const fill = filler.begin(visible);
      const early = lambdas[lambdas.length >> 1];
      let filled = await fill(visible.features, { center: columnMeans(visible.features, visible.observed, visible.rows, layout), weights: new Float32Array(d * d), relaxation: 1 });
      for (let r = 1; r < rounds; r++) {
        const { center, gram } = await filler.moments(filled, visible.rows);
        const weights = await regressAll(gram, layout, early, inverter);
        filled = await fill(filled, { center, weights, relaxation: relaxationOf(weights, d) });
      }
      const { center, gram } = await filler.moments(filled, visible.rows);
      const fits = [];
      for (const penalty of penalties) {
        const weights = await regressAll(gram, layout, penalty, inverter);
        const map = { center, weights, lambda: new Float32Array(layout.columns.length).fill(penalty), relaxation: relaxationOf(weights, d) };
        fits.push({ map, filled: await fill(filled, map) });
      }
      return fits;
    },
    async close() {
      await filler.close();
      await inverter.close();
    },
  };
}

/** A map whose columns come from several maps of different penalties: `choice[j]` names the map of column j. */
export function combineMaps(maps: readonly LinearMap[], choice: readonly number[], layout: Layout): LinearMap {
  const d = layout.features;
  const weights = new Float32Array(d * d);
  layout.columns.forEach(({ first, width }, j) => {
    const from = maps[choice[j]].weights;
    for (let i = 0; i < d; i++) for (let k = first; k < first + width; k++) weights[i * d + k] = from[i * d + k];
  });
  return { center: maps[0].center, weights, lambda: Float32Array.from(choice, (c, j) => maps[c].lambda[j]), relaxation: stepSize / largestMode(weights, d) };
}

/** Most that a step may grow an error by, in the worst direction: five rounds then make 2.5 times of it. */
const largestGrowth = 1.2;

/** How far a round of the fit may go, in which a table is filled by a map that changes from round to round. */
export const relaxationOf = (weights: Float32Array, d: number): number => Math.min(1, (1 + largestGrowth) / largestMode(weights, d));

/**
 * Largest eigenvalue mu of I - W, 1 at least, by power iteration. A full step is Jacobi's method on the hidden features'
 * normal equations; it multiplies an error by 1 - mu, and for parts of a whole, of which each is the rest's negative sum, mu
 * comes near the number of parts. With nothing visible all of them count; with more visible the largest mu is smaller.
 */
export function largestMode(weights: Float32Array, d: number): number {
  let v = Float64Array.from({ length: d }, (_, k) => 1 + 0.5 * Math.sin(12.9898 * k + 1));
  let largest = 1;
  const iterations = 40;
  for (let r = 0; r < iterations; r++) {
    const next = v.slice();
    for (let a = 0; a < d; a++) {
      const row = weights.subarray(a * d, (a + 1) * d);
      const va = v[a];
      for (let b = 0; b < d; b++) next[b] -= va * row[b];
    }
    const norm = Math.sqrt(next.reduce((sum, x) => sum + x * x, 0) / v.reduce((sum, x) => sum + x * x, 0));
    if (!(norm > 0)) break;
    if (r >= iterations / 2) largest = Math.max(largest, norm);
    v = next.map((x) => x / norm);
  }
  return largest;
}

/** Products of tall matrices: filling a table's holes by a map, and the moments of a filled table. */
async function openFiller(layout: Layout, open: SessionFactory) {
  const d = layout.features;
  const g = new Graph();
  const current = g.input("current", ["n", d]);
  const center = g.input("center", [d]);
  const relaxation = g.input("relaxation", []);
  const full = ops.add(ops.matmul(ops.sub(current, center), g.input("weights", [d, d])), center);
  const predicted = ops.add(ops.mul(full, relaxation), ops.mul(current, ops.sub(g.constant(1), relaxation)));
  const bits = toFeatures(g.input("visible", ["n", layout.columns.length]), layout);
  const known = ops.mul(bits, g.input("truth", ["n", d]));
  g.output("filled", ops.add(known, ops.mul(ops.sub(g.constant(1), bits), predicted)));
  const filling = await open(toOnnx(g));

  const m = new Graph();
  const table = m.input("filled", ["n", d]);
  const share = m.input("share", []); // 1 / n
  const mean = ops.mul(ops.sum(table, [0]), share);
  const centred = ops.sub(table, mean);
  m.output("mean", mean);
  m.output("gram", ops.mul(ops.matmul(ops.transpose(centred, [1, 0]), centred), share));
  const summing = await open(toOnnx(m));

  return {
    begin({ rows, features, observed }: Encoded) {
      const fixed = { truth: float32(features, rows, d), visible: float32(Float32Array.from(observed), rows, layout.columns.length) };
      return async (filled: Float32Array, map: Pick<LinearMap, "center" | "weights" | "relaxation">): Promise<Float32Array> => {
        const out = await filling.run({
          ...fixed,
          current: float32(filled, rows, d),
          center: float32(map.center, d),
          weights: float32(map.weights, d, d),
          relaxation: float32(Float32Array.of(map.relaxation)),
        });
        return out.filled.data as Float32Array;
      };
    },
    async moments(filled: Float32Array, rows: number): Promise<{ center: Float32Array; gram: Float32Array }> {
      const out = await summing.run({ filled: float32(filled, rows, d), share: float32(Float32Array.of(1 / rows)) });
      return { center: out.mean.data as Float32Array, gram: out.gram.data as Float32Array };
    },
    async close() {
      await filling.close();
      await summing.close();
    },
  };
}

/** Mean of each feature over the rows that observe it. */
export function columnMeans(features: Float32Array, observed: Uint8Array, rows: number, layout: Layout): Float32Array {
  const d = layout.features;
  const p = layout.columns.length;
  const means = new Float64Array(d);
  layout.columns.forEach(({ first, width }, j) => {
    let n = 0;
    for (let i = 0; i < rows; i++) {
      if (!observed[i * p + j]) continue;
      n++;
      for (let k = first; k < first + width; k++) means[k] += features[i * d + k];
    }
    for (let k = first; k < first + width; k++) means[k] /= Math.max(n, 1);
  });
  return Float32Array.from(means);
}

/** Coefficients of every attribute's regression on all others, from one inverse P: -P[:, j] P[j, j]^-1. */
async function regressAll(gram: Float32Array, layout: Layout, lambda: number, { invert }: Inverter): Promise<Float32Array> {
  const d = layout.features;
  const a = Float64Array.from(gram);
  for (let i = 0; i < d; i++) a[i * d + i] += lambda;
  const p = await invert(a, d);
  const blocks = layout.columns.map(({ first, width }) => {
    const block = new Float64Array(width * width);
    for (let i = 0; i < width; i++) for (let j = 0; j < width; j++) block[i * width + j] = p[(first + i) * d + first + j];
    return invertSmall(block, width);
  });
  const weights = new Float32Array(d * d);
  for (let i = 0; i < d; i++) {
    const row = i * d;
    layout.columns.forEach(({ first, width }, c) => {
      if (i >= first && i < first + width) return;
      const inverse = blocks[c];
      for (let k = 0; k < width; k++) {
        let s = 0;
        for (let j = 0; j < width; j++) s -= p[row + first + j] * inverse[j * width + k];
        weights[row + first + k] = s;
      }
    });
  }
  return weights;
}

/** Most that one column's ratio of errors counts with: a column that is hardly missed at all must not choose for the others. */
const farthestRatio = 3;

/**
 * The penalty of every column that errs least on held-out cells. Few cells say little, so each column's errors are joined
 * by those of all columns, as if they were `prior` further cells.
 * @param errors per penalty, the squared error of each column summed over its held-out cells
 */
export function chooseLambdas(errors: readonly Float64Array[], cells: Int32Array, prior = 10): number[] {
  const columns = cells.length;
  const relative = errors.map((e) => {
    let sum = 0;
    let n = 0;
    for (let j = 0; j < columns; j++) {
      if (cells[j] === 0 || errors[0][j] === 0) continue;
      sum += Math.min(farthestRatio, Math.max(1 / farthestRatio, e[j] / errors[0][j]));
      n++;
    }
    return n ? sum / n : 1;
  });
  return Array.from({ length: columns }, (_, j) => {
    const unit = cells[j] ? errors[0][j] / cells[j] : 1;
    const total = errors.map((e, k) => e[j] + prior * unit * relative[k]);
    return total.indexOf(Math.min(...total));
  });
}

/** Squared errors of a filled table on held-out cells, added per column to `errors` (a level's over all its classes). */
export function addHeldOutErrors(filled: Float32Array, truth: Encoded, held: Uint8Array, layout: Layout, errors: Float64Array): void {
  const d = layout.features;
  const p = layout.columns.length;
  layout.columns.forEach(({ first, width, kind }, j) => {
    const scored = kind === "number" ? 1 : width;
    for (let i = 0; i < truth.rows; i++) {
      if (!held[i * p + j]) continue;
      for (let k = i * d + first; k < i * d + first + scored; k++) errors[j] += (filled[k] - truth.features[k]) ** 2;
    }
  });
}
