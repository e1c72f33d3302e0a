import type { Encoded } from "../../data/encode.js";
import type { Layout } from "../../data/layout.js";
import type { MemberPaths } from "../predictive.js";
import { answersOf, questionsOf, type FillWeights } from "./asked.js";
import { binTable } from "./binned.js";
import type { Forest, Trees } from "./forest.js";
import { growHere, type ColumnJob, type GrowerFactory } from "./grower.js";

/** Fewest people at a leaf, of numbers and of levels. */
const leaf = { number: 5, levels: 3 };
/** Questions that a split looks at, of so many, for numbers and for levels. */
const tried = { number: (of: number) => Math.ceil(of / 3), levels: (of: number) => Math.min(of, Math.ceil(2 * Math.sqrt(of))) };
/** Fewest observed cells of a column that trees are grown from. */
const fewestRows = 20;
/** Forests of tables for which this many trees of each column would take too long are smaller; with fewer they are not worth it. */
const work = { most: 6e9, fewestTrees: 10 };

/** Trees per column that a table's size allows; 0 where too few would be left. */
export function treesFor(layout: Layout, rows: number, wanted: number): number {
  const questions = questionsOf(layout).length;
  const looks = layout.columns.reduce((sum, { kind }) => sum + tried[kind](questions), 0);
  const trees = Math.min(wanted, Math.floor(work.most / (looks * rows * Math.log2(2 + rows / leaf.number))));
  return trees < Math.min(wanted, work.fewestTrees) ? 0 : trees;
}

export interface ForestInput {
  readonly weights: FillWeights;
  /** The other paths' predictions of the table's people. */
  readonly members: readonly MemberPaths[];
  readonly table: Encoded;
  /** Rows that are learned from. */
  readonly chosen: Int32Array;
  readonly trees: number;
  readonly seed: number;
  /** What grows columns side by side; the calling thread alone if not said. */
  readonly growers?: readonly GrowerFactory[];
}

/** A forest for every column, of the people who have a value there, on everything else of them. @param onColumn after each column; its failure ends the work */
export async function growForest({ weights, members, table, chosen, trees, seed, growers = [growHere] }: ForestInput, onColumn?: () => void | Promise<void>): Promise<Forest> {
  const { layout } = weights;
  const { features: d, columns } = layout;
  const p = columns.length;
  const rows = chosen.length;
  const questions = questionsOf(layout);
  const answers = new Float32Array(rows * questions.length);
  chosen.forEach((i, k) => answersOf(weights, members, table, i, answers.subarray(k * questions.length, (k + 1) * questions.length)));
  const binned = binTable(answers, rows, questions.length);
  const forest: (Trees | null)[] = columns.map(() => null);

  const jobOf = (column: number): ColumnJob | null => {
    const { kind, first, width } = columns[column];
    const known = Int32Array.from(chosen.keys()).filter((k) => table.observed[chosen[k] * p + column]);
    const asked = Array.from(questions.keys()).filter((q) => questions[q] !== column);
    if (known.length < fewestRows || asked.length === 0) return null;
    const target = new Float32Array(rows);
    for (const k of known) {
      const at = chosen[k] * d + first;
      target[k] = kind === "number" ? table.features[at] : table.features.subarray(at, at + width).indexOf(1);
    }
    return { rows: known, target, width: kind === "number" ? 1 : width, questions: asked, tried: tried[kind](asked.length), trees, leaf: leaf[kind], seed, column };
  };
  let next = 0;
  /** Takes one column after the other. */
  const work = async (factory: GrowerFactory): Promise<void> => {
    const grower = factory(binned);
    try {
      while (next < p) {
        const column = next++;
        const job = jobOf(column);
        if (job) forest[column] = await grower.grow(job);
        await onColumn?.();
      }
    } catch (cause) {
      next = p;
      throw cause;
    } finally {
      await grower.close();
    }
  };
  // All come to an end before a failure is thrown.
  const ended = await Promise.allSettled(growers.slice(0, p).map(work));
  const failed = ended.find((end) => end.status === "rejected");
  if (failed) throw failed.reason;
  return forest;
}
