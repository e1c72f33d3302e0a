import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";

/** Columns that are observed in much the same rows, few of all: what one source, or one kind of people, alone was asked. */
export interface RowGroup {
  readonly columns: readonly number[];
  /** Rows in which at least a third of the columns is observed. */
  readonly rows: Int32Array;
}

/** Columns observed in a larger share of the rows are regressed on all rows. */
const usualShare = 0.5;
/** Least correlation of two columns' observed bits within a group; holes of 30% within the same rows leave about 0.6. */
const leastCorrelation = 0.5;
const most = { groups: 6, rows: 4096 };
const fewestRows = 200;
const presence = 1 / 3;

/** The largest groups of columns that are observed together and seldom, at most six. */
export function rowGroups({ rows, observed }: Encoded, layout: Layout): RowGroup[] {
  const p = layout.columns.length;
  const step = Math.max(1, Math.floor(rows / most.rows));
  const sampled = Math.floor((rows - 1) / step) + 1;
  const bits = layout.columns.map((_, j) => Uint8Array.from({ length: sampled }, (__, r) => observed[r * step * p + j]));
  const share = bits.map((b) => b.reduce((s, x) => s + x, 0) / sampled);
  const rare = layout.columns.flatMap((_, j) => (share[j] > 0 && share[j] < usualShare ? [j] : [])).sort((a, b) => share[b] - share[a]);
  const groups: RowGroup[] = [];
  for (let left = rare; left.length > 0; ) {
    const found: number[][] = [];
    for (const j of left) {
      const home = found.find(([leader]) => correlation(bits[leader], bits[j], share[leader], share[j]) >= leastCorrelation);
      if (home) home.push(j);
      else found.push([j]);
    }
    // A column that is seldom observed even there, as what is asked of some of a source's people, starts a group of its own.
    const rest: number[] = [];
    for (const columns of found) {
      const own = rowsOf(columns, rows, observed, p);
      const usual = columns.filter((j) => j === columns[0] || countObserved(observed, own, j, p) >= usualShare * own.length);
      rest.push(...columns.filter((j) => !usual.includes(j)));
      groups.push({ columns: usual, rows: rowsOf(usual, rows, observed, p) });
    }
    left = rest;
  }
  return groups
    .filter((group) => group.rows.length >= fewestRows)
    .sort((a, b) => b.columns.length - a.columns.length)
    .slice(0, most.groups);
}

function correlation(a: Uint8Array, b: Uint8Array, shareA: number, shareB: number): number {
  let both = 0;
  for (let i = 0; i < a.length; i++) both += a[i] & b[i];
  return (both / a.length - shareA * shareB) / Math.sqrt(shareA * (1 - shareA) * shareB * (1 - shareB));
}

const rowsOf = (columns: readonly number[], rows: number, observed: Uint8Array, p: number): Int32Array =>
  Int32Array.from({ length: rows }, (_, i) => i).filter((i) => columns.reduce((n, j) => n + observed[i * p + j], 0) >= columns.length * presence);

/** Part of a column's observed cells that its source holds, of a column that is a source's own. */
const ownShare = 0.95;

/** The columns that each source alone records, with its rows; `from` (rows, sources) tells of which sources rows are. */
export function sourceGroups({ rows, observed }: Encoded, from: Float32Array, layout: Layout): RowGroup[] {
  const p = layout.columns.length;
  const count = from.length / rows;
  const everybody = Int32Array.from({ length: rows }, (_, i) => i);
  const all = layout.columns.map((_, j) => countObserved(observed, everybody, j, p));
  return Array.from({ length: count }, (_, s) => everybody.filter((i) => from[i * count + s] > 0))
    .filter((own) => own.length >= fewestRows && own.length < rows)
    .map((own) => ({ rows: own, columns: layout.columns.flatMap((_, j) => (all[j] > 0 && countObserved(observed, own, j, p) >= ownShare * all[j] ? [j] : [])) }))
    .filter(({ columns }) => columns.length > 0);
}

/** How many of these rows observe column j of p. */
export const countObserved = (observed: Uint8Array, rows: Int32Array, j: number, p: number): number => rows.reduce((n, i) => n + observed[i * p + j], 0);
