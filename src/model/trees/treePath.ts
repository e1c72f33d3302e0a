/** The trees' predictions of holes of rows that the other paths have predicted already. */
import type { Encoded } from "../../data/encode.js";
import type { MemberPaths } from "../predictive.js";
import { answersOf, questionsOf, type FillWeights } from "./asked.js";
import { predictTrees, type Forest, type TreePath } from "./forest.js";

/** Rows kept filled at a time: whoever asks goes through the rows, not to and fro. */
const keptRows = 64;

/**
 * @param members the other paths' predictions of these rows
 * @param rows read when a hole is asked for, not when the path is opened: cells that are shown in between are seen
 */
export function openTreePath(forest: Forest, weights: FillWeights, members: readonly MemberPaths[], rows: Encoded): TreePath {
  const { columns } = weights.layout;
  const questions = questionsOf(weights.layout).length;
  const answers = new Map<number, Float32Array>();
  const found = new Map<number, Float32Array>();
  const answersIn = (row: number): Float32Array => {
    let own = answers.get(row);
    if (own) return own;
    if (answers.size >= keptRows) answers.clear();
    own = new Float32Array(questions);
    answersOf(weights, members, rows, row, own);
    answers.set(row, own);
    return own;
  };
  const of = (row: number, j: number): Float32Array | null => {
    const trees = forest[j];
    if (!trees) return null;
    const key = row * columns.length + j;
    let out = found.get(key);
    if (!out) {
      out = new Float32Array(columns[j].kind === "number" ? 1 : columns[j].width);
      predictTrees(trees, answersIn(row), out);
      found.set(key, out);
    }
    return out;
  };
  const path = (start: number): TreePath => ({ of: (row, j) => of(start + row, j), from: (first) => path(start + first) });
  return path(0);
}
