import { createRng, type Rng } from "../../base/random.js";
import { modeOf } from "../../model/likelihoods/index.js";
import type { Imputer } from "../imputer.js";
import { holedColumns, type HoledColumn } from "./columns.js";
import { dotRow, drawRegression, type Design } from "./linearDraw.js";
import { classShares, fitLogistic } from "./logistic.js";
import { choosePredictors } from "./predictors.js";

export interface MiceOptions {
  /** Completed tables. */
  readonly draws: number;
  /** Rounds of each chain. */
  readonly rounds: number;
  /** Donors among which a number is drawn. */
  readonly donors: number;
  /** Most attributes that one is regressed on. */
  readonly predictors: number;
}

const miceDefaults: MiceOptions = { draws: 20, rounds: 5, donors: 5, predictors: 25 };

const stream = 0x1c4a1;

/**
 * Multiple imputation by chained equations (van Buuren & Groothuis-Oudshoorn 2011). Holes start at random observed values;
 * each round draws every attribute, from the first to the last, given all others:
 * - numbers by predictive mean matching (Little 1988): the hole's prediction from coefficients drawn from their posterior,
 *   the donor one of the five people whose fitted values are nearest to it;
 * - levels by polytomous logistic regression fitted to a bootstrap sample, so that draws carry the uncertainty of the
 *   coefficients, with a weak prior against separation.
 * The point estimates are the mean of the draws, and the commonest level.
 */
export const imputeByMice = (options: Partial<MiceOptions> = {}): Imputer => async (cells, seed, hooks) => {
  const { draws: m, rounds, donors, predictors } = { ...miceDefaults, ...options };
  const columns = holedColumns(cells);
  const work = columns.filter((c) => c.observed.length > 0 && c.holes.length > 0);
  const chosen = choosePredictors(columns, predictors);
  const draws: Float64Array[][] = [];
  const steps = m * rounds * work.length;
  for (let k = 0; k < m; k++) {
    const rng = createRng(seed, stream, k);
    const state = columns.map((c) => startAtRandom(c, rng));
    const memory = new Map<number, Float64Array[]>();
    for (let round = 0; round < rounds; round++) {
      for (const [w, column] of work.entries()) {
        await hooks?.onStep?.(((k * rounds + round) * work.length + w) / steps);
        const design = designOf(columns, state, chosen[column.at]);
        if (column.levels === 0) drawNumbers(column, design, state[column.at], donors, rng);
        else drawLevels(column, design, state[column.at], memory, rng);
      }
    }
    draws.push(state);
  }
  return { values: columns.map((column) => centreOfDraws(column, draws)), draws };
};

function startAtRandom({ values, observed, holes }: HoledColumn, rng: Rng): Float64Array {
  const filled = values.slice();
  if (observed.length > 0) for (const row of holes) filled[row] = values[observed[rng.int(observed.length)]];
  return filled;
}

/** Intercept, standardised numbers, and indicators of all levels but the commonest, standardised too. */
function designOf(columns: readonly HoledColumn[], state: readonly Float64Array[], predictors: readonly number[]): Design {
  const features = predictors.flatMap((at) => {
    const { levels, centre, shares } = columns[at];
    if (levels === 0) return [state[at]];
    const others = [...shares.keys()].filter((level) => level !== centre && shares[level] > 0);
    return others.map((level) => state[at].map((x) => (x === level ? 1 : 0)));
  });
  const rows = state[0]?.length ?? 0;
  const d = features.length + 1;
  const x = new Float64Array(rows * d);
  for (let i = 0; i < rows; i++) x[i * d] = 1;
  features.forEach((values, k) => {
    const mean = values.reduce((a, b) => a + b, 0) / rows;
    const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / rows) || 1;
    for (let i = 0; i < rows; i++) x[i * d + k + 1] = (values[i] - mean) / sd;
  });
  return { x, d };
}

function drawNumbers({ values, observed, holes }: HoledColumn, design: Design, filled: Float64Array, donors: number, rng: Rng): void {
  const { estimate, drawn } = drawRegression(design, observed, values, rng);
  const fitted = Float64Array.from(observed, (row) => dotRow(design, row, estimate));
  const order = Int32Array.from(fitted.keys()).sort((a, b) => fitted[a] - fitted[b] || a - b);
  const sorted = Float64Array.from(order, (k) => fitted[k]);
  for (const row of holes) filled[row] = values[observed[order[drawDonor(sorted, dotRow(design, row, drawn), donors, rng)]]];
}

/** Position of one of the values nearest to a target, drawn at random. @param sorted ascending, not empty */
function drawDonor(sorted: Float64Array, target: number, donors: number, rng: Rng): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < target) low = middle + 1;
    else high = middle;
  }
  // The nearest values are a window [from, to) around the target.
  let from = low;
  let to = low;
  while (to - from < Math.min(donors, sorted.length)) {
    const takeLower = to === sorted.length || (from > 0 && target - sorted[from - 1] <= sorted[to] - target);
    if (takeLower) from--;
    else to++;
  }
  return from + rng.int(to - from);
}

function drawLevels({ at, levels, values, observed, holes, shares }: HoledColumn, design: Design, filled: Float64Array, memory: Map<number, Float64Array[]>, rng: Rng): void {
  const seen = [...shares.keys()].filter((level) => shares[level] > 0);
  const classOfLevel = new Float64Array(levels);
  seen.forEach((level, c) => (classOfLevel[level] = c));
  const classes = values.map((level) => classOfLevel[level]);
  const weights = new Float64Array(observed.length);
  for (let k = 0; k < observed.length; k++) weights[rng.int(observed.length)]++;
  // The coefficients of the round before are near: few steps are then needed.
  let beta = memory.get(at);
  if (beta?.[0].length !== design.d) {
    beta = seen.map((level) => Float64Array.from({ length: design.d }, (_, k) => (k === 0 ? Math.log(shares[level]) : 0)));
    memory.set(at, beta);
  }
  fitLogistic(design, observed, classes, weights, beta);
  const p = new Float64Array(seen.length);
  for (const row of holes) {
    classShares(design, row, beta, p);
    const u = rng.uniform();
    let sum = 0;
    let c = 0;
    while (c < seen.length - 1 && u >= (sum += p[c])) c++;
    filled[row] = seen[c];
  }
}

function centreOfDraws({ at, levels, values, holes, observed }: HoledColumn, draws: readonly Float64Array[][]): Float64Array {
  const out = values.slice();
  if (observed.length === 0) return out;
  for (const row of holes) {
    if (levels === 0) {
      out[row] = draws.reduce((sum, table) => sum + table[at][row], 0) / draws.length;
      continue;
    }
    const counts = new Float64Array(levels);
    for (const table of draws) counts[table[at][row]]++;
    out[row] = modeOf(counts);
  }
  return out;
}
