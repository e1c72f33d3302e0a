import type { Cells } from "../data/cells.js";
import { normalScore } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { buildGrid, cellOf, normalQuantile, type Grid } from "./likelihoods/index.js";

/** One grid per number column, laid side by side: column j's cells are [first[j], first[j] + grids[j].size). */
export interface NumberGrids {
  readonly grids: readonly Grid[];
  readonly first: readonly number[];
  readonly total: number;
}

export function layGrids(grids: readonly Grid[]): NumberGrids {
  const first: number[] = [];
  let total = 0;
  for (const grid of grids) {
    first.push(total);
    total += grid.size;
  }
  return { grids, first, total };
}

/** Grids of a table's numbers, from their observed values. */
export function fitGrids(cells: Cells, layout: Layout): NumberGrids {
  return layGrids(
    layout.columns.slice(0, layout.numbers).map(({ source, attribute }) => {
      const observed = cells.values[source].filter((x) => !Number.isNaN(x));
      let min = Infinity;
      let max = -Infinity;
      for (const x of observed) {
        if (x < min) min = x;
        if (x > max) max = x;
      }
      return buildGrid(observed, {
        resolution: attribute.resolution ?? Math.max((max - min) * 1e-6, Number.MIN_VALUE),
        // One end may be given, and all observed values may lie beyond it.
        min: attribute.min ?? Math.min(min, attribute.max ?? min),
        max: attribute.max ?? Math.max(max, attribute.min ?? max),
      });
    }),
  );
}

/**
 * (size - 1) normal scores of a grid's inner boundaries: each cell has its share of the observed values under a standard normal. Among the column's few
 * quantiles the tails would end at 2.4, and whatever lies beyond would be the last cell's.
 * @param ranks the column's quantiles, for models of older versions
 */
export const scoreBounds = ({ bound, below }: Grid, ranks: readonly number[]): Float64Array => below?.map(normalQuantile) ?? bound.map((x) => normalScore(ranks, x));

/**
 * (chosen, total) indicators of the grid cell that holds each observed number of the chosen rows;
 * `keep` (chosen, columns) says which cells count.
 */
export function cellIndicators(cells: Cells, layout: Layout, grids: NumberGrids, chosen: Int32Array, keep: Uint8Array): Float32Array {
  const out = new Float32Array(chosen.length * grids.total);
  const p = layout.columns.length;
  for (let j = 0; j < layout.numbers; j++) {
    const values = cells.values[layout.columns[j].source];
    chosen.forEach((i, r) => {
      if (keep[r * p + j]) out[r * grids.total + grids.first[j] + cellOf(grids.grids[j], values[i])] = 1;
    });
  }
  return out;
}
