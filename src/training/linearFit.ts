import { type Encoded, pickRows } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import type { SessionFactory } from "../engine/index.js";
import { createLinearFitter } from "../model/linear.js";
import { combineFits, type Fit, type LinearMap } from "../model/linearMap.js";
import { addHeldOutErrors, chooseLambdas, lambdas } from "../model/penalties.js";
import { rowGroups } from "../model/rowGroups.js";
import { isSparse } from "../model/sparseLinear.js";
import { maskedTable, type Fold } from "./folds.js";
import { evenlySpaced, linearRows, pickTable } from "./rows.js";
import { fitSparsePath } from "./sparseFit.js";

/** A map, and the table that it saw with its holes filled, by which people are grouped into prototypes. */
interface FilledMap {
  readonly map: LinearMap;
  /** Null for the sparse map of thousands of features, beside which there is no row memory. */
  readonly filled: Float32Array | null;
}

/**
 * The closed-form maps: one per fold from its training cells, and one from all observed cells, with the penalty of each
 * column chosen on the cells that the folds held out. With several sources, whose columns have whole blocks of holes, columns
 * are also regressed on the rows of their own source (`rowGroups`).
 */
export async function fitLinearPath(table: Encoded, layout: Layout, folds: readonly Fold[], people: { readonly severalSources: boolean; readonly weight: Float64Array | null }, open: SessionFactory): Promise<{ folds: FilledMap[]; all: FilledMap }> {
  if (isSparse(layout)) {
    const maps = await fitSparsePath(table, layout, folds, open);
    return { folds: maps.folds.map((map) => ({ map, filled: null })), all: { map: maps.all, filled: null } };
  }
  const fitter = await createLinearFitter(layout, open);
  try {
    const p = layout.columns.length;
    const cells = new Int32Array(p);
    const perFold: Fit[][] = [];
    const middle = lambdas.length >> 1;
    const chosen = evenlySpaced(table.rows, linearRows);
    const seen = pickTable(table, layout, chosen);
    const groups = people.severalSources ? rowGroups(seen, layout) : [];
    const counts = people.weight?.some((w) => w !== people.weight![0]);
    const weight = counts ? Float64Array.from(chosen, (i) => people.weight![i]) : null;
    const errors = Array.from({ length: lambdas.length * (groups.length > 0 ? 2 : 1) }, () => new Float64Array(p));
    for (const fold of folds) {
      const fits = await fitter.fit(maskedTable(seen, pickRows(fold.train, p, chosen), layout), lambdas, groups, weight);
      const held = pickRows(fold.held, p, chosen);
      fits.forEach(({ filled }, l) => addHeldOutErrors(filled, seen, held, layout, errors[l]));
      for (let i = 0; i < held.length; i++) cells[i % p] += held[i];
      perFold.push(fits);
    }
    const choice = chooseLambdas(errors, cells);
    const joined = (fits: readonly Fit[]): FilledMap => ({ map: combineFits(fits, choice, layout, lambdas.length), filled: fits[middle].filled });
    return { folds: perFold.map(joined), all: joined(await fitter.fit(seen, lambdas, groups, weight)) };
  } finally {
    await fitter.close();
  }
}
