import type { TextRow } from "../data/table.js";

/** How well hidden cells were filled. Averages are over columns. */
export interface TableScore {
  /** Root of the mean over numeric columns of the mean squared error, in standard deviations of the full column. */
  readonly nrmse: number;
  /** Squared Pearson correlation per numeric column, averaged. */
  readonly r2: number;
  /** Share of right levels. */
  readonly accuracy: number;
  /** Hidden cells that are still empty, and observed cells that are no longer what they were. */
  readonly unfilled: number;
  readonly changed: number;
}

/** Fewest hidden cells for which a column is scored. */
const fewestCells = 3;
/** A column is numeric when all its values are numbers and more than this many differ. */
const mostLevels = 10;

const isEmpty = (text: string): boolean => text === "" || text === "NA";
const numberOf = (text: string): number => (text.trim() === "" ? NaN : Number(text));

/**
 * Scores a completed table against the full one on the hidden cells.
 * All tables have the same columns in the same order; `mask[i][j]` is true where cell j of row i was hidden.
 */
export function scoreTable(full: readonly TextRow[], completed: readonly TextRow[], mask: readonly (readonly boolean[])[]): TableScore {
  const squared: number[] = [];
  const r2: number[] = [];
  const accuracy: number[] = [];
  let unfilled = 0;
  let changed = 0;
  for (let j = 0; j < (full[0]?.length ?? 0); j++) {
    const hidden = [...full.keys()].filter((i) => mask[i][j]);
    const kept = [...full.keys()].filter((i) => !mask[i][j] && !isEmpty(full[i][j]));
    const same = (i: number): boolean => completed[i][j] === full[i][j] || numberOf(completed[i][j]) === numberOf(full[i][j]);
    changed += kept.filter((i) => !same(i)).length;
    if (hidden.length < fewestCells) continue;
    unfilled += hidden.filter((i) => isEmpty(completed[i][j])).length;
    const values = full.map((row) => row[j]).filter((text) => !isEmpty(text)).map(numberOf);
    if (values.some(Number.isNaN) || new Set(values).size <= mostLevels) {
      accuracy.push(hidden.filter(same).length / hidden.length);
      continue;
    }
    const mean = average(values);
    const sd = Math.sqrt(average(values.map((x) => (x - mean) ** 2))) || 1;
    const truth = hidden.map((i) => numberOf(full[i][j]));
    const filled = hidden.map((i) => numberOf(completed[i][j])).map((x) => (Number.isNaN(x) ? mean : x));
    squared.push(average(truth.map((t, k) => ((t - filled[k]) / sd) ** 2)));
    r2.push(squaredCorrelation(truth, filled));
  }
  return { nrmse: Math.sqrt(average(squared)), r2: average(r2), accuracy: average(accuracy), unfilled, changed };
}

const average = (list: readonly number[]): number => (list.length ? list.reduce((a, b) => a + b, 0) / list.length : NaN);

/** 0 when either side does not vary. */
function squaredCorrelation(a: readonly number[], b: readonly number[]): number {
  const ma = average(a);
  const mb = average(b);
  const product = (x: readonly number[], mx: number, y: readonly number[], my: number): number => x.reduce((s, v, i) => s + (v - mx) * (y[i] - my), 0);
  const [aa, bb, ab] = [product(a, ma, a, ma), product(b, mb, b, mb), product(a, ma, b, mb)];
  return aa > 0 && bb > 0 ? ab ** 2 / (aa * bb) : 0;
}
