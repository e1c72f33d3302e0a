/** Trees on top of the other paths: learned from rows whose holes these have filled. */
import { pickTable, type Encoded } from "../data/encode.js";
import type { HeldOut } from "../model/heldOutCells.js";
import type { MemberPaths } from "../model/predictive.js";
import type { FillWeights } from "../model/trees/asked.js";
import type { Forest } from "../model/trees/forest.js";
import { growForest } from "../model/trees/growForest.js";
import type { GrowerFactory } from "../model/trees/grower.js";
import { openTreePath } from "../model/trees/treePath.js";
import type { LessSeen } from "./lessSeen.js";
import { maskedTable, type Fold } from "./folds.js";
import { evenlySpaced } from "./rows.js";

/** Rows that trees are learned from at most. */
export const treeRows = 8192;

export interface TreeFit {
  readonly weights: FillWeights;
  readonly table: Encoded;
  readonly folds: readonly Fold[];
  /** Rows of the held-out predictions. */
  readonly scored: Int32Array;
  readonly heldOut: readonly HeldOut[];
  /** The same with less seen. */
  readonly lessSeen: readonly LessSeen[];
  /** Trees of each column. */
  readonly trees: number;
  readonly seed: number;
  readonly growers?: readonly GrowerFactory[];
  /** What the finished members say of chosen rows of the table. @param observed (chosen, columns) their visible cells */
  predict(chosen: Int32Array, observed: Uint8Array): Promise<MemberPaths[]>;
  /** After each column's trees: to tell of it, to let others in, and to stop by a failure. */
  onColumn(done: number, total: number): void | Promise<void>;
}

/** A forest, and what was given of held-out cells with the answers of trees that have not seen them either, half as many. */
interface FittedTrees {
  readonly forest: Forest;
  readonly heldOut: HeldOut[];
  readonly lessSeen: LessSeen[];
}

/** Grows the forest, and for each member's held-out predictions one of its training cells. What is given stays as it is. */
export async function fitTrees({ weights, table, folds, scored, heldOut, lessSeen, trees, seed, growers, predict, onColumn }: TreeFit): Promise<FittedTrees> {
  const { layout } = weights;
  let grown = 0;
  const grow = (members: readonly MemberPaths[], rows: Encoded, count: number): Promise<Forest> =>
    growForest({ weights, members, table: rows, chosen: evenlySpaced(rows.rows, treeRows), trees: count, seed, growers }, () => onColumn(++grown, (folds.length + 1) * layout.columns.length));
  const answeredBy = (forest: Forest, held: HeldOut, rows: Encoded): HeldOut => {
    const { paths, draws = [paths] } = held;
    const trees = openTreePath(forest, weights, draws, rows);
    return { ...held, paths: { ...paths, trees }, draws: draws.map((draw) => ({ ...draw, trees })) };
  };
  const answered: HeldOut[] = [];
  const lessAnswered = lessSeen.map((level) => ({ ...level, heldOut: [] as HeldOut[] }));
  for (const [k, { train }] of folds.entries()) {
    const { paths, draws = [paths] } = heldOut[k];
    const seen = pickTable(maskedTable(table, train, layout), layout, scored);
    const forest = await grow(draws, seen, Math.ceil(trees / 2));
    answered.push(answeredBy(forest, heldOut[k], seen));
    for (const [l, level] of lessSeen.entries()) lessAnswered[l].heldOut.push(answeredBy(forest, level.heldOut[k], maskedTable(pickTable(table, layout, level.rows), level.visible[k], layout)));
  }
  const chosen = evenlySpaced(table.rows, treeRows);
  const fitted = pickTable(table, layout, chosen);
  return { forest: await grow(await predict(chosen, fitted.observed), fitted, trees), heldOut: answered, lessSeen: lessAnswered };
}
