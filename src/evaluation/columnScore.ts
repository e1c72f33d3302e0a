import type { Rng } from "../base/random.js";
import type { Attribute } from "../schema/schema.js";
import { isNumeric } from "../schema/schema.js";
import { brierScore, randomisedPit as densityPit, type Distribution } from "../model/likelihoods/index.js";
import { average, moments } from "./columns.js";
import { fairCrps, randomisedPit } from "./draws.js";
import { intervalLevel, type FigureName } from "./figures.js";
import type { Completed } from "./imputer.js";
import { fewestHidden, squaredCorrelation } from "./score.js";

/** How one method filled the hidden cells of one column. Figures that the method or the kind of column doesn't have are absent. */
export interface ColumnResult {
  readonly name: string;
  readonly type: Attribute["type"];
  readonly kind: "numeric" | "levels";
  readonly hidden: number;
  /** Hidden cells that were left empty; a number then counts as the column's mean, a level as wrong. */
  readonly unfilled: number;
  readonly figures: Partial<Record<FigureName, number>>;
}

/** Bins of the probability integral transform; intervals of 5%, 10%, … are made of whole bins. */
export const pitBins = 40;
/** Bins of a level's predicted probability. */
export const reliabilityBins = 10;

/** Cells whose filled level was given a probability of about the same size. */
export interface ReliabilityBin {
  cells: number;
  /** Sum of those probabilities. */
  probability: number;
  right: number;
}

/** What is summed over all cells of a table beside its columns' figures. */
export interface CellSums {
  /** (pitBins) numbers per bin of their randomised probability integral transform, 0 to 1. */
  readonly pit: number[];
  /** Per bin of the probability of the level that was filled in: cells, sum of that probability, right ones. */
  readonly reliability: ReliabilityBin[];
  /** The same by measurement scale. */
  readonly reliabilityByType: Partial<Record<Attribute["type"], ReliabilityBin[]>>;
  /** Per row: the part of NRMSE² and of the accuracy that comes from it; they sum to these. */
  readonly squares: Float64Array;
  readonly right: Float64Array;
}

const emptyBins = (): ReliabilityBin[] => Array.from({ length: reliabilityBins }, () => ({ cells: 0, probability: 0, right: 0 }));

export const emptySums = (rows: number): CellSums => ({
  pit: new Array<number>(pitBins).fill(0),
  reliability: emptyBins(),
  reliabilityByType: {},
  squares: new Float64Array(rows),
  right: new Float64Array(rows),
});

export interface ScoredColumn {
  readonly attribute: Attribute;
  /** Position among the attributes. */
  readonly at: number;
  /** (rows) the column before cells were hidden, NaN in its own holes. */
  readonly truth: Float64Array;
  /** Rows whose cell was hidden; all have a value in `truth`. */
  readonly hidden: readonly number[];
}

/** Whether a column has enough hidden cells to be scored. */
export const isScored = ({ hidden }: ScoredColumn): boolean => hidden.length >= fewestHidden;

/**
 * Scores one column and adds its cells to the sums. Definitions: figures.ts.
 * @param share of this column in the averages over columns of its kind, by which its rows' parts are weighted
 * @param rng breaks ties in probability integral transforms
 */
export function scoreColumn(column: ScoredColumn, completed: Completed, share: number, sums: CellSums, rng: Rng): ColumnResult {
  const { attribute, at, hidden } = column;
  const filled = hidden.map((row) => completed.values[at][row]);
  const common = { name: attribute.name, type: attribute.type, hidden: hidden.length, unfilled: filled.filter(Number.isNaN).length };
  if (isNumeric(attribute.type)) return { ...common, kind: "numeric", figures: numberFigures(column, filled, completed, share, sums, rng) };
  return { ...common, kind: "levels", figures: levelFigures(column, filled, completed, share, sums, rng) };
}

function numberFigures(column: ScoredColumn, filled: readonly number[], completed: Completed, share: number, sums: CellSums, rng: Rng): ColumnResult["figures"] {
  const { attribute, at, truth, hidden } = column;
  const { mean, sd } = moments([...truth].filter((x) => !Number.isNaN(x)));
  const known = (x: number): number => (Number.isNaN(x) ? mean : x);
  const a = hidden.map((row) => truth[row]);
  const b = filled.map(known);
  const squares = a.map((x, k) => ((x - b[k]) / sd) ** 2);
  hidden.forEach((row, k) => (sums.squares[row] += (squares[k] / hidden.length) * share));
  const cells = hidden.flatMap((row) => {
    const density = completed.distribution?.(row, at);
    if (density) return [densityCell(density, truth[row], attribute.resolution ?? 0, rng)];
    const draws = completed.draws?.map((table) => known(table[at][row]));
    return draws && draws.length > 1 ? [drawsCell(draws, truth[row], rng)] : [];
  });
  for (const { pit } of cells) sums.pit[Math.min(pitBins - 1, Math.floor(pit * pitBins))]++;
  const sorted = (values: readonly number[]): number[] => [...values].sort((x, y) => x - y);
  const [sortedTruth, sortedFilled] = [sorted(a), sorted(b)];
  const nll = cells.flatMap((c) => (c.nll === undefined ? [] : [c.nll]));
  return {
    nrmse: Math.sqrt(average(squares)),
    mae: average(a.map((x, k) => Math.abs(x - b[k]))) / sd,
    r2: squaredCorrelation(a, b),
    wasserstein: average(sortedTruth.map((x, k) => Math.abs(x - sortedFilled[k]))) / sd,
    ...(cells.length === hidden.length && {
      crps: average(cells.map((c) => c.crps)) / sd,
      coverage: average(cells.map((c) => (Math.abs(c.pit - 0.5) <= intervalLevel / 2 ? 1 : 0))),
      width: average(cells.map((c) => c.high - c.low)) / sd,
      intervalScore: average(hidden.map((row, k) => intervalScore(cells[k], truth[row]))) / sd,
    }),
    ...(nll.length === hidden.length && { nll: average(nll) }),
  };
}

interface NumberCell {
  readonly crps: number;
  readonly pit: number;
  /** The central interval. */
  readonly low: number;
  readonly high: number;
  readonly nll?: number;
}

const tail = (1 - intervalLevel) / 2;

function densityCell(density: Distribution, x: number, resolution: number, rng: Rng): NumberCell {
  return {
    crps: density.crps(x),
    pit: densityPit(density, x, resolution, rng.uniform()),
    low: density.quantile(tail),
    high: density.quantile(1 - tail),
    nll: -(resolution > 0 ? density.logProb(x, resolution) : density.logProb(x)),
  };
}

function drawsCell(draws: readonly number[], x: number, rng: Rng): NumberCell {
  const sorted = [...draws].sort((a, b) => a - b);
  return { crps: fairCrps(draws, x), pit: randomisedPit(draws, x, rng), low: drawsQuantile(sorted, tail), high: drawsQuantile(sorted, 1 - tail) };
}

/** Quantile of sorted draws at (m + 1) u, linear between them: what the ranks behind the coverage mean (type 6 in R). */
function drawsQuantile(sorted: readonly number[], u: number): number {
  const m = sorted.length;
  const position = Math.min(m, Math.max(1, (m + 1) * u));
  const k = Math.floor(position);
  return k >= m ? sorted[m - 1] : sorted[k - 1] + (position - k) * (sorted[k] - sorted[k - 1]);
}

/** Width plus 2 / α times the distance to the interval for what lies outside (Gneiting & Raftery 2007). */
const intervalScore = ({ low, high }: NumberCell, x: number): number => high - low + (Math.max(0, low - x) + Math.max(0, x - high)) / tail;

function levelFigures(column: ScoredColumn, filled: readonly number[], completed: Completed, share: number, sums: CellSums, rng: Rng): ColumnResult["figures"] {
  const { attribute, at, truth, hidden } = column;
  const count = attribute.levels!.length;
  const cells = new Float64Array(count);
  const right = new Float64Array(count);
  const brier: number[] = [];
  const logLoss: number[] = [];
  let inside = 0;
  hidden.forEach((row, k) => {
    const level = truth[row];
    const isRight = filled[k] === level;
    cells[level]++;
    if (isRight) {
      right[level]++;
      sums.right[row] += share / hidden.length;
    }
    const density = completed.distribution?.(row, at);
    const shares = density ? Float64Array.from({ length: count }, (_, l) => Math.exp(density.logProb(l, 1))) : drawShares(completed.draws, at, row, count);
    if (!shares) return;
    if (density) logLoss.push(-density.logProb(level, 1));
    brier.push(density ? brierScore(shares, level) : fairBrier(shares, level, completed.draws!.length));
    if (Math.abs(levelPit(shares, level, rng) - 0.5) <= intervalLevel / 2) inside++;
    if (Number.isNaN(filled[k])) return;
    const place = Math.min(reliabilityBins - 1, Math.floor(shares[filled[k]] * reliabilityBins));
    for (const bin of [sums.reliability[place], (sums.reliabilityByType[attribute.type] ??= emptyBins())[place]]) {
      bin.cells++;
      bin.probability += shares[filled[k]];
      if (isRight) bin.right++;
    }
  });
  const present = [...cells.keys()].filter((level) => cells[level] > 0);
  return {
    accuracy: right.reduce((sum, x) => sum + x, 0) / hidden.length,
    balancedAccuracy: average(present.map((level) => right[level] / cells[level])),
    ...(brier.length === hidden.length && { brier: average(brier), coverage: inside / hidden.length }),
    ...(logLoss.length === hidden.length && { logLoss: average(logLoss) }),
  };
}

/** Randomised probability integral transform of a level, in the dictionary's order: uniform for the true probabilities in any order. */
function levelPit(shares: Float64Array, level: number, rng: Rng): number {
  const below = shares.subarray(0, level).reduce((sum, p) => sum + p, 0);
  return below + rng.uniform() * shares[level];
}

function drawShares(draws: Completed["draws"], at: number, row: number, levels: number): Float64Array | undefined {
  if (!draws || draws.length < 2) return undefined;
  const shares = new Float64Array(levels);
  for (const table of draws) if (!Number.isNaN(table[at][row])) shares[table[at][row]] += 1 / draws.length;
  return shares;
}

/** Brier score of the distribution behind m draws with these shares: the part that comes from m being finite is taken off (Ferro 2014). */
export const fairBrier = (shares: Float64Array, level: number, m: number): number =>
  brierScore(shares, level) - shares.reduce((sum, p) => sum + p * (1 - p), 0) / (m - 1);
