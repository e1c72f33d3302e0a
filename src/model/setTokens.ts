import type { Layout } from "../data/layout.js";
import { float32, indexData, type Graph, type TensorData } from "../engine/index.js";
import type { TokenTensors } from "./setEncoder.js";

/** Declares the inputs of a batch's tokens; `rows` is a number or the symbol of the batch. */
export const tokenInputs = (g: Graph, rows: number | "B"): TokenTensors => ({
  row: g.input("token.row", [rows, "L"], "int64"),
  value: g.input("token.value", [rows, "L", 2]),
  present: g.input("token.present", [rows, "L"]),
});

/**
 * Number of tokens that a row with so many visible cells is filled up to: multiples of 32, later of 128, so that few
 * shapes occur. A row's answer may differ in the last bit between lengths, so its length must depend on itself alone.
 */
export const tokenLength = (visible: number): number => (visible <= 256 ? 32 * Math.max(1, Math.ceil(visible / 32)) : 128 * Math.ceil(visible / 128));

/** Number of visible cells of a row's bits. */
export function visibleCount(visible: ArrayLike<number>, row: number, columns: number): number {
  let n = 0;
  for (let j = row * columns; j < (row + 1) * columns; j++) if (visible[j]) n++;
  return n;
}

/** Tokens of a batch as plain arrays; `row` also names the absent ones, as -1. */
export interface TokenArrays {
  readonly feeds: Record<string, TensorData>;
  readonly row: Int32Array;
}

/**
 * Tokens of the visible cells of encoded rows, each with features (D) and bits (p); filled up to `length` tokens in each of
 * `size` rows. A token is present where its bit is not zero.
 */
export function tokenArrays(layout: Layout, rows: readonly { readonly features: Float32Array; readonly visible: ArrayLike<number> }[], size: number, length: number): TokenArrays {
  const row = new Int32Array(size * length).fill(-1);
  const value = new Float32Array(size * length * 2);
  const present = new Float32Array(size * length);
  rows.forEach(({ features, visible }, i) => {
    let at = i * length;
    for (let j = 0; j < visible.length; j++) {
      if (!visible[j]) continue;
      const { first, width, kind } = layout.columns[j];
      present[at] = 1;
      if (kind === "number") {
        row[at] = first;
        value[2 * at] = features[first + width - 1];
        value[2 * at + 1] = features[first];
      } else {
        let k = 0;
        while (k < width - 1 && features[first + k] < 0.5) k++;
        row[at] = first + k;
      }
      at++;
    }
  });
  return {
    row,
    feeds: {
      "token.row": indexData(row.map((r) => Math.max(r, 0)), size, length),
      "token.value": float32(value, size, length, 2),
      "token.present": float32(present, size, length),
    },
  };
}

/** Rows of an encoded batch as views. */
export const rowViews = (features: Float32Array, visible: Float32Array | Uint8Array, rows: number): { features: Float32Array; visible: Float32Array | Uint8Array }[] =>
  Array.from({ length: rows }, (_, i) => ({
    features: features.subarray((i * features.length) / rows, ((i + 1) * features.length) / rows),
    visible: visible.subarray((i * visible.length) / rows, ((i + 1) * visible.length) / rows),
  }));

/** Rows of a table that go through a graph together, all with the same number of tokens. */
export interface RowBatch {
  readonly rows: Int32Array;
  readonly length: number;
}

/** Most cells of all columns that a batch answers, which bounds the memory of wide tables; a set encoder has several vectors for each. */
const batchCells = { dense: 160_000, tokens: 32_000 };

/**
 * Rows in batches of at most `most`, fewer where there are many columns. Where a graph takes tokens, rows that are filled
 * up to the same length go together, so that a row's answer does not depend on its neighbours.
 * @param visible (rows, columns) bits
 */
export function rowBatches(rows: number, columns: number, visible: ArrayLike<number>, most: number, tokens: boolean): RowBatch[] {
  const size = Math.max(8, Math.min(most, 8 * Math.floor((tokens ? batchCells.tokens : batchCells.dense) / columns / 8)));
  const byLength = new Map<number, number[]>();
  for (let i = 0; i < rows; i++) {
    const length = tokens ? tokenLength(visibleCount(visible, i, columns)) : 0;
    if (!byLength.has(length)) byLength.set(length, []);
    byLength.get(length)!.push(i);
  }
  return [...byLength].flatMap(([length, members]) =>
    Array.from({ length: Math.ceil(members.length / size) }, (_, b) => ({ rows: Int32Array.from(members.slice(b * size, (b + 1) * size)), length })),
  );
}
