import type { Cells } from "./cells.js";
import { normalQuantile } from "../base/normal.js";
import type { Column, Layout } from "./layout.js";

/** Rows as the network takes them: features, zero where there is a hole, and one bit per column that says "observed". */
export interface Encoded {
  readonly rows: number;
  /** (rows, features) */
  readonly features: Float32Array;
  /** (rows, columns): 1 observed, 0 hole */
  readonly observed: Uint8Array;
}

/** Standardised values beyond this many standard deviations are held at it, so that one odd value cannot rule a fit. */
const farthest = 12;

/** Encodes cells by a layout that was fitted to a table with the same attributes. */
export function encodeCells(cells: Cells, layout: Layout): Encoded {
  const { rows } = cells;
  const features = new Float32Array(rows * layout.features);
  const observed = new Uint8Array(rows * layout.columns.length);
  layout.columns.forEach((column, j) => {
    const values = cells.values[column.source];
    for (let i = 0; i < rows; i++) {
      const x = values[i];
      if (Number.isNaN(x)) continue;
      const at = i * layout.features + column.first;
      writeFeatures(column, x, features, at);
      observed[i * layout.columns.length + j] = 1;
    }
  });
  return { rows, features, observed };
}

/** Writes the features of one observed value, starting at `at`. */
export function writeFeatures(column: Column, value: number, features: Float32Array, at: number): void {
  if (column.kind === "levels") {
    features[at + column.classOf[value]] = 1;
    return;
  }
  features[at] = Math.min(farthest, Math.max(-farthest, (value - column.center) / column.scale));
  if (column.ranks.length > 0) features[at + 1] = normalScore(column.ranks, value);
}

/** Normal score of a value by its rank among quantiles, linear between them; ties take the middle of their ranks. */
export function normalScore(quantiles: readonly number[], value: number): number {
  const last = quantiles.length - 1;
  let below = 0;
  while (below <= last && quantiles[below] < value) below++;
  let notAbove = below;
  while (notAbove <= last && quantiles[notAbove] === value) notAbove++;
  const rank = notAbove > below ? (below + notAbove - 1) / 2 : below === 0 ? 0 : below > last ? last : below - 1 + (value - quantiles[below - 1]) / (quantiles[below] - quantiles[below - 1]);
  return normalQuantile((rank + 0.5) / (last + 1));
}

/** Encoded rows that cells can be shown in while the given ones stay as they are. */
export const copyOf = ({ rows, features, observed }: Encoded): Encoded => ({ rows, features: features.slice(), observed: observed.slice() });

/** Chosen rows of an array with so many values a row. */
export function pickRows<T extends Float32Array | Uint8Array>(all: T, width: number, chosen: Int32Array): T {
  const out = all.slice(0, chosen.length * width) as T;
  chosen.forEach((i, r) => out.set(all.subarray(i * width, (i + 1) * width), r * width));
  return out;
}

/** Chosen rows of a table, each at most once; of all of them the table itself. */
export const pickTable = (table: Encoded, layout: Layout, chosen: Int32Array): Encoded =>
  chosen.length === table.rows
    ? table
    : { rows: chosen.length, features: pickRows(table.features, layout.features, chosen), observed: pickRows(table.observed, layout.columns.length, chosen) };
