import { pickRows, type Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { Graph, float32, ops, toOnnx, type SessionFactory } from "../engine/index.js";
import { toFeatures } from "./blocks.js";
import { createInverter, type Inverter } from "./inverse.js";
import { invertSmall } from "./linalg.js";
import { relaxationOf, type Fit } from "./linearMap.js";
import { lambdas } from "./penalties.js";
import type { RowGroup } from "./rowGroups.js";

const rounds = 5;

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
   * @param weight (rows) what each row counts for, of mean 1; absent where all count alike
   */
  fit(visible: Encoded, penalties: readonly number[], groups?: readonly RowGroup[], weight?: Float64Array | null): Promise<Fit[]>;
  close(): Promise<void>;
}

export async function createLinearFitter(layout: Layout, open: SessionFactory): Promise<LinearFitter> {
  const filler = await openFiller(layout, open);
  const inverter = await createInverter(open);
  const d = layout.features;
  const everything = layout.columns.map((_, j) => j);
  return {
    async fit(visible, penalties, groups = [], weight = null) {
      const fill = filler.begin(visible);
      const early = lambdas[lambdas.length >> 1];
      const seen = groups.map((group) => seenFeatures(visible, group, layout));
      let filled = await fill(visible.features, { weights: new Float32Array(d * d), offset: columnMeans(visible.features, visible.observed, visible.rows, layout) }, 1);
      const moments = async (): Promise<Moments[]> => {
        const all = [await filler.moments(filled, visible.rows, weight)];
        for (const { rows } of groups) all.push(await filler.moments(pickRows(filled, d, rows), rows.length, weight && Float64Array.from(rows, (i) => weight[i])));
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
  const weighing = await open(weightedMoments(d));

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
    async moments(filled: Float32Array, rows: number, weight: Float64Array | null): Promise<Moments> {
      const table = float32(filled, rows, d);
      const total = weight?.reduce((a, b) => a + b, 0) ?? 0;
      // Where nobody of a group counts, its rows count alike.
      const out = weight && total > 0
        ? await weighing.run({ filled: table, weight: float32(Float32Array.from(weight, (w) => w / total), rows, 1) })
        : await summing.run({ filled: table, share: float32(Float32Array.of(1 / rows)) });
      return { center: out.mean.data as Float32Array, gram: out.gram.data as Float32Array };
    },
    async close() {
      await filling.close();
      await summing.close();
      await weighing.close();
    },
  };
}

/** Mean and Gram matrix of a filled table (n, d) whose rows have weights (n, 1) that sum to 1. */
function weightedMoments(d: number): Uint8Array {
  const g = new Graph();
  const table = g.input("filled", ["n", d]);
  const weight = g.input("weight", ["n", 1]);
  const mean = ops.sum(ops.mul(table, weight), [0]);
  const centred = ops.sub(table, mean);
  g.output("mean", mean);
  g.output("gram", ops.matmul(ops.transpose(ops.mul(centred, weight), [1, 0]), centred));
  return toOnnx(g);
}

/** A column that is observed in a smaller share of a group's rows tells nothing that others do not. */
const leastSeen = 0.1;

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
