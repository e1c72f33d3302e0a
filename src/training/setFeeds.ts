import { permutation, type Rng } from "../base/random.js";
import type { Layout } from "../data/layout.js";
import { Graph, float32, indexData, planLookup, toOnnx, type SessionFactory, type TensorData } from "../engine/index.js";
import { toFeatures } from "../model/blocks.js";
import type { DenseMap, LinearMap } from "../model/linearMap.js";
import { linearPath, mapConstants } from "../model/linearPath.js";
import { openSparseAnswers } from "../model/sparseAnswers.js";
import { smallest } from "../model/network.js";
import { tokenArrays, tokenLength, visibleCount } from "../model/setTokens.js";
import { classOf, type SetShape } from "./setShape.js";

/** A row of a batch: features (D), visible bits and weights of scored cells (p). */
export interface BatchRow {
  readonly features: Float32Array;
  readonly visible: Float32Array;
  readonly weight: Float32Array;
  /** Number of visible cells. */
  readonly length: number;
}

/** Rows of a batch that lie one after the other, as views. */
export function batchRows(rows: number, features: Float32Array, visible: Float32Array, weight: Float32Array): BatchRow[] {
  const d = features.length / rows;
  const p = visible.length / rows;
  return Array.from({ length: rows }, (_, i) => ({
    features: features.subarray(i * d, (i + 1) * d),
    visible: visible.subarray(i * p, (i + 1) * p),
    weight: weight.subarray(i * p, (i + 1) * p),
    length: visibleCount(visible, i, p),
  }));
}

/** Turns rows into what the set encoder's graphs take: tokens, and a sample of the scored cells. */
export interface SetFeeds {
  /**
   * @param rng draws the sample where a row has more scored cells than places; the sample's weights are scaled up
   * @param training adds the plans that gradients need, and lets the weights of all scored cells sum to 1
   * @returns feeds, and the weight of the cells that are scored
   */
  convert(rows: readonly BatchRow[], rng: Rng, training: boolean): Promise<{ feeds: Record<string, TensorData>; weight: number }>;
  /**
   * Feeds of step b of an epoch's steps. Every few steps it takes the next batches together and sorts their rows by length.
   * @param batchOf the epoch's batch at a step
   */
  next(b: number, steps: number, batchOf: (step: number) => readonly BatchRow[], rng: Rng): Promise<{ feeds: Record<string, TensorData>; weight: number }>;
  close(): Promise<void>;
}

/** Batches whose rows are sorted by length together. */
const poolSize = 6;

export async function openSetFeeds(layout: Layout, shape: SetShape, linear: LinearMap, rounds: number, open: SessionFactory): Promise<SetFeeds> {
  const answersOf = rounds > 0 && linear.kind === "sparse" ? openSparseAnswers(layout, linear) : null;
  const dense = rounds > 0 && linear.kind === "dense" ? await openDensePath(layout, linear, rounds, open) : null;
  const classes = Int32Array.from(layout.columns, (column) => classOf(column, shape.classes));
  const firstPlace = starts(shape.classes.map((c) => c.capacity));
  const firstFeature = starts(shape.classes.map((c) => c.capacity * c.width));
  const { batch, perRow, places } = shape;
  const d = layout.features;
  const p = layout.columns.length;

  async function convert(rows: readonly BatchRow[], rng: Rng, training: boolean): Promise<{ feeds: Record<string, TensorData>; weight: number }> {
    const tokens = tokenArrays(layout, rows, batch, tokenLength(Math.max(...rows.map((row) => row.length))));
    const filled = dense && (await dense.run(rows));
    const column = new Int32Array(places).fill(-1);
    const feature = new Int32Array(shape.features).fill(-1);
    const predicted = new Float32Array(shape.features);
    const offset = new Float32Array(shape.features);
    const target = new Float32Array(shape.features);
    const weights = new Float32Array(places);
    const place = new Int32Array(batch * perRow).fill(places);
    const back = new Int32Array(places).fill(batch * perRow);
    const used = new Int32Array(shape.classes.length);
    const wanted = new Int32Array(p);
    let total = 0;
    let all = 0;
    rows.forEach(({ features, visible, weight }, i) => {
      let n = 0;
      for (let j = 0; j < p; j++) {
        if (!(weight[j] > 0)) continue;
        wanted[n++] = j;
        all += weight[j];
      }
      const answers = answersOf?.(features, visible);
      const taken = Math.min(n, perRow);
      for (let q = 0; q < taken; q++) {
        const other = n > perRow ? q + rng.int(n - q) : q;
        const j = wanted[other];
        wanted[other] = wanted[q];
        const c = classes[j];
        if (used[c] === shape.classes[c].capacity) continue;
        const t = firstPlace[c] + used[c];
        const at = firstFeature[c] + used[c] * shape.classes[c].width;
        used[c]++;
        column[t] = j;
        place[i * perRow + q] = t;
        back[t] = i * perRow + q;
        weights[t] = (weight[j] * n) / taken;
        total += weights[t];
        const { first, width, kind } = layout.columns[j];
        const count = kind === "number" ? 1 : width;
        for (let k = 0; k < count; k++) {
          feature[at + k] = first + k;
          target[at + k] = features[first + k];
          predicted[at + k] = filled ? filled[i * d + first + k] : (answers?.at(first + k, j) ?? linear.center[first + k]);
        }
        if (kind === "number") offset[at] = predicted[at];
        else normalise(predicted, offset, at, width, shape.classes[c].width);
      }
    });
    if (training && all > 0) for (let t = 0; t < places; t++) weights[t] /= all;
    const plans = training
      ? { ...planLookup("plan.token", tokens.row, d, batch), ...planLookup("plan.column", column, p, batch), ...planLookup("plan.feature", feature, d, batch) }
      : {};
    const index = (values: Int32Array): Int32Array => values.map((v) => Math.max(v, 0));
    return {
      weight: total,
      feeds: {
        ...tokens.feeds,
        ...plans,
        "query.column": indexData(index(column), places),
        "query.feature": indexData(index(feature), shape.features),
        "query.predicted": float32(predicted, shape.features, 1),
        "query.offset": float32(offset, shape.features, 1),
        "query.target": float32(target, shape.features),
        "query.weight": float32(weights, places),
        "query.place": indexData(place, batch, perRow),
        "query.back": indexData(back, places),
      },
    };
  }

  let pool: BatchRow[][] = [];
  return {
    convert,
    async next(b, steps, batchOf, rng) {
      if (b % poolSize === 0) {
        const sorted = byLength(Array.from({ length: Math.min(poolSize, steps - b) }, (_, k) => batchOf(b + k)));
        pool = Array.from(permutation(sorted.length, rng), (k) => sorted[k]);
      }
      return convert(pool[b % poolSize], rng, true);
    },
    close: async () => dense?.close(),
  };
}

/**
 * The rows of several batches anew in as many batches, those with about as many visible cells together: rows are filled up
 * to the longest of a batch, and masks make their lengths differ by ten times and more.
 */
export function byLength(batches: readonly (readonly BatchRow[])[]): BatchRow[][] {
  const rows = batches.flat().sort((a, b) => a.length - b.length);
  let start = 0;
  return batches.map(({ length }) => rows.slice(start, (start += length)));
}

const starts = (sizes: readonly number[]): number[] => sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0));

/** Probabilities as the network sees them, their logarithms, and what keeps padding from being a class. */
function normalise(predicted: Float32Array, offset: Float32Array, at: number, width: number, places: number): void {
  let sum = 0;
  for (let k = at; k < at + width; k++) sum += predicted[k] = Math.min(1, Math.max(smallest, predicted[k]));
  for (let k = at; k < at + width; k++) offset[k] = Math.log((predicted[k] /= sum));
  offset.fill(-1e9, at + width, at + places);
}

/** The dense linear path in a session of its own: (rows, D) predictions. */
async function openDensePath(layout: Layout, linear: DenseMap, rounds: number, open: SessionFactory) {
  const d = layout.features;
  const p = layout.columns.length;
  const g = new Graph();
  const visible = g.input("visible", ["B", p]);
  const bits = toFeatures(visible, layout);
  const x = g.emit("Mul", [g.input("x", ["B", d]), bits], ["B", d]);
  g.output("predicted", linearPath(layout, x, visible, bits, mapConstants(g, linear), rounds).predicted);
  const session = await open(toOnnx(g));
  return {
    async run(rows: readonly BatchRow[]): Promise<Float32Array> {
      const features = new Float32Array(rows.length * d);
      const bitsOfRows = new Float32Array(rows.length * p);
      rows.forEach((row, i) => {
        features.set(row.features, i * d);
        bitsOfRows.set(row.visible, i * p);
      });
      const out = await session.run({ x: float32(features, rows.length, d), visible: float32(bitsOfRows, rows.length, p) });
      return out.predicted.data as Float32Array;
    },
    close: () => session.close(),
  };
}
