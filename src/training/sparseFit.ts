import { pickTable, type Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import type { SessionFactory } from "../engine/index.js";
import { fitFactors, type FittedFactors } from "../model/factorFit.js";
import type { SparseMap } from "../model/linearMap.js";
import { chooseLambdas } from "../model/penalties.js";
import { fitNeighbours } from "../model/neighbourFit.js";
import { nearestFeatures, screeningRows, type Neighbours } from "../model/sparseLinear.js";
import { maskedTable } from "./folds.js";
import { evenlySpaced } from "./rows.js";

/** Penalties that are tried, in people. Columns of thousands may be measured in a few dozen people, where hardly more can be learned than what the factors tell. */
const penalties = [20, 60, 200, 600, 2000, 6000];
/** Held-out cells that the mean over all columns counts for in a column's choice: a few dozen of its own hardly tell penalties apart. */
const sharedCells = 50;

/**
 * Linear maps of a table with thousands of features: one per fold from its training cells, and one from all observed
 * cells, with the penalty of each column chosen on the cells that the folds held out. The neighbours are those that the
 * first fold's training cells name: nobody's held-out cell decides more than a name.
 */
export async function fitSparsePath(
  table: Encoded,
  layout: Layout,
  folds: readonly { readonly train: Uint8Array; readonly held: Uint8Array }[],
  open: SessionFactory,
): Promise<{ folds: SparseMap[]; all: SparseMap }> {
  const p = layout.columns.length;
  const rows = evenlySpaced(table.rows, screeningRows);
  const errors = penalties.map(() => new Float64Array(p));
  const cells = new Int32Array(p);
  const perFold: SparseMap[][] = [];
  let near: Neighbours | null = null;
  let first: FittedFactors | null = null;
  for (const { train, held } of folds) {
    const visible = maskedTable(table, train, layout);
    const screened = pickTable(visible, layout, rows);
    near ??= await nearestFeatures(screened, layout, open);
    const factors = await fitFactors(screened, layout, open);
    first ??= factors;
    const fits = fitNeighbours(visible, layout, near, factors, () => penalties, { cells: held, truth: table });
    fits.forEach((fit, l) => fit.errors.forEach((e, j) => (errors[l][j] += e)));
    for (let i = 0; i < held.length; i++) cells[i % p] += held[i];
    perFold.push(fits.map((fit) => fit.map));
  }
  const choice = chooseLambdas(errors, cells, sharedCells);
  const factors = await fitFactors(pickTable(table, layout, rows), layout, open, first!);
  return {
    folds: perFold.map((maps) => combine(maps, choice, layout)),
    all: fitNeighbours(table, layout, near!, factors, (j) => [penalties[choice[j]]])[0].map,
  };
}

/** A map whose columns come from several maps of different penalties: `choice[j]` names the map of column j. */
function combine(maps: readonly SparseMap[], choice: readonly number[], layout: Layout): SparseMap {
  const weights = maps[0].weights.slice();
  const intercept = maps[0].intercept.slice();
  const count = weights.length / layout.features;
  layout.columns.forEach(({ first, width }, j) => {
    weights.set(maps[choice[j]].weights.subarray(first * count, (first + width) * count), first * count);
    intercept.set(maps[choice[j]].intercept.subarray(first, first + width), first);
  });
  return { ...maps[0], weights, intercept, lambda: Float32Array.from(choice, (c, j) => maps[c].lambda[j]) };
}
