import { permutation, type Rng } from "../base/random.js";
import type { Cells } from "../data/cells.js";

/** Rows from which the linear path's map is taken; more would cost memory and change nothing visible. */
export const linearRows = 20_000;

/** Places of at most `most` of so many rows: all, or evenly spaced ones, since tables are sorted by study, visit or age. */
export function evenlySpaced(rows: number, most: number): Int32Array {
  const count = Math.min(rows, most);
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count));
}

/** The cells of chosen rows, without their weights and sources. */
export const pickCells = ({ attributes, values }: Cells, chosen: Int32Array): Cells => ({ rows: chosen.length, attributes, values: values.map((column) => Float64Array.from(chosen, (i) => column[i])) });

/** So many of the rows 0 … rows - 1, in random order: by a permutation of all where they are few, else one by one, which takes no longer for more rows. */
export function sampleRows(rows: number, most: number, rng: Rng): Int32Array {
  if (rows <= linearRows) return permutation(rows, rng).subarray(0, most);
  const moved = new Map<number, number>();
  return Int32Array.from({ length: Math.min(rows, most) }, (_, i) => {
    const j = i + rng.int(rows - i);
    const found = moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
    return found;
  });
}
