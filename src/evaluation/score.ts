import { VhgmError } from "../base/errors.js";
import { average, isHole, moments, numberOf, numericValues, type Mask, type TextTable } from "./columns.js";

/** How well hidden cells were filled. Averages are over columns; NaN where no column of the kind was scored. */
export interface TableScore {
  /** Root of the mean over numeric columns of the mean squared error, in standard deviations of the full column. */
  readonly nrmse: number;
  /** Squared Pearson correlation per numeric column, averaged. */
  readonly r2: number;
  /** Share of right levels per column with levels, averaged. */
  readonly accuracy: number;
  /** Share of right levels per true level, averaged within the column, then over columns. */
  readonly balancedAccuracy: number;
  /** Hidden cells that are still empty, or hold text in a numeric column. */
  readonly unfilled: number;
  /** Observed cells that are no longer what they were. */
  readonly changed: number;
}

/** The score of one column; `kind` says which of the figures it has. */
export type ColumnScore = {
  readonly name: string;
  readonly hidden: number;
  readonly unfilled: number;
  readonly changed: number;
} & (
  | { readonly kind: "numeric"; readonly nrmse: number; readonly r2: number }
  | { readonly kind: "levels"; readonly accuracy: number; readonly balancedAccuracy: number }
  | { readonly kind: "not scored" }
);

/** Fewest hidden cells for which a column's errors are scored. */
export const fewestHidden = 3;

/** Relative difference up to which two spellings count as the same number. */
const sameWithin = 1e-9;

/**
 * Scores a completed table against the full one on the hidden cells. Columns are found by name, rows by their order.
 * A numeric cell that was not filled counts as filled with the column's mean, a level as wrong.
 *
 * Columns with fewer than three hidden cells are left out of the averages, but not out of the counts of unfilled and
 * changed cells: a method must not touch observed cells in any column.
 *
 * @param full the table before cells were hidden; its own holes are not scored
 * @throws VhgmError "data" if the completed table has another number of rows or lacks a column
 */
export function scoreTable(full: TextTable, completed: TextTable, mask: Mask): TableScore {
  return summarise(scoreColumns(full, completed, mask));
}

/** `scoreTable` column by column. */
export function scoreColumns(full: TextTable, completed: TextTable, mask: Mask): ColumnScore[] {
  const place = alignColumns(full, completed);
  return full.columns.map((name, j) => {
    const truth = full.rows.map((row) => row[j]);
    const filled = completed.rows.map((row) => row[place[j]]);
    return scoreColumn(name, truth, filled, hiddenRows(mask, j));
  });
}

/** The averages and sums over columns. */
function summarise(columns: readonly ColumnScore[]): TableScore {
  const numeric = columns.flatMap((c) => (c.kind === "numeric" ? [c] : []));
  const levels = columns.flatMap((c) => (c.kind === "levels" ? [c] : []));
  return {
    nrmse: Math.sqrt(average(numeric.map((c) => c.nrmse ** 2))),
    r2: average(numeric.map((c) => c.r2)),
    accuracy: average(levels.map((c) => c.accuracy)),
    balancedAccuracy: average(levels.map((c) => c.balancedAccuracy)),
    unfilled: columns.reduce((sum, c) => sum + c.unfilled, 0),
    changed: columns.reduce((sum, c) => sum + c.changed, 0),
  };
}

/** Rows in which a column's cell was hidden. */
export function hiddenRows(mask: Mask, column: number): number[] {
  const rows: number[] = [];
  mask.forEach((bits, i) => {
    if (bits[column]) rows.push(i);
  });
  return rows;
}

/**
 * Where the columns of `full` stand in another table of the same rows.
 * @throws VhgmError "data" if a column is absent or the number of rows differs
 */
export function alignColumns(full: TextTable, other: TextTable): number[] {
  if (other.rows.length !== full.rows.length) {
    const given = `The completed table has ${other.rows.length} rows and the full one ${full.rows.length}`;
    throw new VhgmError("data", `${given}; a completed table keeps all rows in their order.`);
  }
  return full.columns.map((name) => {
    const at = other.columns.indexOf(name);
    if (at < 0) throw new VhgmError("data", `The completed table has no column '${name}'; a completed table keeps all columns.`);
    return at;
  });
}

function scoreColumn(name: string, truth: readonly string[], filled: readonly string[], hidden: readonly number[]): ColumnScore {
  const values = numericValues(truth);
  const isHidden = new Uint8Array(truth.length);
  for (const i of hidden) isHidden[i] = 1;
  const kept = values ? sameNumericCell : sameLevel;
  const changed = truth.filter((text, i) => !isHidden[i] && !isHole(text) && !kept(text, filled[i])).length;
  const unfilled = hidden.filter((i) => isHole(filled[i]) || (values && Number.isNaN(numberOf(filled[i])))).length;
  const common = { name, hidden: hidden.length, unfilled, changed };
  if (hidden.length < fewestHidden) return { ...common, kind: "not scored" };
  if (!values) return { ...common, kind: "levels", ...levelScore(hidden.map((i) => truth[i]), hidden.map((i) => filled[i])) };

  const { mean, sd } = moments(values);
  const a = hidden.map((i) => numberOf(truth[i]));
  const b = hidden.map((i) => numberOf(filled[i])).map((x) => (Number.isNaN(x) ? mean : x));
  return { ...common, kind: "numeric", nrmse: Math.sqrt(average(a.map((x, k) => ((x - b[k]) / sd) ** 2))), r2: squaredCorrelation(a, b) };
}

const sameNumericCell = (truth: string, text: string): boolean => {
  const t = numberOf(truth);
  return Math.abs(numberOf(text) - t) <= sameWithin * Math.max(1, Math.abs(t));
};

/** "1" and "1.0" are the same level. */
const sameLevel = (truth: string, text: string): boolean => truth === text || numberOf(truth) === numberOf(text);

function levelScore(truth: readonly string[], filled: readonly string[]): { accuracy: number; balancedAccuracy: number } {
  const byLevel = new Map<string | number, { right: number; n: number }>();
  truth.forEach((text, k) => {
    const number = numberOf(text);
    const level = Number.isNaN(number) ? text : number;
    const count = byLevel.get(level) ?? { right: 0, n: 0 };
    byLevel.set(level, { right: count.right + (sameLevel(text, filled[k]) ? 1 : 0), n: count.n + 1 });
  });
  const counts = [...byLevel.values()];
  return {
    accuracy: counts.reduce((sum, c) => sum + c.right, 0) / truth.length,
    balancedAccuracy: average(counts.map((c) => c.right / c.n)),
  };
}

/** Squared Pearson correlation; 0 when either side does not vary. */
export function squaredCorrelation(a: readonly number[], b: readonly number[]): number {
  const ma = average(a);
  const mb = average(b);
  let aa = 0;
  let bb = 0;
  let ab = 0;
  a.forEach((x, i) => {
    aa += (x - ma) ** 2;
    bb += (b[i] - mb) ** 2;
    ab += (x - ma) * (b[i] - mb);
  });
  return aa > 0 && bb > 0 ? ab ** 2 / (aa * bb) : 0;
}
