import { VhgmError } from "../base/errors.js";
import type { Rng } from "../base/random.js";
import type { Cells } from "../data/cells.js";
import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { transportWeights } from "./population.js";

/** What several sources and row weights mean for the training of each row. */
export interface RowRoles {
  /** What each row counts for in the loss, of mean 1; null where all count alike. */
  readonly weight: Float64Array | null;
  /** For each source that a row does not come from, the bits (columns of the layout) that the source measures. */
  others(row: number): readonly Uint8Array[];
  /** Another row, at random, of the sources that a row comes from. */
  another(row: number, rng: Rng): number;
  /**
   * Factor of a cell's weight where at most `fewCells` of its row are visible: answers are then about the population, so a
   * column that it measures is learned from its people alone, and another from people weighted to look like them. Null for
   * one table.
   */
  readonly few: ((row: number, column: number) => number) | null;
}

/** Up to so many visible cells an answer is about the population rather than about a person. */
export const fewCells = 3;

/**
 * What each row counts for in the loss, of mean 1: its own weight (brought to mean 1 within where it comes from, since
 * surveys scale theirs as they like) times n^(exponent - 1), where n is the number of rows of its source. A row of several
 * sources counts like one of the smallest of them. Null for one table without weights.
 * @throws VhgmError "data" where all weights are 0
 */
export function rowWeights({ rows, weight, source, origins = [[0]], sources = [] }: Cells, exponent: number): Float64Array | null {
  if (!weight && sources.length < 2) return null;
  const originOf = (i: number): number => (source ? source[i] : 0);
  const counts = new Float64Array(Math.max(1, sources.length));
  const sums = new Float64Array(origins.length);
  const members = new Float64Array(origins.length);
  for (let i = 0; i < rows; i++) {
    const o = originOf(i);
    for (const s of origins[o]) counts[s]++;
    members[o]++;
    sums[o] += weight ? weight[i] : 1;
  }
  const factor = origins.map((origin, o) => Math.min(...origin.map((s) => counts[s])) ** (exponent - 1) / (sums[o] > 0 ? sums[o] / members[o] : 1));
  const raw = Float64Array.from({ length: rows }, (_, i) => factor[originOf(i)] * (weight ? weight[i] : 1));
  const mean = raw.reduce((a, b) => a + b, 0) / rows;
  if (!(mean > 0)) throw new VhgmError("data", `All ${rows} rows have the weight 0, so there is nobody to learn from; give some rows a weight above 0, or the column of weights the role ignore.`);
  return raw.map((w) => w / mean);
}

export function rowRoles(cells: Cells, table: Encoded, layout: Layout, options: { readonly sourceWeight: number; readonly population: string | null }): RowRoles {
  const { source, origins = [], sources = [] } = cells;
  const measured = sources.map(({ measures }) => Uint8Array.from(layout.columns, (column) => measures[column.source]));
  const others = origins.map((origin) => measured.filter((_, s) => !origin.includes(s)));
  const from = source && origins.map((_, o) => Int32Array.from(source.keys()).filter((i) => source[i] === o));
  const another = (row: number, rng: Rng): number => {
    const alike = from?.[source![row]];
    return alike ? alike[rng.int(alike.length)] : rng.int(cells.rows);
  };
  return { weight: rowWeights(cells, options.sourceWeight), others: (row) => (source ? others[source[row]] : []), another, few: fewWeights(cells, table, layout, measured, options) };
}

function fewWeights(cells: Cells, table: Encoded, layout: Layout, measured: readonly Uint8Array[], options: { readonly population: string | null }): RowRoles["few"] {
  const { source, origins = [], sources = [] } = cells;
  const population = sources.findIndex(({ name }) => name === populationOf(cells, options));
  if (!source || population < 0) return null;
  const transport = new Float64Array(cells.rows).fill(1);
  const rowsOf = (of: (origin: readonly number[]) => boolean): Int32Array => Int32Array.from(source.keys()).filter((i) => of(origins[source[i]]));
  const people = rowsOf((origin) => origin.includes(population));
  sources.forEach((_, s) => {
    if (s === population) return;
    const others = rowsOf((origin) => origin[0] === s && !origin.includes(population));
    if (others.length === 0) return;
    const shared = [...layout.columns.keys()].filter((j) => measured[s][j] && measured[population][j]);
    transportWeights(table, layout, people, others, shared).forEach((w, k) => (transport[others[k]] = w));
  });
  return (row, column) => (origins[source[row]].includes(population) ? 1 : measured[population][column] ? 0 : transport[row]);
}

/** The source whose people answers are about where little is given: the one that was named, or the largest; null for one table. */
export function populationOf({ source, origins = [], sources = [] }: Cells, { population }: { readonly population: string | null }): string | null {
  const names = sources.map(({ name }) => name);
  if (population !== null) {
    if (names.includes(population)) return population;
    const allowed = names.length > 0 ? `allowed are ${names.join(", ")}` : "there is one table, whose people they are anyway";
    throw new VhgmError("usage", `The population '${population}' is no source; ${allowed}.`);
  }
  if (!source) return null;
  const rows = new Float64Array(names.length);
  for (const o of source) for (const s of origins[o]) rows[s]++;
  return names[rows.indexOf(Math.max(...rows))];
}

/** What each source gave to a training, for its card. */
export function describeSources(cells: Cells, layout: Layout, exponent: number): { name: string; rows: number; attributes: number; observedCells: number; weight: number }[] {
  const { source = new Uint16Array(), origins = [], sources = [] } = cells;
  const weights = rowWeights(cells, exponent);
  return sources.map(({ name, measures }, s) => {
    const columns = layout.columns.filter((column) => measures[column.source]);
    const from = origins.map((origin) => origin.includes(s));
    let rows = 0;
    let observedCells = 0;
    let weight = 0;
    source.forEach((o, i) => {
      if (!from[o]) return;
      rows++;
      weight += (weights?.[i] ?? 1) / cells.rows;
      for (const column of columns) if (!Number.isNaN(cells.values[column.source][i])) observedCells++;
    });
    return { name, rows, attributes: columns.length, observedCells, weight };
  });
}
