import type { Rng } from "../base/random.js";
import { type Encoded, pickRows } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { float32, int64, type TensorData } from "../engine/index.js";
import { maskingMixture } from "../model/masking/index.js";
import type { NetworkConfig } from "../model/network.js";
import type { MemoryRows } from "../model/paths.js";
import type { Fold } from "./folds.js";
import { stageMasks, type ResolvedOptions } from "./options.js";
import { evenlySpaced, sampleRows } from "./rows.js";
import { fewCells, type RowRoles } from "./sources.js";

export interface BatchInput {
  readonly layout: Layout;
  readonly config: NetworkConfig;
  /** The table with the held-out cells as holes. */
  readonly table: Encoded;
  /** The table with all observed cells. */
  readonly full: Encoded;
  readonly fold: Fold;
  /** Prototypes to compare people with, where the finished model holds these; null: the people of the table. */
  readonly prototypes: MemoryRows | null;
  readonly rows: RowRoles;
  readonly options: ResolvedOptions;
}

/** Builds the feeds of training and scoring batches. */
export class Batches {
  /** 0, or 1 in the second half of a training of two stages. */
  stage = 0;
  private readonly columnWeight: Float32Array;
  /** (columns) observed rates. */
  readonly frequency: Float32Array;
  private readonly order: Int32Array;
  private readonly masks;
  private readonly input: BatchInput;
  private readonly rng: Rng;
  private readonly allRows: Record<string, TensorData>;

  constructor(input: BatchInput, rng: Rng) {
    this.input = input;
    this.rng = rng;
    this.masks = stageMasks(input.options).map(maskingMixture);
    this.order = Int32Array.from(input.layout.columns.keys()).sort((a, b) => input.layout.columns[a].source - input.layout.columns[b].source);
    const { rows } = input.table;
    const p = input.layout.columns.length;
    this.frequency = new Float32Array(p);
    for (let i = 0; i < rows * p; i++) this.frequency[i % p] += input.fold.train[i] / rows;
    this.columnWeight = rarityWeights(this.frequency, input.options.rarity);
    this.allRows = input.prototypes ? memoryFeeds(input.prototypes, input.layout) : input.config.memory ? this.memory(evenlySpaced(rows, input.options.memoryRows)) : {};
  }

  /** Rows that lie at places [b batch, (b + 1) batch) of the order, wrapping round at the end; and the weight of their scored cells before it is made 1. */
  training(order: Int32Array, b: number): { feeds: Record<string, TensorData>; weight: number } {
    const { layout, options, table, fold, config } = this.input;
    const d = layout.features;
    const p = layout.columns.length;
    const size = options.batch;
    const x = new Float32Array(size * d);
    const visible = new Float32Array(size * p);
    const weight = new Float32Array(size * p);
    const row = new BigInt64Array(size);
    const hidden = new Uint8Array(p);
    const mask = this.masks[Math.min(this.stage, this.masks.length - 1)];
    let total = 0;
    for (let r = 0; r < size; r++) {
      const i = order[(b * size + r) % table.rows];
      const other = this.input.rows.another(i, this.rng);
      const observed = fold.train.subarray(i * p, (i + 1) * p);
      const context = { observed, other: fold.train.subarray(other * p, (other + 1) * p), frequency: this.frequency, others: this.input.rows.others(i), order: this.order };
      mask.hide(context, this.rng, hidden);
      const rowWeight = this.rowWeight(i);
      const few = this.input.rows.few && observed.reduce((sum, bit, j) => sum + (bit && !hidden[j] ? 1 : 0), 0) <= fewCells ? this.input.rows.few : null;
      x.set(table.features.subarray(i * d, (i + 1) * d), r * d);
      row[r] = BigInt(i);
      for (let j = 0; j < p; j++) {
        if (!observed[j]) continue;
        if (hidden[j]) total += weight[r * p + j] = this.columnWeight[j] * rowWeight * (few ? few(i, j) : 1);
        else {
          visible[r * p + j] = 1;
          if (options.visibleLoss > 0) total += weight[r * p + j] = options.visibleLoss * this.columnWeight[j] * rowWeight;
        }
      }
    }
    for (let i = 0; i < weight.length; i++) weight[i] /= Math.max(total, 1e-9);
    const feeds: Record<string, TensorData> = {
      x: float32(x, size, d),
      visible: float32(visible, size, p),
      weight: float32(weight, size, p),
      ...(config.memory ? { row: int64(row, size), ...this.sampledMemory() } : {}),
    };
    if (config.residual.kind === "mlp" && config.residual.dropout > 0) {
      for (const i of [0, 1]) feeds[`dropout.${i}`] = this.dropoutMask(size, config.residual.width, config.residual.dropout);
    }
    return { feeds, weight: total };
  }

  /** All training cells visible, held-out cells weighted. */
  scoring(start: number, most: number): Record<string, TensorData> {
    const { layout, full, fold, config } = this.input;
    const d = layout.features;
    const p = layout.columns.length;
    const end = Math.min(full.rows, start + most);
    const size = end - start;
    const weight = new Float32Array(size * p);
    for (let i = 0; i < weight.length; i++) weight[i] = fold.held[start * p + i] * this.columnWeight[i % p] * this.rowWeight(start + Math.floor(i / p));
    return {
      x: float32(full.features.subarray(start * d, end * d), size, d),
      visible: float32(Float32Array.from(fold.train.subarray(start * p, end * p)), size, p),
      weight: float32(weight, size, p),
      ...(config.memory ? { row: int64(BigInt64Array.from({ length: size }, (_, i) => BigInt(start + i)), size), ...this.allRows } : {}),
    };
  }

  private rowWeight(i: number): number {
    return this.input.rows.weight?.[i] ?? 1;
  }

  private sampledMemory(): Record<string, TensorData> {
    const { rows } = this.input.table;
    const { memoryRows } = this.input.options;
    if (rows <= memoryRows || this.input.prototypes) return this.allRows;
    return this.memory(sampleRows(rows, Math.ceil(memoryRows / 2), this.rng));
  }

  private memory(rows: Int32Array): Record<string, TensorData> {
    const { layout, table, fold } = this.input;
    const observed = Float32Array.from(pickRows(fold.train, layout.columns.length, rows));
    return memoryFeeds({ rows: rows.length, features: pickRows(table.features, layout.features, rows), observed, row: BigInt64Array.from(rows, BigInt) }, layout);
  }

  private dropoutMask(rows: number, width: number, rate: number): TensorData {
    const mask = new Float32Array(rows * width);
    for (let i = 0; i < mask.length; i++) mask[i] = this.rng.uniform() < rate ? 0 : 1 / (1 - rate);
    return float32(mask, rows, width);
  }
}

const memoryFeeds = ({ rows, features, observed, row }: Omit<MemoryRows, "cells">, layout: Layout): Record<string, TensorData> => ({
  "memory.features": float32(features, rows, layout.features),
  "memory.observed": float32(observed, rows, layout.columns.length),
  "memory.row": int64(row, rows),
});

/** (1 / observed rate)^power, relative to the mean rate and at most 20 times it. */
function rarityWeights(frequency: Float32Array, power: number): Float32Array {
  const inverse = frequency.map((f) => 1 / Math.max(f, 0.01));
  const mean = inverse.reduce((a, b) => a + b, 0) / Math.max(inverse.length, 1);
  return inverse.map((w) => Math.min(w / mean, 20) ** power);
}
