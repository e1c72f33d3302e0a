import { VhgmError } from "../base/errors.js";
import { createRng, permutation, type Rng } from "../base/random.js";
import { isHole, moments, numberOf, type Mask, type TextTable } from "./columns.js";

/**
 * Why cells go missing (Rubin 1976):
 * - `mcar`: completely at random.
 * - `mar`: at random given other columns. A random half of the columns (at least one) stays complete and drives, through
 *   a logistic model with normal weights, which cells of the others are hidden.
 * - `mnar`: not at random; the higher (or, by a coin for each column, the lower) a value, the likelier it is hidden.
 * - `mnarlog`: as `mar`, and the driving columns are then hidden completely at random too, so what drove a hole may be
 *   unseen (HyperImpute's logistic MNAR).
 */
export const mechanisms = ["mcar", "mar", "mnar", "mnarlog"] as const;
export type Mechanism = (typeof mechanisms)[number];

export interface AmputeOptions {
  readonly mechanism: Mechanism;
  /** Share of the observed cells that is hidden in each column that gets holes; between 0 and 1. */
  readonly rate: number;
  readonly seed: number;
}

/** Standard deviation of the score on the logit scale: how strongly the driving columns, or the value itself, decide. */
const drivenBy = { others: 2, itself: 1.5 } as const;

/**
 * Hides observed cells of a table. The result says which; `maskTable` empties them.
 * @throws VhgmError "usage" if the rate is not between 0 and 1
 */
export function ampute(table: TextTable, { mechanism, rate, seed }: AmputeOptions): Mask {
  if (!(rate > 0 && rate < 1)) {
    throw new VhgmError("usage", `A rate of ${rate} was given; a number between 0 and 1 is allowed, for instance 0.3.`);
  }
  const rng = createRng(seed);
  const n = table.rows.length;
  const p = table.columns.length;
  const mask = table.rows.map(() => new Uint8Array(p));
  const hide = (j: number, probability: (i: number) => number): void => {
    table.rows.forEach((row, i) => {
      // A number is drawn for holes as well, so that they don't shift what the rows after them get.
      const hidden = rng.uniform() < probability(i);
      if (hidden && !isHole(row[j])) mask[i][j] = 1;
    });
  };

  const order = [...permutation(p, rng)];
  const drivers = mechanism === "mar" || mechanism === "mnarlog" ? order.slice(0, Math.max(1, p >> 1)) : [];
  const z = mechanism === "mcar" ? [] : table.columns.map((_, j) => standardised(table, j));
  const isDriver = new Set(drivers);
  for (let j = 0; j < p; j++) {
    if (isDriver.has(j)) {
      if (mechanism === "mnarlog") hide(j, () => rate);
      continue;
    }
    if (mechanism === "mcar") {
      hide(j, () => rate);
      continue;
    }
    const score = mechanism === "mnar" ? scale(z[j], drivenBy.itself * sign(rng)) : drivenScore(drivers.map((d) => z[d]), n, rng);
    const observed = [...score.keys()].filter((i) => !isHole(table.rows[i][j]));
    const intercept = interceptFor(observed.map((i) => score[i]), rate);
    hide(j, (i) => logistic(score[i] + intercept));
  }
  return mask;
}

/** The table with the masked cells emptied. */
export function maskTable({ columns, rows }: TextTable, mask: Mask): TextTable {
  return { columns, rows: rows.map((row, i) => row.map((text, j) => (mask[i][j] ? "" : text))) };
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const sign = (rng: Rng): number => (rng.uniform() < 0.5 ? -1 : 1);
const scale = (x: Float64Array, factor: number): Float64Array => x.map((v) => v * factor);

/** A column as z-scores, levels that are no numbers in the order of their texts; 0 in holes and where values don't differ. */
function standardised(table: TextTable, j: number): Float64Array {
  const cells = table.rows.map((row) => row[j]);
  const values = cells.filter((text) => !isHole(text));
  const levels = new Map([...new Set(values)].sort().map((text, k) => [text, k]));
  const number = values.map(numberOf).some(Number.isNaN) ? (text: string): number => levels.get(text)! : numberOf;
  const { mean, sd } = moments(values.map(number));
  return Float64Array.from(cells, (text) => (isHole(text) ? 0 : (number(text) - mean) / sd));
}

/** A random weighted sum of columns, scaled to the standard deviation that MAR takes. */
function drivenScore(columns: readonly Float64Array[], n: number, rng: Rng): Float64Array {
  const sum = new Float64Array(n);
  for (const column of columns) {
    const weight = rng.normal();
    column.forEach((v, i) => (sum[i] += weight * v));
  }
  return scale(sum, drivenBy.others / moments([...sum]).sd);
}

/** The intercept with which a logistic model of these scores has the given mean (bisection). */
function interceptFor(scores: readonly number[], rate: number): number {
  let low = -50;
  let high = 50;
  for (let k = 0; k < 60 && scores.length > 0; k++) {
    const middle = (low + high) / 2;
    const mean = scores.reduce((sum, s) => sum + logistic(s + middle), 0) / scores.length;
    if (mean < rate) low = middle;
    else high = middle;
  }
  return low;
}
