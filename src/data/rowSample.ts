/** A sample of the rows of a table that is too long to be held in memory. */
import { createRng } from "../base/random.js";

/** Decides row by row, in the order of the table, which rows are kept. */
export interface RowSample {
  /** Whether the next row, of this group, is kept. */
  keep(group: string): boolean;
  /** How many rows are kept of each group. */
  readonly kept: ReadonlyMap<string, number>;
}

/**
 * A sample of exactly so many rows, each row of a group alike (selection sampling: Knuth, The Art of Computer Programming 2, 3.4.2,
 * algorithm S). Groups are the sources of the rows; their shares are those of `shares`.
 * @param counts rows of each group
 * @param most rows to keep
 */
export function createRowSample(counts: ReadonlyMap<string, number>, most: number, seed: number): RowSample {
  const kept = shares(counts, most);
  const left = new Map([...counts].map(([group, rows]) => [group, { rows, wanted: kept.get(group)! }]));
  const rng = createRng(seed, 0x5a31);
  return {
    kept,
    keep(group) {
      const state = left.get(group)!;
      const take = rng.uniform() * state.rows < state.wanted;
      state.rows--;
      if (take) state.wanted--;
      return take;
    },
  };
}

/**
 * Rows to keep of each group: in proportion to the square root of its rows, as groups count in the loss, so that a long narrow
 * source does not push out a short wide one; never more than it has, and as many as `most` in all.
 */
export function shares(counts: ReadonlyMap<string, number>, most: number): Map<string, number> {
  const all = [...counts.values()].reduce((a, b) => a + b, 0);
  if (all <= most) return new Map(counts);
  const at = (factor: number): number[] => [...counts.values()].map((rows) => Math.min(rows, Math.floor(factor * Math.sqrt(rows))));
  const total = (factor: number): number => at(factor).reduce((a, b) => a + b, 0);
  let low = 0;
  let high = Math.sqrt(Math.max(...counts.values()));
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (total(middle) <= most) low = middle;
    else high = middle;
  }
  const found = at(low);
  const rows = [...counts.values()];
  // What rounding down left over goes to the groups that have rows left, the first of the table first.
  for (let missing = most - found.reduce((a, b) => a + b, 0), k = 0; missing > 0; k = (k + 1) % found.length) {
    if (found[k] >= rows[k]) continue;
    found[k]++;
    missing--;
  }
  return new Map([...counts.keys()].map((group, k) => [group, found[k]]));
}
