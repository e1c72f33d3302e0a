import type { Cells } from "../data/cells.js";
import type { Layout } from "../data/layout.js";
import { ops, type Tensor } from "../engine/index.js";

/*
 * Sources that record the same attribute may record it differently: another laboratory method, another wording, other
 * codes. Each source therefore has a centre of its own in the linear path. Of which source a row is is told by what it
 * has, since nobody says so of a new person: sources that lack an attribute which the row shows are ruled out.
 */
export interface SourceRule {
  /** (columns, sources) 1 where a source does not measure a column. */
  readonly unmeasured: Float32Array;
  /** (sources) share of the rows that come from each; what is left to go by where a row rules out none, or all. */
  readonly share: Float32Array;
}

/** Null for one table, and where all sources measure the same columns, so that none is ever ruled out. */
export function sourceRule({ rows, source, origins = [], sources = [] }: Cells, layout: Layout): SourceRule | null {
  if (!source || sources.length < 2) return null;
  const count = sources.length;
  const unmeasured = new Float32Array(layout.columns.length * count);
  layout.columns.forEach((column, j) => sources.forEach(({ measures }, s) => (unmeasured[j * count + s] = measures[column.source] ? 0 : 1)));
  if (!unmeasured.includes(1)) return null;
  const share = new Float32Array(count);
  for (let i = 0; i < rows; i++) for (const s of origins[source[i]]) share[s] += 1 / (origins[source[i]].length * rows);
  return { unmeasured, share };
}

/** Of which sources rows are -> (rows, sources), 1 in all. */
export function sourcesOfRows({ source, origins = [], sources = [] }: Cells, rows: Int32Array): Float32Array {
  const out = new Float32Array(rows.length * sources.length);
  rows.forEach((i, r) => origins[source![i]].forEach((s, _k, all) => (out[r * sources.length + s] = 1 / all.length)));
  return out;
}

/** Weight of the shares where a row fits some source, so small that it does not count; they decide where it fits none. */
const trifle = 1e-6;

/** How likely each source is for some rows: visible (B, columns), unmeasured (columns, sources), share (sources) -> (B, sources), 1 in all. */
export function likelySourcesOf(visible: Tensor, unmeasured: Tensor, share: Tensor): Tensor {
  const ruledOut = ops.clamp(ops.matmul(visible, unmeasured), 0, 1);
  const weight = ops.mul(ops.sub(visible.graph.constant(1 + trifle), ruledOut), share);
  return ops.div(weight, ops.sum(weight, [1], true));
}
