import { pickRows, pickTable, type Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import type { SessionFactory } from "../engine/index.js";
import { corrected, createLinearFitter, type Trials } from "../model/linear.js";
import { combineFits, type Fit, type LinearMap } from "../model/linearMap.js";
import { addHeldOutErrors, chooseLambdas, drawLambdas, drawTolerance, lambdas, usualTolerance } from "../model/penalties.js";
import type { SourceRule } from "../model/likelySource.js";
import { rowGroups, sourceGroups } from "../model/rowGroups.js";
import { isSparse } from "../model/sparseLinear.js";
import { maskedTable, type Fold } from "./folds.js";
import { evenlySpaced, linearRows } from "./rows.js";
import { fitSparsePath } from "./sparseFit.js";

/** A map, and the table that it saw with its holes filled, by which people are grouped into prototypes. */
interface FilledMap {
  readonly map: LinearMap;
  /** Null where it was not asked for, and for the sparse map of thousands of features, beside which there is no row memory. */
  readonly filled: Float32Array | null;
}

interface Filled {
  readonly fits: readonly Fit[];
  readonly settled: readonly Float32Array[];
  readonly filled: Float32Array | null;
}

/** A member's maps: from its training cells, and from all observed cells. */
export interface MemberMaps {
  readonly fold: FilledMap;
  readonly all: FilledMap;
}

/** What the linear path is to know of the people of a table. */
interface People {
  readonly severalSources: boolean;
  /** Rounds of the linear path. */
  readonly rounds: number;
  readonly weight: Float64Array | null;
  /** Where sources have centres of their own. */
  readonly sources: { readonly rule: SourceRule; readonly of: (rows: Int32Array) => Float32Array } | null;
  /** Whether answers are drawn for pooled regressions (`drawLambdas`). */
  readonly forDraws: boolean;
  /** Whether filled tables are kept; a wide one takes hundreds of megabytes. */
  readonly keepFilled: boolean;
}

/** Features up to which all courses are tried, each from the beginning; above, the first alone, and all cells' from where a fold's settled, for the time. */
const fewFeatures = 600;

/**
 * The closed-form maps of each member. Members whose people count alike share the map of all observed cells, whose penalties are then
 * chosen on what all of them held out.
 * @param people with what each person counts for by member
 */
export async function fitLinearPaths(table: Encoded, layout: Layout, folds: readonly Fold[], { weights, ...people }: Omit<People, "weight"> & { readonly weights: readonly (Float64Array | null)[] }, open: SessionFactory): Promise<MemberMaps[]> {
  const maps: MemberMaps[] = [];
  for (const weight of new Set(weights)) {
    const members = folds.filter((_, k) => weights[k] === weight);
    const { folds: found, all } = await fitLinearPath(table, layout, members, { ...people, weight }, open);
    for (const fold of found) maps.push({ fold, all });
  }
  return maps;
}

/**
 * The closed-form maps: one per fold from its training cells, and one from all observed cells, with the penalty of each
 * column chosen on the cells that the folds held out. With several sources, whose columns have whole blocks of holes, columns
 * are also regressed on the rows of their own source (`sourceGroups`) and on those in which they are observed together
 * (`rowGroups`), and sources have centres of their own (`likelySource`).
 */
async function fitLinearPath(table: Encoded, layout: Layout, folds: readonly Fold[], people: People, open: SessionFactory): Promise<{ folds: FilledMap[]; all: FilledMap }> {
  if (isSparse(layout)) {
    const maps = await fitSparsePath(table, layout, folds, open);
    return { folds: maps.folds.map((map) => ({ map, filled: null })), all: { map: maps.all, filled: null } };
  }
  const fitter = await createLinearFitter(layout, open);
  try {
    const p = layout.columns.length;
    const cells = new Int32Array(p);
    const perFold: Filled[] = [];
    const chosen = evenlySpaced(table.rows, linearRows);
    const seen = pickTable(table, layout, chosen);
    const from = people.sources?.of(chosen);
    const groupings = [from ? sourceGroups(seen, from, layout) : [], people.severalSources ? rowGroups(seen, layout) : []].filter((groups) => groups.length > 0);
    const counts = people.weight?.some((w) => w !== people.weight![0]);
    const weight = counts ? Float64Array.from(chosen, (i) => people.weight![i]) : null;
    const courses = corrected.filter((_, c) => c === 0 || layout.features <= fewFeatures);
    const penalties = people.forDraws ? drawLambdas : lambdas;
    const trials: Trials = { courses, penalties, groupings, weight, from };
    const onAllRows = courses.length * penalties.length;
    const errors = Array.from({ length: onAllRows * (1 + groupings.length) }, () => new Float64Array(p));
    const middle = penalties.length >> 1;
    const fit = async (visible: Encoded, start: readonly Float32Array[] | undefined, judge?: (filled: Float32Array, index: number) => void): Promise<Filled> => {
      let kept: Float32Array | null = null;
      const onFilled = (filled: Float32Array, index: number): void => {
        if (index === middle && people.keepFilled) kept = filled;
        judge?.(filled, index);
      };
      // Without anybody to look at them, tables need not be filled.
      const { fits, settled } = await fitter.fit(visible, { ...trials, start }, judge || people.keepFilled ? onFilled : undefined);
      return { fits, settled, filled: kept };
    };
    for (const fold of folds) {
      const held = pickRows(fold.held, p, chosen);
      perFold.push(await fit(maskedTable(seen, pickRows(fold.train, p, chosen), layout), undefined, (filled, index) => addHeldOutErrors(filled, seen, held, layout, errors[index])));
      for (let i = 0; i < held.length; i++) cells[i % p] += held[i];
    }
    const choice = chooseLambdas(errors, cells, undefined, { tolerance: people.forDraws ? layout.columns.map(() => drawTolerance) : usualTolerance(chosen.length, layout), penalties: penalties.length });
    const joined = ({ fits, filled }: Filled): FilledMap => ({ map: combineFits(fits, choice, layout, { onAllRows, rounds: people.rounds, rule: people.sources?.rule }), filled });
    // Another fold would not do: cells that it holds out were visible in the first.
    const start = layout.features > fewFeatures ? perFold[0]?.settled : undefined;
    return { folds: perFold.map(joined), all: joined(await fit(seen, start)) };
  } finally {
    await fitter.close();
  }
}
