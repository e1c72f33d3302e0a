import type { Layout } from "../data/layout.js";
import { calibrationOf, defaultReach, type Calibrations, type ColumnCalibration, type PathWeights } from "./columnCalibration.js";
import { scoreBounds, type NumberGrids } from "./grids.js";
import { gaussianMass, gridMean, gridVariance, tiltToMean, type Distribution, type Grid } from "./likelihoods/index.js";
import type { TreePath } from "./trees/forest.js";

/** One member's outputs for a batch of rows, as the predict graph gives them. */
export interface MemberPaths {
  readonly linear: Float32Array;
  readonly net: Float32Array;
  readonly memory?: Float32Array;
  readonly logVariance?: Float32Array;
  readonly similar?: Float32Array;
  readonly histogram?: Float32Array;
  readonly origin?: Float32Array;
  /** (rows) share of the columns that are seen of each row. */
  readonly seen?: Float32Array;
  /** The trees' predictions, which are the same for all members. */
  readonly trees?: TreePath;
}

/** Names of the outputs that the graph gives. */
export type OutputName = Exclude<keyof MemberPaths, "trees">;

/** Everything that turns the paths' outputs into one predictive density. */
export interface DensityModel extends Calibrations {
  readonly layout: Layout;
  readonly grids: NumberGrids;
  /** People that one row of the memory stands for: 1 for rows, the mean size of a group for prototypes. */
  readonly peoplePerMemoryRow: number;
  /** Names of the sources that the memory's people come from; absent for one table. */
  readonly memorySources?: readonly string[];
}

/** Weighted sum of the three paths at one feature, averaged over members. */
export function stackedFeature(members: readonly MemberPaths[], at: number, [linear, memory, net]: PathWeights): number {
  let sum = 0;
  for (const m of members) sum += linear * m.linear[at] + net * m.net[at] + (m.memory ? memory * m.memory[at] : 0);
  return sum / members.length;
}

/** The paths and the trees together, at feature k of column j in row i. */
function predicted({ layout }: DensityModel, members: readonly MemberPaths[], { weights, trees: share = 0, stretch = 1 }: ColumnCalibration, i: number, j: number, k = 0): number {
  const paths = stretch * stackedFeature(members, i * layout.features + layout.columns[j].first + k, weights);
  const trees = share > 0 ? members[0].trees?.of(i, j) : undefined;
  return trees ? paths + share * (stretch * trees[k] - paths) : paths;
}

/** Predicted mean of number column j in row i, in standard deviations. */
export const stackedMean = (model: DensityModel, members: readonly MemberPaths[], i: number, j: number): number =>
  predicted(model, members, calibrationOf(model, members[0].seen?.[i], j), i, j);

/** Predicted mean of number column j in row i, in the user's units, inside the column's support. */
export function numberMean(model: DensityModel, members: readonly MemberPaths[], i: number, j: number): number {
  const { center, scale } = model.layout.columns[j];
  const { lo, hi, size } = model.grids.grids[j];
  const mean = center + scale * stackedMean(model, members, i, j);
  return Math.min(hi[size - 1], Math.max(lo[0], mean));
}

const scratch = [0, 1].map(() => new Map<number, Float64Array>());
function buffer(size: number, which = 0): Float64Array {
  let found = scratch[which].get(size);
  if (!found) scratch[which].set(size, (found = new Float64Array(size)));
  return found;
}

/**
 * Predictive density of number column j in row i over the column's grid. Its shape is a mixture, over members, of a
 * Gaussian around the stacked mean, one of the normal score for skewed numbers, and the row memory's histogram, reweighted
 * cell by cell as held-out cells ask. It is then tilted (the smallest change in Kullback-Leibler divergence) so that its
 * mean is the stacked mean, as far as the column's reach allows, and half the way to the end of the support at most: a mean near the end, or beyond
 * it, would make a spike of it.
 */
export function numberDensity(model: DensityModel, members: readonly MemberPaths[], i: number, j: number): Float64Array {
  const { layout, grids } = model;
  const grid = grids.grids[j];
  const calibration = calibrationOf(model, members[0].seen?.[i], j);
  const { spread, histogram: share, score, cells, reach = defaultReach, stretch = 1 } = calibration;
  const { center, scale, first } = layout.columns[j];
  const p = new Float64Array(grid.size);
  const mass = buffer(grid.size);
  for (const m of members) {
    const mean = predicted(model, [m], calibration, i, j);
    const sd = spread * Math.exp(0.5 * m.logVariance![i * layout.numbers + j]);
    gaussianMass(grid, center + scale * mean, scale * sd, mass);
    if (score && score.share > 0) {
      const scores = buffer(grid.size, 1);
      gaussianMass(scoreGrid(grid, layout.columns[j].ranks), stretch * m.linear[i * layout.features + first + 1], spread * score.sd, scores);
      for (let b = 0; b < grid.size; b++) mass[b] += score.share * (scores[b] - mass[b]);
    }
    const from = i * grids.total + grids.first[j];
    const known = m.histogram ? sumOf(m.histogram, from, grid.size) : 0;
    // What the memory's histogram lacks (prototypes drop cells of few people) is the Gaussian's.
    for (let b = 0; b < grid.size; b++) p[b] += (1 - share * known) * mass[b] + (known > 0 ? share * m.histogram![from + b] : 0);
  }
  let total = 0;
  for (let b = 0; b < grid.size; b++) total += p[b] = p[b] * (cells[b] ?? 1) + 1e-12;
  for (let b = 0; b < grid.size; b++) p[b] /= total;
  const mean = gridMean(grid, p);
  const far = reach * Math.sqrt(gridVariance(grid, p));
  const [lowest, highest] = [Math.max(mean - far, (mean + grid.lo[0]) / 2), Math.min(mean + far, (mean + grid.hi[grid.size - 1]) / 2)];
  tiltToMean(grid, p, Math.min(highest, Math.max(lowest, numberMean(model, members, i, j))));
  return p;
}

/** Probability of the middle of a density that a point stays within. */
export const pointLevel = 0.9;

/**
 * The value that stands for number column j in row i: its mean, held to the middle of its density. Where a few people have
 * a code far off, the mean lies where nobody is.
 * @param density the column's in this row (`numberDensity`)
 */
export function numberPoint(model: DensityModel, members: readonly MemberPaths[], i: number, j: number, density: Pick<Distribution, "quantile">): number {
  const [low, high] = [(1 - pointLevel) / 2, (1 + pointLevel) / 2].map((u) => density.quantile(u));
  return Math.min(high, Math.max(low, numberMean(model, members, i, j)));
}

const scoreGrids = new WeakMap<Grid, Grid>();
/** The grid with its inner boundaries as normal scores. */
function scoreGrid(grid: Grid, ranks: readonly number[]): Grid {
  let found = scoreGrids.get(grid);
  if (!found) scoreGrids.set(grid, (found = { ...grid, bound: scoreBounds(grid, ranks) }));
  return found;
}

function sumOf(a: Float32Array, from: number, size: number): number {
  let s = 0;
  for (let b = from; b < from + size; b++) s += a[b];
  return s;
}

/** Probabilities of the classes of column j in row i. */
export function classProbabilities(model: DensityModel, members: readonly MemberPaths[], i: number, j: number): Float64Array {
  const { width } = model.layout.columns[j];
  const p = new Float64Array(width);
  const calibration = calibrationOf(model, members[0].seen?.[i], j);
  let total = 0;
  for (let k = 0; k < width; k++) total += p[k] = Math.max(0, predicted(model, members, calibration, i, j, k));
  for (let k = 0; k < width; k++) p[k] /= total;
  return p;
}

/** Probabilities of the levels of column j in row i, in the dictionary's order; rare levels share their class's mass. */
export function levelProbabilities(model: DensityModel, members: readonly MemberPaths[], i: number, j: number): Float64Array {
  const { classOf, shareInClass } = model.layout.columns[j];
  const classes = classProbabilities(model, members, i, j);
  return Float64Array.from(classOf, (k, level) => classes[k] * shareInClass[level]);
}

/** The most probable level of column j in row i, the first of equal ones. */
export function likeliestLevel(model: DensityModel, members: readonly MemberPaths[], i: number, j: number): number {
  const { classOf, shareInClass } = model.layout.columns[j];
  const classes = classProbabilities(model, members, i, j);
  let best = 0;
  for (let level = 1; level < classOf.length; level++) {
    if (classes[classOf[level]] * shareInClass[level] > classes[classOf[best]] * shareInClass[best]) best = level;
  }
  return best;
}
