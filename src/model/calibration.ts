import type { Cells } from "../data/cells.js";
import { normalScore } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import type { ColumnCalibration, PathWeights } from "./columnCalibration.js";
import type { NumberGrids } from "./grids.js";
import { fewestCells, heldOutCells, type HeldOut, type HeldOutCell } from "./heldOutCells.js";
import { cellOf, gridMean } from "./likelihoods/index.js";
import { classProbabilities, numberDensity, stackedMean, type DensityModel } from "./predictive.js";
import { countReliability, type Reliability } from "./reliability.js";
import { defaultStacking, priorWeights, stackedWeights, treeShares, type StackingChoice } from "./stacking.js";

/** How well held-out cells of one attribute were predicted; for the training card. */
export interface ColumnScore {
  readonly name: string;
  readonly cells: number;
  /** Numbers: root mean squared error in standard deviations; levels: share of wrong modes. */
  readonly error: number;
  /** The same for the mean or the commonest level. */
  readonly baseline: number;
  /** Mean negative log-likelihood per cell, in nats, at the recorded resolution. */
  readonly nll: number;
}

/** Columns as they are calibrated, and how well the held-out cells are told. */
export interface Calibration {
  readonly columns: ColumnCalibration[];
  readonly scores: ColumnScore[];
  readonly reliability: Reliability[];
}

/**
 * Chooses, for every column and from held-out cells of all members: the weights of the three paths (least squared error,
 * or log loss for classes, shrunk to a prior), then for numbers the shape for skewed ones, the spread and the histogram's
 * share (log score), then the factors of the grid's cells.
 */
export function calibrate(layout: Layout, grids: NumberGrids, cells: Cells, heldOut: readonly HeldOut[], choice: StackingChoice = defaultStacking): Calibration {
  const { model, held } = calibrated(layout, grids, cells, heldOut, choice);
  return { columns: [...model.columns], scores: layout.columns.map((_, j) => score(model, held[j], j)), reliability: reliabilityOf(model, held) };
}

/** The columns alone: for rows of which less is seen. */
export const calibrateColumns = (layout: Layout, grids: NumberGrids, cells: Cells, heldOut: readonly HeldOut[], choice: StackingChoice = defaultStacking): readonly ColumnCalibration[] =>
  calibrated(layout, grids, cells, heldOut, choice, true).model.columns;

function calibrated(layout: Layout, grids: NumberGrids, cells: Cells, heldOut: readonly HeldOut[], choice: StackingChoice, lessSeen = false): { model: DensityModel; held: HeldOutCell[][] } {
  const hasMemory = heldOut.some((h) => h.paths.memory);
  const held = layout.columns.map((_, j) => heldOutCells(layout, cells, heldOut, j));
  const paths = stackedWeights(layout, held, priorWeights(hasMemory, choice), choice);
  const shares = heldOut.some((h) => h.paths.trees) ? treeShares(layout, held, paths, choice) : null;
  const columns: ColumnCalibration[] = paths.map((weights, j) => ({
    weights,
    ...(shares ? { trees: shares[j] } : {}),
    spread: 1,
    histogram: hasMemory ? 0.3 : 0,
    cells: [],
    ...seenIn(held, j),
  }));
  const model: DensityModel = { layout, grids, columns, peoplePerMemoryRow: 1 };
  if (lessSeen) {
    const stretch = stretchOf(model, held);
    for (let j = 0; j < layout.numbers; j++) columns[j] = { ...columns[j], stretch };
  }
  calibrateShapes(model, columns, held, hasMemory, choice.paths.includes("linear"));
  return { model, held };
}

/** Squared standard deviations of predictions' worth of "neither too flat nor too steep". */
const stretchShrinkage = 100;
const farthestStretch = 1.3;

/**
 * How many times as far from the mean as they are predicted the held-out numbers lie. Penalties flatten what is told by few cells: a regression on one of
 * them alone is flattened by one plus its penalty, on many that say the same much less.
 */
function stretchOf(model: DensityModel, held: readonly (readonly HeldOutCell[])[]): number {
  let [product, square] = [stretchShrinkage, stretchShrinkage];
  model.layout.columns.slice(0, model.layout.numbers).forEach(({ center, scale }, j) => {
    for (const { members, row, value } of held[j]) {
      const mean = stackedMean(model, members, row, j);
      product += (mean * (value - center)) / scale;
      square += mean * mean;
    }
  });
  return Math.min(farthestStretch, Math.max(1 / farthestStretch, product / square));
}

/** The share of the columns that is seen in the rows of a column's held-out cells, of all columns where it has too few. */
function seenIn(held: readonly (readonly HeldOutCell[])[], j: number): { seen?: number } {
  const cells = held[j].length >= fewestCells ? held[j] : held.flat();
  if (cells.length === 0 || !cells[0].paths.seen) return {};
  return { seen: cells.reduce((sum, { paths, row }) => sum + paths.seen![row], 0) / cells.length };
}

/** The weights of the three paths alone, by which holes are filled before trees are learned. */
export const pathWeights = (layout: Layout, cells: Cells, heldOut: readonly HeldOut[], choice: StackingChoice = defaultStacking): PathWeights[] =>
  stackedWeights(layout, layout.columns.map((_, j) => heldOutCells(layout, cells, heldOut, j)), priorWeights(heldOut.some((h) => h.paths.memory), choice), choice);

/** How the finished densities agree with the held-out cells, by type. */
function reliabilityOf(model: DensityModel, held: readonly (readonly HeldOutCell[])[]): Reliability[] {
  const counter = countReliability();
  model.layout.columns.forEach(({ kind, attribute: { type } }, j) => {
    if (kind === "number") {
      const grid = model.grids.grids[j];
      counter.addNumbers(type, held[j].map(({ members, row, value }) => ({ grid, density: numberDensity(model, members, row, j), value })));
    } else counter.addClasses(type, held[j].map(({ members, row, value }) => ({ probabilities: classProbabilities(model, members, row, j), value })));
  });
  return counter.finish();
}

/** Scores of cells that were hidden, by the density as it stands. */
export const scoreCells = (model: DensityModel, cells: Cells, hidden: readonly HeldOut[]): ColumnScore[] =>
  model.layout.columns.map((_, j) => score(model, heldOutCells(model.layout, cells, hidden, j), j));

const spreads = [0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.8];
const shares = [0, 0.15, 0.3, 0.5, 0.7];
/** Cells' worth of all columns' average score that each column's choice is drawn to. */
const shapeShrinkage = 150;
/** Cells' worth of "as wide as predicted" behind all columns' average: 300 cells tell a spread to within 5%, no better. */
const spreadShrinkage = 75;
/**
 * Held-out cells look better than others, since epoch, penalties, weights and shapes were chosen on them: densities are
 * made wider by this many parts in the number of held-out cells (measured: 2% for 300 cells).
 */
const optimism = 6;
/** Cells' worth of "as predicted" behind the factor of a grid cell. */
const cellShrinkage = 8;

/** Puts shapes into `columns`, which are the model's own: each option is tried by what the model then says of the held-out cells. */
function calibrateShapes(model: DensityModel, columns: ColumnCalibration[], held: readonly HeldOutCell[][], hasMemory: boolean, hasLinear: boolean): void {
  const { grids, layout } = model;
  const numbers = layout.columns.slice(0, layout.numbers).map((_, j) => j);
  const usable = numbers.filter((j) => held[j].length >= fewestCells);
  if (usable.length === 0) return;
  const cells = usable.reduce((sum, j) => sum + held[j].length, 0);
  const choose = (key: "spread" | "histogram", options: readonly number[], prior: readonly number[]): void => {
    const table = numbers.map((j) => options.map((value) => {
      columns[j] = { ...columns[j], [key]: value };
      return meanLogScore(model, held[j], j);
    }));
    const average = options.map((_, k) => (cells * (usable.reduce((sum, j) => sum + table[j][k], 0) / usable.length) + prior[k]) / (cells + spreadShrinkage));
    for (const j of numbers) {
      const n = held[j].length;
      const total = options.map((_, k) => n * (n >= fewestCells ? table[j][k] : 0) + shapeShrinkage * average[k]);
      columns[j] = { ...columns[j], [key]: key === "spread" ? peak(options, total) : options[total.indexOf(Math.max(...total))] };
    }
  };
  if (hasLinear) calibrateScores(model, columns, held);
  // Log score of "as predicted" under a Gaussian that is s times as wide.
  const spreadPrior = spreads.map((s) => spreadShrinkage * (-Math.log(s) - 0.5 / s ** 2));
  choose("spread", spreads, spreadPrior);
  if (hasMemory) {
    choose("histogram", shares, shares.map(() => 0));
    choose("spread", spreads, spreadPrior);
  }
  for (const j of numbers) columns[j] = { ...columns[j], spread: columns[j].spread * (1 + optimism / cells) };
  for (const j of numbers) {
    const grid = grids.grids[j];
    const predicted = new Float64Array(grid.size);
    const seen = new Float64Array(grid.size);
    for (const { members, row, value } of held[j]) {
      const p = numberDensity(model, members, row, j);
      for (let b = 0; b < grid.size; b++) predicted[b] += p[b];
      seen[cellOf(grid, value)]++;
    }
    columns[j] = { ...columns[j], cells: Array.from(seen, (n, b) => (n + cellShrinkage) / (predicted[b] + cellShrinkage)) };
    columns[j] = { ...columns[j], reach: chooseReach(model, columns, held[j], j) };
  }
}

const reaches = [0.1, 0.25, 0.5, 1, 2];
/** Cells' worth of evidence for the usual reach. */
const reachShrinkage = 2;

/**
 * The reach by which held-out cells are told best as points and as densities: the log score of a Gaussian error around the
 * density's mean plus the density's own. A far reach may be a little better for points and ruin some densities.
 */
function chooseReach(model: DensityModel, columns: ColumnCalibration[], held: readonly HeldOutCell[], j: number): number {
  const grid = model.grids.grids[j];
  const { score } = columns[j];
  const usual = score && score.share > 0 ? 0.1 : 0.25;
  if (held.length < fewestCells) return usual;
  const losses = reaches.map((reach) => {
    columns[j] = { ...columns[j], reach };
    let squared = 0;
    let log = 0;
    for (const { members, row, value } of held) {
      const p = numberDensity(model, members, row, j);
      squared += (gridMean(grid, p) - value) ** 2;
      log += Math.log(Math.max(1e-6, p[cellOf(grid, value)]));
    }
    return 0.5 * held.length * Math.log(Math.max(squared, 1e-12)) - log + (reach === usual ? 0 : reachShrinkage);
  });
  return reaches[losses.indexOf(Math.min(...losses))];
}

const scoreShares = [0, 0.25, 0.5, 0.75, 1];
/** Cells' worth of "as wide as all people" behind the deviation of a normal score. */
const scoreShrinkage = 5;

/** For skewed numbers, how far the linear path's normal score is off, and whether its Gaussian tells held-out cells better. */
function calibrateScores(model: DensityModel, columns: ColumnCalibration[], held: readonly HeldOutCell[][]): void {
  const { layout } = model;
  for (let j = 0; j < layout.numbers; j++) {
    const { ranks, first } = layout.columns[j];
    const n = held[j].length;
    if (ranks.length === 0 || n < fewestCells) continue;
    const squared = held[j].reduce((sum, { members: [m], row, value }) => sum + (normalScore(ranks, value) - m.linear[row * layout.features + first + 1]) ** 2, 0);
    const sd = Math.sqrt((squared + scoreShrinkage) / (n + scoreShrinkage));
    const logScores = scoreShares.map((share) => {
      columns[j] = { ...columns[j], score: { sd, share } };
      return meanLogScore(model, held[j], j);
    });
    columns[j] = { ...columns[j], score: { sd, share: scoreShares[logScores.indexOf(Math.max(...logScores))] } };
  }
}

/** Where the best of some positive options would lie between its neighbours, by a parabola over their logarithms. */
function peak(options: readonly number[], score: readonly number[]): number {
  const k = score.indexOf(Math.max(...score));
  if (k === 0 || k === options.length - 1) return options[k];
  const [a, b, c] = [k - 1, k, k + 1].map((i) => Math.log(options[i]));
  const [left, right] = [score[k] - score[k - 1], score[k] - score[k + 1]];
  const top = (b - a) ** 2 * right - (c - b) ** 2 * left;
  const bottom = (b - a) * right + (c - b) * left;
  return bottom > 0 ? Math.exp(b - 0.5 * (top / bottom)) : options[k];
}

/** Mean log mass of the true cell; cells of a grid are the same for all choices, so this compares them. */
function meanLogScore(model: DensityModel, held: readonly HeldOutCell[], j: number): number {
  const grid = model.grids.grids[j];
  let sum = 0;
  for (const { members, row, value } of held) sum += Math.log(Math.max(1e-6, numberDensity(model, members, row, j)[cellOf(grid, value)]));
  return held.length ? sum / held.length : 0;
}

function score(model: DensityModel, held: readonly HeldOutCell[], j: number): ColumnScore {
  const column = model.layout.columns[j];
  const name = column.attribute.name;
  if (held.length === 0) return { name, cells: 0, error: NaN, baseline: NaN, nll: NaN };
  const n = held.length;
  if (column.kind === "number") {
    const z = held.map(({ value }) => (value - column.center) / column.scale);
    const squared = held.reduce((sum, { members, row }, i) => sum + (stackedMean(model, members, row, j) - z[i]) ** 2, 0);
    return { name, cells: n, error: Math.sqrt(squared / n), baseline: Math.sqrt(z.reduce((s, x) => s + x * x, 0) / n), nll: -meanLogScore(model, held, j) };
  }
  const counts = new Float64Array(column.width);
  let wrong = 0;
  let nll = 0;
  for (const { members, row, value } of held) {
    const p = classProbabilities(model, members, row, j);
    counts[value]++;
    if (p.indexOf(Math.max(...p)) !== value) wrong++;
    nll -= Math.log(Math.max(1e-12, p[value]));
  }
  return { name, cells: n, error: wrong / n, baseline: 1 - Math.max(...counts) / n, nll: nll / n };
}
