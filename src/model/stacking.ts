import type { Layout } from "../data/layout.js";
import type { PathWeights } from "./columnCalibration.js";
import { fewestCells, type HeldOutCell } from "./heldOutCells.js";
import { stackedFeature } from "./predictive.js";

/** Which paths may be used, and whether held-out cells decide their weights. */
export interface StackingChoice {
  readonly paths: readonly ("linear" | "memory" | "net" | "trees")[];
  readonly stacking: "held-out" | "average";
}
export const defaultStacking: StackingChoice = { paths: ["linear", "memory", "net"], stacking: "held-out" };

/** Nats per squared distance by which a column's weights are drawn to its table's, and these to the usual ones. */
const shrinkage = { column: 10, table: 4 };
const gridSteps = 8;

const pathOrder = ["linear", "memory", "net"] as const;
const priors: PathWeights = [0.2, 0.3, 0.5];

/** Weights before any held-out cell was seen: 0.2 | 0.3 | 0.5 among the paths that there are, or equal ones. */
export function priorWeights(hasMemory: boolean, { paths, stacking }: StackingChoice = defaultStacking): PathWeights {
  const raw = pathOrder.map((name, k) => (!paths.includes(name) || (name === "memory" && !hasMemory) ? 0 : stacking === "average" ? 1 : priors[k]));
  const total = raw.reduce((a, b) => a + b, 0);
  return total > 0 ? [raw[0] / total, raw[1] / total, raw[2] / total] : [0, 0, 1];
}

/**
 * Weights of each column's paths: of least squared error, or log loss for classes, on its held-out cells, drawn to the table's prior; the
 * prior itself where there are few cells, or where they are not to decide. The prior of a table's numbers, and that of its levels, is the one
 * weighting that would be best for all of them, drawn to the usual one (empirical Bayes): a path that fails a table fails it in most columns,
 * of which each has too few held-out cells to tell.
 */
export function stackedWeights(layout: Layout, held: readonly (readonly HeldOutCell[])[], prior: PathWeights, { stacking }: StackingChoice): PathWeights[] {
  if (stacking === "average") return layout.columns.map(() => prior);
  const options = weightings(prior);
  const losses = layout.columns.map((_, j) => (held[j].length < fewestCells ? null : columnLosses(layout, held[j], j, options)));
  const distance = (w: PathWeights, v: PathWeights): number => w.reduce((sum, x, i) => sum + (x - v[i]) ** 2, 0);
  return drawnToTable(layout, losses, options, distance, prior);
}

/** For each column the option of least loss and distance to its table's, which is drawn to the usual one: numbers and levels apart. */
function drawnToTable<T>(layout: Layout, losses: readonly (Float64Array | null)[], options: readonly T[], distance: (a: T, b: T) => number, usual: T): T[] {
  const best = (loss: (k: number) => number, centre: T, strength: number): T => {
    const total = options.map((option, k) => loss(k) + strength * distance(option, centre));
    return options[total.indexOf(Math.min(...total))];
  };
  const tablePrior = (number: boolean): T => {
    const own = losses.filter((loss, j) => loss && (layout.columns[j].kind === "number") === number) as Float64Array[];
    return own.length === 0 ? usual : best((k) => own.reduce((sum, loss) => sum + loss[k], 0), usual, shrinkage.table);
  };
  const [levels, numbers] = [tablePrior(false), tablePrior(true)];
  return layout.columns.map(({ kind }, j) => {
    const centre = kind === "number" ? numbers : levels;
    const loss = losses[j];
    return loss ? best((k) => loss[k], centre, shrinkage.column) : centre;
  });
}

/** Share of the trees before any held-out cell was seen. */
const usualTrees = 0.3;

/** Share of the trees in each column, against the three paths as they are weighted: chosen, and drawn to the table's, as the paths' weights are. */
export function treeShares(layout: Layout, held: readonly (readonly HeldOutCell[])[], weights: readonly PathWeights[], { stacking }: StackingChoice): number[] {
  if (stacking === "average") return layout.columns.map(() => usualTrees);
  const options = Array.from({ length: gridSteps + 1 }, (_, k) => k / gridSteps);
  const losses = layout.columns.map((_, j) => (held[j].length < fewestCells ? null : treeLosses(layout, held[j], j, weights[j], options)));
  return drawnToTable(layout, losses, options, (t, centre) => (t - centre) ** 2, usualTrees);
}

/** Negative log-likelihood of each share of the trees over a column's held-out cells, in nats, but for a constant. */
function treeLosses(layout: Layout, held: readonly HeldOutCell[], j: number, weights: PathWeights, options: readonly number[]): Float64Array {
  const { kind, center, scale, first } = layout.columns[j];
  const losses = new Float64Array(options.length);
  for (const { paths, row, value } of held) {
    const k = kind === "number" ? 0 : value;
    const before = stackedFeature([paths], row * layout.features + first + k, weights);
    const trees = paths.trees?.of(row, j)?.[k] ?? before;
    options.forEach((t, o) => {
      const predicted = before + t * (trees - before);
      losses[o] += kind === "number" ? (predicted - (value - center) / scale) ** 2 : -Math.log(Math.max(1e-3, predicted));
    });
  }
  return kind === "number" ? fromSquares(losses, held.length) : losses;
}

/** Squared errors as negative log-likelihoods, by a normal density of the least error's variance; a path that errs nowhere leaves nothing to divide by. */
function fromSquares(squares: Float64Array, cells: number): Float64Array {
  const variance = Math.max(Math.min(...squares) / cells, 1e-12);
  return squares.map((square) => square / (2 * variance));
}

/** All weightings in steps of 1/8 of the paths that the prior knows. */
function weightings(prior: PathWeights): PathWeights[] {
  const out: PathWeights[] = [];
  for (let a = 0; a <= gridSteps; a++) {
    for (let b = 0; b <= gridSteps - a; b++) {
      const w: PathWeights = [a / gridSteps, b / gridSteps, (gridSteps - a - b) / gridSteps];
      if (w.every((x, k) => x === 0 || prior[k] > 0)) out.push(w);
    }
  }
  return out;
}

/** Negative log-likelihood of each weighting over a column's held-out cells, in nats, but for a constant. */
function columnLosses(layout: Layout, held: readonly HeldOutCell[], j: number, options: readonly PathWeights[]): Float64Array {
  if (layout.columns[j].kind !== "number") return Float64Array.from(options, classLoss(layout, held, j));
  return fromSquares(Float64Array.from(options, squaredError(layout, held, j)), held.length);
}

/** Sum of squares of a weighting's errors over a column's held-out cells, in standard deviations. */
function squaredError(layout: Layout, held: readonly HeldOutCell[], j: number): (w: PathWeights) => number {
  const { center, scale, first } = layout.columns[j];
  // Sums of products of the paths' errors: the squared error of any weighting is a quadratic form of them.
  const products = new Float64Array(9);
  for (const { paths: m, row, value } of held) {
    const target = (value - center) / scale;
    const at = row * layout.features + first;
    const errors = [m.linear[at] - target, (m.memory?.[at] ?? 0) - target, m.net[at] - target];
    for (let a = 0; a < 3; a++) for (let b = 0; b < 3; b++) products[a * 3 + b] += errors[a] * errors[b];
  }
  return (w) => w.reduce((sum, wa, a) => sum + w.reduce((s, wb, b) => s + wa * wb * products[a * 3 + b], 0), 0);
}

/** Negative log-likelihood of a weighting over a column's held-out cells. */
function classLoss(layout: Layout, held: readonly HeldOutCell[], j: number): (w: PathWeights) => number {
  const { first } = layout.columns[j];
  return (w) => {
    let nll = 0;
    for (const { paths: m, row, value } of held) {
      const at = row * layout.features + first + value;
      nll -= Math.log(Math.max(1e-3, w[0] * m.linear[at] + w[1] * (m.memory?.[at] ?? 0) + w[2] * m.net[at]));
    }
    return nll;
  };
}
