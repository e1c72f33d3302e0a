/** What held-out cells taught about each column, and which of it a row goes by: the less is seen of it, the less the weights and spreads of full rows hold. */

/** Weights of the three paths, in this order, for one column; they sum to 1. */
export type PathWeights = readonly [linear: number, memory: number, net: number];

/** What held-out cells taught about one column's predictive density. */
export interface ColumnCalibration {
  readonly weights: PathWeights;
  /** Share of the trees' prediction against that of the other paths; absent where there are no trees. */
  readonly trees?: number;
  /** Numbers of rows of which less is seen: factor on the predicted mean, in standard deviations; 1 where absent. */
  readonly stretch?: number;
  /** Numbers: factor on the network's standard deviation. */
  readonly spread: number;
  /** Skewed numbers: a Gaussian of the normal score around the linear path's; its deviation, and its share against the other. */
  readonly score?: { readonly sd: number; readonly share: number };
  /** Numbers: share of the row memory's histogram in the density's shape. */
  readonly histogram: number;
  /** Numbers: factor on the mass of each grid cell (heaped values, gaps, skew that a Gaussian does not know). */
  readonly cells: readonly number[];
  /** Numbers: how far the density's mean is moved to the stacked mean, in the density's own standard deviations. */
  readonly reach?: number;
  /** Share of all columns that was seen of the rows with these held-out cells; absent in models of older versions. */
  readonly seen?: number;
}

/** A model's calibrations, by column. */
export interface Calibrations {
  /** For rows of which as much is seen as of the table's own. */
  readonly columns: readonly ColumnCalibration[];
  /** For rows of which less is seen, the least first; absent in models of older versions. */
  readonly lessSeen?: readonly (readonly ColumnCalibration[])[];
}

/** Before held-out cells have chosen. A long tail makes standard deviations large, so skewed numbers get less (calibration.ts). */
export const defaultReach = 0.25;

/** The calibrations of column j, that for rows of which least is seen first. */
export const levelsOf = ({ columns, lessSeen = [] }: Calibrations, j: number): ColumnCalibration[] => [...lessSeen.map((level) => level[j]), columns[j]];

/** How far a row lies between what was seen at one level and at the next: 0 to 1. */
const stepBetween = (seen: number, less: number, more: number): number => Math.min(1, Math.max(0, (seen - less) / Math.max(more - less, 1e-6)));

/**
 * The calibration of column j for a row of which this share of the columns is seen: a straight line between the calibrations of the two
 * levels between which it lies.
 * @param seen absent where a model of an older version does not tell
 */
export function calibrationOf({ columns, lessSeen }: Calibrations, seen: number | undefined, j: number): ColumnCalibration {
  let more = columns[j];
  if (!lessSeen || seen === undefined) return more;
  for (let k = lessSeen.length - 1; k >= 0; k--) {
    const less = lessSeen[k][j];
    const step = stepBetween(seen, less.seen!, more.seen!);
    if (step === 1) return more;
    if (step > 0) return between(less, more, step);
    more = less;
  }
  return more;
}

function between(a: ColumnCalibration, b: ColumnCalibration, step: number): ColumnCalibration {
  const line = (x: number, y: number): number => x + step * (y - x);
  return {
    weights: a.weights.map((w, k) => line(w, b.weights[k])) as unknown as PathWeights,
    ...(a.trees === undefined && b.trees === undefined ? {} : { trees: line(a.trees ?? 0, b.trees ?? 0) }),
    stretch: line(a.stretch ?? 1, b.stretch ?? 1),
    spread: line(a.spread, b.spread),
    ...(a.score && b.score ? { score: { sd: line(a.score.sd, b.score.sd), share: line(a.score.share, b.score.share) } } : {}),
    histogram: line(a.histogram, b.histogram),
    // Only densities ask for it; a table's holes are filled with points.
    get cells() {
      return Array.from({ length: Math.max(a.cells.length, b.cells.length) }, (_, c) => line(a.cells[c] ?? 1, b.cells[c] ?? 1));
    },
    reach: line(a.reach ?? defaultReach, b.reach ?? defaultReach),
  };
}

/** Rows that show a little less than the table's own do by chance alone count as full up to this part of the way to the next level. */
const ordinary = 1 / 3;

/**
 * A model's calibrations from those of full rows and of rows of which less is seen, the least first. That of rows of which nothing is seen is for them
 * alone, since one cell may tell all of another; the next holds from the first cell on. Each column has a Gaussian of the normal score at all levels or at
 * none: a level without one gets that of full rows, with no share.
 */
export function joinLevels(columns: readonly ColumnCalibration[], lessSeen: readonly (readonly ColumnCalibration[])[]): Calibrations {
  const last = lessSeen.at(-1);
  return {
    columns: columns.map((column, j) => (last ? { ...column, seen: column.seen! - ordinary * (column.seen! - last[j].seen!) } : column)),
    lessSeen: lessSeen.map((level, k) => level.map(({ score, seen, ...rest }, j) => {
      const usual = columns[j].score;
      return { ...rest, seen: lessSeen[k - 1]?.[j].seen === 0 ? 0.5 / columns.length : seen, ...(usual ? { score: score ?? { ...usual, share: 0 } } : {}) };
    })),
  };
}
