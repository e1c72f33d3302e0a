/** Trees on top of the other paths: learned from rows whose holes these have filled. */
import type { Encoded } from "../data/encode.js";
import type { HeldOut } from "../model/heldOutCells.js";
import type { MemberPaths } from "../model/predictive.js";
import type { FillWeights } from "../model/trees/asked.js";
import type { Forest } from "../model/trees/forest.js";
import { growForest } from "../model/trees/growForest.js";
import { openTreePath } from "../model/trees/treePath.js";
import { evenlySpaced } from "./rows.js";

/** Rows that trees are learned from at most. */
export const treeRows = 8192;

export interface TreeFit {
  readonly weights: FillWeights;
  /** Trees of each column. */
  readonly trees: number;
  readonly seed: number;
  /** After each column's trees: to tell of it, to let others in, and to stop by a failure. */
  readonly onColumn?: () => void | Promise<void>;
}

/** @param members predictions of the table's rows by the other paths */
export const fitForest = ({ weights, trees, seed, onColumn }: TreeFit, members: readonly MemberPaths[], table: Encoded): Promise<Forest> =>
  growForest({ weights, members, table, chosen: evenlySpaced(table.rows, treeRows), trees, seed }, onColumn);

/** A member's predictions of its held-out cells with those of trees that have not seen them either. @param table its rows as the member saw them */
export async function withTrees(fit: TreeFit, { paths, draws = [paths], held }: HeldOut, table: Encoded): Promise<HeldOut> {
  const forest = await fitForest({ ...fit, trees: Math.ceil(fit.trees / 2) }, draws, table);
  const trees = openTreePath(forest, fit.weights, draws, table);
  return { paths: { ...paths, trees }, draws: draws.map((draw) => ({ ...draw, trees })), held };
}
