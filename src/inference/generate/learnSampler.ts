/** Learns what people are invented by: trees of each attribute given those drawn before it, and of who lacks which. */
import { createRng, permutation } from "../../base/random.js";
import type { Cells } from "../../data/cells.js";
import { encodeCells } from "../../data/encode.js";
import { cellCount, cellOfValue, type Origin, type Sampler, type SharedValues, type TreeNode } from "../../model/sampler.js";
import type { PredictModel } from "../../model/trained.js";
import { compileDerived } from "../../schema/derived.js";
import { compileRules } from "../../schema/rules.js";
import type { Schema } from "../../schema/schema.js";
import { drawHoles } from "../draws.js";
import type { SessionFactory } from "../../engine/index.js";
import { openPredictor, type Predictor } from "../predictor.js";
import { couplings } from "./coupling.js";
import { binClasses, binNumbers, growTree, type TreeFeature } from "./growTree.js";
import { holeReasons } from "./holeReasons.js";
import { drawOrder } from "./rounds.js";

/** People that trees are grown from, and their cells, whose holes are filled several times; of a larger table a sample. */
const most = { rows: 8192, cells: 2_500_000 };
/** Attributes above which nothing is learned: the trees would outgrow the model. */
const mostColumns = 1500;
/** Attributes that a tree chooses from: those that hang most on its own. */
const asked = 32;
/** People that any end of a tree stands for, at least, and that share a value which is kept. */
const leafRows = 20;
const sharedBy = 5;
/** Most ends of a tree, about. */
const mostLeaves = 200;
/** Passes in which the table's holes are filled. */
const fillRounds = 6;

/** For `trainTable`'s `extend`: adds to a finished model what people are invented by, as `vhgm train` does; without it `holes` and `likeSource` of `createGenerator` are refused. */
export const extendWithSampler = (open: SessionFactory) => async (model: PredictModel, schema: Schema, cells: Cells, seed: number): Promise<Partial<PredictModel>> => {
  if (model.layout.columns.length > mostColumns) return {};
  const predictor = await openPredictor(model, open);
  try {
    return { sampler: await learnSampler(predictor, schema, cells, seed) };
  } finally {
    await predictor.close();
  }
};

/**
 * @param cells the table that the model was trained on, cells that contradict a rule taken out
 */
export async function learnSampler(predictor: Predictor, schema: Schema, table: Cells, seed: number): Promise<Sampler> {
  const { model } = predictor;
  const { layout, grids } = model;
  const p = layout.columns.length;
  const cells = sampleOf(table, seed);
  const rules = compileRules(schema);
  const derived = new Set(compileDerived(schema).map(({ attribute }) => attribute));
  const columnOf = new Map(layout.columns.map(({ source }, j) => [source, j]));
  const coupling = p > 1 ? await couplings(predictor, 256) : [new Float64Array(1)];
  const order = drawOrder({
    columns: layout.columns.flatMap(({ source }, j) => (derived.has(source) ? [] : [j])),
    given: [],
    coupling,
    before: (j) => (rules.ruleOf[layout.columns[j].source]?.gates ?? []).map((gate) => columnOf.get(gate) ?? -1).filter((gate) => gate >= 0),
  });
  const filled = await fillHoles(predictor, schema, cells, seed);
  const origins = originsOf(cells);
  const { of: originOfRow } = origins;
  const features: TreeFeature[] = layout.columns.map((column, j) => (j < layout.numbers ? binNumbers(j, filled[j]) : binClasses(j, filled[j].map((x) => (Number.isNaN(x) ? NaN : column.classOf[x])), column.width)));
  const originFeature = origins.names.length > 1 && origins.names.length < 255 ? [binClasses(p, originOfRow, origins.names.length)] : [];
  const rowsMin = Math.max(leafRows, Math.ceil(cells.rows / mostLeaves));
  const nearest = (j: number, among: readonly number[]): number[] => [...among].sort((a, b) => coupling[j][b] - coupling[j][a] || a - b).slice(0, asked);
  const isHole = layout.columns.map(({ source }, j) => Uint8Array.from(cells.values[source], (x, i) => (Number.isNaN(x) && !Number.isNaN(filled[j][i]) ? 1 : 0)));

  const trees = new Array<TreeNode | null>(p).fill(null);
  const holes = new Array<TreeNode | null>(p).fill(null);
  const lacking = new Array<TreeNode | null>(p).fill(null);
  const holeFeatures: TreeFeature[] = [];
  const growHole = (j: number, asking: readonly TreeFeature[]): TreeNode =>
    growTree({ features: [...asking, ...originFeature], rows: rowsWhere(cells.rows, (i) => !Number.isNaN(filled[j][i])), cells: Int32Array.from(isHole[j]), scores: null, size: 2, leafRows: rowsMin });
  const reasons = holeReasons(isHole);
  order.forEach((j, k) => {
    const size = cellCount(layout, grids, j);
    const rows = rowsWhere(cells.rows, (i) => !Number.isNaN(filled[j][i]) && !isHole[j][i]);
    trees[j] = growTree({
      features: [...nearest(j, order.slice(0, k)).map((f) => features[f]), ...originFeature],
      rows,
      cells: Int32Array.from(filled[j], (x) => (Number.isNaN(x) ? 0 : cellOfValue(layout, grids, j, x))),
      scores: j < layout.numbers ? ranksOf(filled[j]) : null,
      size,
      leafRows: rowsMin,
    });
  });
  for (const j of new Set([...order, ...layout.columns.keys()])) {
    if (!isHole[j].includes(1)) continue;
    const values = (among: readonly number[]): TreeFeature[] => reasons(j, among.map((f) => features[f]), asked / 2);
    const place = order.indexOf(j);
    holes[j] = growHole(j, [...values(order.filter((f) => f !== j)), ...reasons(j, holeFeatures, asked / 2)]);
    if (place >= 0) lacking[j] = growHole(j, values(order.slice(0, place)));
    holeFeatures.push(binClasses(p + 1 + j, isHole[j], 2));
  }
  const shared = layout.columns.map(({ source }, j) => (j < layout.numbers ? sharedValues(model, j, cells.values[source]) : null));
  return { order, trees, holes, lacking, shared, origins: origins.names.map((sources, o) => originOf({ model, filled, isHole, origins: originOfRow }, sources, o)) };
}

function sampleOf(table: Cells, seed: number): Cells {
  const rows = Math.max(1000, Math.min(most.rows, Math.floor(most.cells / Math.max(1, table.values.length))));
  if (table.rows <= rows) return table;
  const chosen = permutation(table.rows, createRng(seed, 0x7ee5)).slice(0, rows).sort();
  return {
    ...table,
    rows: chosen.length,
    values: table.values.map((column) => Float64Array.from(chosen, (i) => column[i])),
    ...(table.weight ? { weight: Float64Array.from(chosen, (i) => table.weight![i]) } : {}),
    ...(table.source ? { source: Uint16Array.from(chosen, (i) => table.source![i]) } : {}),
  };
}

/** (columns) of (rows): values, and draws in place of holes; NaN to whom the attribute does not apply. */
async function fillHoles(predictor: Predictor, schema: Schema, cells: Cells, seed: number): Promise<Float64Array[]> {
  const { layout } = predictor.model;
  const encoded = encodeCells(cells, layout);
  const rules = compileRules(schema);
  const seeds = Float64Array.from({ length: cells.rows }, (_, i) => createRng(seed, 0xf111, i).int(2 ** 31));
  const values = Array.from({ length: rules.rules.length > 0 ? cells.rows : 0 }, (_, i) => Float64Array.from(cells.values, (column) => column[i]));
  const drawn = await drawHoles(predictor, encoded, seeds, 0, 0, { rounds: fillRounds, ...(values.length > 0 ? { rules: { rules, values } } : {}) });
  return layout.columns.map(({ source }, j) => cells.values[source].map((x, i) => (Number.isNaN(x) ? drawn[i][j] : x)));
}

const rowsWhere = (rows: number, holds: (i: number) => boolean): Int32Array => Int32Array.from({ length: rows }, (_, i) => i).filter(holds);

/** Ranks from 0 to 1 less one half, ties taking the middle of theirs; so a long tail does not rule the splits. */
function ranksOf(values: Float64Array): Float64Array {
  const sorted = values.filter((x) => !Number.isNaN(x)).sort();
  const out = new Float64Array(values.length);
  const order = Int32Array.from({ length: values.length }, (_, i) => i).filter((i) => !Number.isNaN(values[i])).sort((a, b) => values[a] - values[b]);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let k = from; k < to; k++) out[order[k]] = (from + to) / 2 / sorted.length - 0.5;
    from = to;
  }
  return out;
}

function sharedValues({ grids, layout }: PredictModel, j: number, values: Float64Array): SharedValues {
  const counts = new Map<number, number>();
  for (const x of values) if (!Number.isNaN(x)) counts.set(x, (counts.get(x) ?? 0) + 1);
  const others = new Array<number>(grids.grids[j].size).fill(0);
  const kept: [number, number][] = [];
  for (const [x, n] of counts) {
    if (n >= sharedBy) kept.push([x, n]);
    else others[cellOfValue(layout, grids, j, x)] += n;
  }
  kept.sort(([a], [b]) => a - b);
  return { values: kept.map(([x]) => x), counts: kept.map(([, n]) => n), others };
}

function originsOf({ rows, source, origins, sources }: Cells): { of: Float64Array; names: string[][] } {
  if (!source || !origins || !sources) return { of: new Float64Array(rows), names: [[]] };
  return { of: Float64Array.from(source), names: origins.map((places) => places.map((s) => sources[s].name)) };
}

function originOf({ model: { layout, grids }, filled, isHole, origins }: { model: PredictModel; filled: readonly Float64Array[]; isHole: readonly Uint8Array[]; origins: Float64Array }, sources: readonly string[], own: number): Origin {
  const countsOf = (counts: (j: number, i: number) => boolean): number[][] =>
    layout.columns.map((_, j) => {
      const found = new Array<number>(cellCount(layout, grids, j)).fill(0);
      filled[j].forEach((x, i) => origins[i] === own && !Number.isNaN(x) && counts(j, i) && found[cellOfValue(layout, grids, j, x)]++);
      return found;
    });
  return { sources, rows: origins.reduce((n, o) => n + (o === own ? 1 : 0), 0), marginals: countsOf(() => true), observed: countsOf((j, i) => !isHole[j][i]) };
}
