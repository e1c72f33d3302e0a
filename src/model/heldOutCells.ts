import type { Cells } from "../data/cells.js";
import type { Layout } from "../data/layout.js";
import type { MemberPaths } from "./predictive.js";

/** One member's predictions of the rows in which it held out cells, and which cells those were. */
export interface HeldOut {
  readonly paths: MemberPaths;
  /** With a latent, the predictions of each draw, over which `paths` are the mean. */
  readonly draws?: readonly MemberPaths[];
  /** (rows, columns): 1 where the cell was hidden from this member. */
  readonly held: Uint8Array;
}

/** A held-out cell: the member that did not see it, its row, and the truth. */
export interface HeldOutCell {
  /** Predictions that the cell's density averages over. */
  readonly members: readonly MemberPaths[];
  readonly paths: MemberPaths;
  readonly row: number;
  /** Number in the user's units, or class. */
  readonly value: number;
}

const mostCells = 400;
/** Fewer cells decide nothing. */
export const fewestCells = 5;

/** A column's held-out cells, evenly spaced ones where there are very many. */
export function heldOutCells(layout: Layout, cells: Cells, heldOut: readonly HeldOut[], j: number): HeldOutCell[] {
  const p = layout.columns.length;
  const { source, kind, classOf } = layout.columns[j];
  const all: HeldOutCell[] = [];
  for (const { paths, draws: members = [paths], held } of heldOut) {
    for (let row = 0; row < cells.rows; row++) {
      if (!held[row * p + j]) continue;
      const x = cells.values[source][row];
      all.push({ members, paths, row, value: kind === "number" ? x : classOf[x] });
    }
  }
  const step = Math.max(1, all.length / mostCells);
  return all.length <= mostCells ? all : Array.from({ length: mostCells }, (_, i) => all[Math.floor(i * step)]);
}
