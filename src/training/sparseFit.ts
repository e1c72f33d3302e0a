import { type Encoded, pickRows } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import type { SessionFactory } from "../engine/index.js";
import type { LinearMap } from "../model/linearMap.js";
import { chooseLambdas } from "../model/penalties.js";
import { fitNeighbours, nearestFeatures, screeningRows } from "../model/sparseLinear.js";
import { maskedTable } from "./folds.js";
import { evenlySpaced } from "./rows.js";

/** Penalties that are tried. Columns of thousands may be measured in a few dozen people, where hardly more than the mean can be learned. */
const penalties = [0.05, 0.2, 0.8, 3.2, 12.8];

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
): Promise<{ folds: LinearMap[]; all: LinearMap }> {
  const p = layout.columns.length;
  const first = maskedTable(table, folds[0].train, layout);
  const rows = evenlySpaced(table.rows, screeningRows);
  const screened = { rows: rows.length, features: pickRows(first.features, layout.features, rows), observed: pickRows(first.observed, p, rows) };
  const neighbours = await nearestFeatures(screened, layout, open);
  const errors = penalties.map(() => new Float64Array(p));
  const cells = new Int32Array(p);
  const perFold = folds.map(({ train, held }, k) => {
    const fits = fitNeighbours(k === 0 ? first : maskedTable(table, train, layout), layout, neighbours, () => penalties, { cells: held, truth: table });
    fits.forEach((fit, l) => fit.errors.forEach((e, j) => (errors[l][j] += e)));
    for (let i = 0; i < held.length; i++) cells[i % p] += held[i];
    return fits.map((fit) => fit.map);
  });
  const choice = chooseLambdas(errors, cells);
  return {
    folds: perFold.map((maps) => combine(maps, choice, layout)),
    all: fitNeighbours(table, layout, neighbours, (j) => [penalties[choice[j]]])[0].map,
  };
}

/** A map whose columns come from several maps of different penalties: `choice[j]` names the map of column j. */
function combine(maps: readonly LinearMap[], choice: readonly number[], layout: Layout): LinearMap {
  const weights = maps[0].weights.slice();
  const count = weights.length / layout.features;
  layout.columns.forEach(({ first, width }, j) => {
    weights.set(maps[choice[j]].weights.subarray(first * count, (first + width) * count), first * count);
  });
  return { ...maps[0], weights, lambda: Float32Array.from(choice, (c, j) => maps[c].lambda[j]) };
}
