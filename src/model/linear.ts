import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { Graph, float32, ops, toOnnx, type SessionFactory } from "../engine/index.js";
import { toFeatures } from "./blocks.js";
import { momentum, stepSize } from "./heavyBall.js";
import { createInverter, type Inverter } from "./inverse.js";
import { invertSmall } from "./linalg.js";
import type { RowGroup } from "./rowGroups.js";

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

/** What one fit gives: x W + offset, before a map's centre is known. */
export interface Fit {
  /** (features, features) */
  readonly weights: Float32Array;
  /** (features) */
  readonly offset: Float32Array;
  /** (features) mean of the filled table; the point at which all regressions agree, unless groups have their own. */
  readonly mean: Float32Array;
  readonly lambda: number;
  /** (rows, features) the table that it fills. */
  readonly filled: Float32Array;
}

/** Fits linear maps by iterated ridge; holds a session for the products of tall matrices. */
export interface LinearFitter {
  /**
   * Rounds of: fill the holes of `visible` by the current map, take the Gram matrix of the filled table, regress every
   * attribute's features on all others. All attributes' regressions come from one inverse P of the Gram matrix plus
   * lambda: the coefficients of block j are -P[:, j] P[j, j]^-1. The rounds before the last share the middle penalty.
   *
   * Where a column is observed in few rows, filled rows outnumber them and its slopes approach the regression slowly, a
   * few per cent a round. So columns of a group are also regressed on the group's rows alone, with a Gram matrix of
   * their own.
   * @returns one fit per penalty asked for, in that order; with groups, then one per penalty in which their columns are
   *   regressed on their own rows
   */
  fit(visible: Encoded, penalties: readonly number[], groups?: readonly RowGroup[]): Promise<Fit[]>;
  close(): Promise<void>;
}

export async function createLinearFitter(layout: Layout, open: SessionFactory): Promise<LinearFitter> {
  const filler = await openFiller(layout, open);
  const inverter = await createInverter(open);
  const d = layout.features;
  const everything = layout.columns.map((_, j) => j);
  return {
    async fit(visible, penalties, groups = []) {
      const fill = filler.begin(visible);
      const early = lambdas[lambdas.length >> 1];
      const seen = groups.map((group) => seenFeatures(visible, group, layout));
      let filled = await fill(visible.features, { weights: new Float32Array(d * d), offset: columnMeans(visible.features, visible.observed, visible.rows, layout) }, 1);
      const moments = async (): Promise<Moments[]> => {
        const all = [await filler.moments(filled, visible.rows)];
        for (const { rows } of groups) all.push(await filler.moments(pickRows(filled, d, rows), rows.length));
        return all;
      };
      for (let r = 1; r < rounds; r++) {
        const [all, ...own] = await moments();
        const map = { weights: new Float32Array(d * d), offset: new Float32Array(d) };
        await regressInto(map, all, layout, everything, early, inverter);
        for (const [g, group] of groups.entries()) await regressInto(map, own[g], layout, group.columns, early, inverter, seen[g]);
        filled = await fill(filled, map, relaxationOf(map.weights, d));
      }
      const [all, ...own] = await moments();
      const fits: Fit[] = [];
      for (const lambda of penalties) {
        const map = { weights: new Float32Array(d * d), offset: new Float32Array(d) };
        await regressInto(map, all, layout, everything, lambda, inverter);
        fits.push({ ...map, mean: all.center, lambda, filled: await fill(filled, map, relaxationOf(map.weights, d)) });
      }
      if (groups.length === 0) return fits;
      for (const [k, lambda] of penalties.entries()) {
        const map = { weights: fits[k].weights.slice(), offset: fits[k].offset.slice() };
        for (const [g, group] of groups.entries()) await regressInto(map, own[g], layout, group.columns, lambda, inverter, seen[g]);
        fits.push({ ...map, mean: all.center, lambda, filled: await fill(filled, map, relaxationOf(map.weights, d)) });
      }
      return fits;
    },
    async close() {
      await filler.close();
      await inverter.close();
    },
  };
}

/**
 * A map whose columns come from several fits: `choice[j]` names the fit of column j, one of `penalties` on all rows or, from
 * there on, one with groups. Should regressions of groups not settle with the others, all columns come from fits on all rows.
 */
export function combineFits(fits: readonly Fit[], choice: readonly number[], layout: Layout, penalties: number): LinearMap {
  const d = layout.features;
  const weights = new Float32Array(d * d);
  const offset = new Float32Array(d);
  layout.columns.forEach(({ first, width }, j) => {
    const from = fits[choice[j]];
    for (let k = first; k < first + width; k++) {
      offset[k] = from.offset[k];
      for (let i = 0; i < d; i++) weights[i * d + k] = from.weights[i * d + k];
    }
  });
  const relaxation = stepSize / largestMode(weights, d);
  const { mean } = fits[0];
  const center = choice.some((c) => c >= penalties) ? settle(weights, offset, mean, relaxation) : mean;
  if (center === null) return combineFits(fits, choice.map((c) => c % penalties), layout, penalties);
  return { center, weights, lambda: Float32Array.from(choice, (c) => fits[c].lambda), relaxation };
}

const mostCenterRounds = 2000;
/** A column that is observed in a smaller share of a group's rows tells nothing that others do not. */
const leastSeen = 0.1;
/** Standard deviations from the mean at which rounds count as running away. */
const runaway = 6;

/**
 * The point c = c W + offset at which all regressions agree, so that the map is c + (x - c) W: what is expected of somebody
 * of whom nothing is known. By the linear path's own rounds; null where they do not settle.
 */
function settle(weights: Float32Array, offset: Float32Array, start: Float32Array, relaxation: number): Float32Array | null {
  const d = offset.length;
  let c = Float64Array.from(start);
  let before = c;
  for (let round = 0; round < mostCenterRounds; round++) {
    const next = Float64Array.from(offset);
    for (let i = 0; i < d; i++) {
      const row = i * d;
      for (let j = 0; j < d; j++) next[j] += c[i] * weights[row + j];
    }
    let change = 0;
    for (let j = 0; j < d; j++) {
      next[j] = c[j] + relaxation * (next[j] - c[j]) + momentum * (c[j] - before[j]);
      change = Math.max(change, Math.abs(next[j] - c[j]));
    }
    [before, c] = [c, next];
    if (change < 1e-7) return Float32Array.from(c);
    if (!(change < runaway)) return null;
  }
  return null;
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
  const relaxation = g.input("relaxation", []);
  const full = ops.add(ops.matmul(current, g.input("weights", [d, d])), g.input("offset", [d]));
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
      return async (filled: Float32Array, map: Pick<Fit, "weights" | "offset">, relaxation: number): Promise<Float32Array> => {
        const out = await filling.run({
          ...fixed,
          current: float32(filled, rows, d),
          offset: float32(map.offset, d),
          weights: float32(map.weights, d, d),
          relaxation: float32(Float32Array.of(relaxation)),
        });
        return out.filled.data as Float32Array;
      };
    },
    async moments(filled: Float32Array, rows: number): Promise<Moments> {
      const out = await summing.run({ filled: float32(filled, rows, d), share: float32(Float32Array.of(1 / rows)) });
      return { center: out.mean.data as Float32Array, gram: out.gram.data as Float32Array };
    },
    async close() {
      await filling.close();
      await summing.close();
    },
  };
}

/** 1 for features of columns that a group's rows observe often enough to learn from. */
function seenFeatures({ observed }: Encoded, { rows }: RowGroup, { columns, features }: Layout): Uint8Array {
  const p = columns.length;
  const seen = new Uint8Array(features);
  columns.forEach(({ first, width }, j) => {
    const count = rows.reduce((n, i) => n + observed[i * p + j], 0);
    if (count >= leastSeen * rows.length) seen.fill(1, first, first + width);
  });
  return seen;
}

/** Chosen rows of a matrix of so many values a row. */
function pickRows(all: Float32Array, width: number, chosen: Int32Array): Float32Array {
  const out = new Float32Array(chosen.length * width);
  chosen.forEach((i, r) => out.set(all.subarray(i * width, (i + 1) * width), r * width));
  return out;
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

/** Mean and Gram matrix, per row, of a filled table. */
interface Moments {
  readonly center: Float32Array;
  readonly gram: Float32Array;
}

/** Regressions of some columns on all others, from one inverse P: the coefficients of block j are -P[:, j] P[j, j]^-1. */
async function regressInto(map: Pick<Fit, "weights" | "offset">, { center, gram }: Moments, layout: Layout, columns: readonly number[], lambda: number, { invert }: Inverter, own?: Uint8Array): Promise<void> {
  const d = layout.features;
  const { weights, offset } = map;
  const a = Float64Array.from(gram);
  if (own) {
    for (let i = 0; i < d; i++) for (let k = 0; k < d; k++) if (i !== k && !(own[i] && own[k])) a[i * d + k] = 0;
  }
  for (let i = 0; i < d; i++) a[i * d + i] += lambda;
  const p = await invert(a, d);
  const blocks = columns.map((j) => {
    const { first, width } = layout.columns[j];
    const block = new Float64Array(width * width);
    for (let i = 0; i < width; i++) for (let k = 0; k < width; k++) block[i * width + k] = p[(first + i) * d + first + k];
    return { first, width, inverse: invertSmall(block, width) };
  });
  const through = new Float64Array(d);
  for (let i = 0; i < d; i++) {
    const row = i * d;
    for (const { first, width, inverse } of blocks) {
      for (let k = 0; k < width; k++) {
        let s = 0;
        if (i < first || i >= first + width) for (let j = 0; j < width; j++) s -= p[row + first + j] * inverse[j * width + k];
        weights[row + first + k] = s;
        through[first + k] += center[i] * s;
      }
    }
  }
  for (const { first, width } of blocks) for (let k = first; k < first + width; k++) offset[k] = center[k] - through[k];
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
