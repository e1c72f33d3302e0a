import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import type { SessionFactory } from "../engine/index.js";
import { columnOfFeatures } from "./blocks.js";
import { deviationsOf } from "./deviations.js";
import { openProduct } from "./product.js";

/*
 * The linear path of tables with thousands of features: each attribute is regressed on its `most` most useful features
 * of other attributes, holes filled by factors (factors.ts), in one round (neighbourFit.ts). Memory and time grow with the observed
 * cells, not with the square of the features; only the screening of pairs is quadratic, and it is a product of matrices on few rows.
 */

/** Most features that one attribute is regressed on. */
const most = 64;
/** Rows that pairs of features are screened on. */
export const screeningRows = 4096;
/** Features whose pairs are screened together. */
const block = 512;
/** Pairs seen in few people count less, as if they had been seen uncorrelated in so many more. */
const priorPairs = 20;

/** Most features that all attributes are regressed on: those of columns that far more people have than others (`commonFeatures`). */
const mostCommon = 16;

/** Features above which the linear path is sparse: the dense map's inverse would take minutes and its products most of the training. */
export const denseFeatures = 3500;
export const isSparse = (layout: Layout): boolean => layout.features > denseFeatures;

/** Number of neighbours of each attribute in this layout. */
export const neighbourCount = ({ columns, features }: Layout): number => Math.min(most, features - Math.max(...columns.map((c) => c.width)));

/** What each attribute is regressed on. */
export interface Neighbours {
  /** (columns, K) features, ascending. */
  readonly neighbours: Int32Array;
  /** Those of them that all attributes share, and that few people's penalty is enough for. */
  readonly common: ReadonlySet<number>;
}

/**
 * Features of the columns that most people have, where these are more than twice as many as have the middle one: what sources share, or what
 * everybody is asked. Answers to little rest on them, so that each attribute is regressed on them whether or not others seem to tell more.
 */
function commonFeatures({ rows, observed }: Encoded, { columns }: Layout): ReadonlySet<number> {
  const p = columns.length;
  const people = new Int32Array(p);
  for (let at = 0; at < rows * p; at++) people[at % p] += observed[at];
  const least = 2 * people.slice().sort()[p >> 1];
  const order = Array.from(columns.keys()).filter((j) => people[j] > least).sort((a, b) => people[b] - people[a] || a - b);
  const common = new Set<number>();
  for (const j of order) {
    const { first, width } = columns[j];
    if (common.size + width <= mostCommon) for (let f = first; f < first + width; f++) common.add(f);
  }
  return common;
}

/**
 * The common features, and those that tell most of each attribute. A feature b's use for attribute j is
 * the share of j's variance that b alone explains where it is seen, times how often it is: sum_a cov(a, b)^2 / (var(a) var(b))
 * over j's features a, from the people who have both.
 */
export async function nearestFeatures(table: Encoded, layout: Layout, open: SessionFactory): Promise<Neighbours> {
  const d = layout.features;
  const p = layout.columns.length;
  const count = neighbourCount(layout);
  const columnOf = columnOfFeatures(layout);
  const { rows } = table;
  const { deviation: centred, bits, variance } = deviationsOf(table, layout);
  const product = await openProduct(open, "float32");
  const common = commonFeatures(table, layout);
  const out = new Int32Array(p * count);
  try {
    for (let start = 0; start < p;) {
      const first = layout.columns[start].first;
      let end = start + 1;
      while (end < p && layout.columns[end].first + layout.columns[end].width - first <= block) end++;
      const last = layout.columns[end - 1];
      const height = last.first + last.width - first;
      const s = await product.of(columnsOf(centred, rows, d, first, height), centred, rows); // (height, d)
      const n = await product.of(columnsOf(bits, rows, p, start, end - start), bits, rows); // (end - start, p)
      const use = new Float64Array(d);
      for (let j = start; j < end; j++) {
        const column = layout.columns[j];
        use.fill(0);
        for (let a = column.first; a < column.first + column.width; a++) {
          const row = (a - first) * d;
          const scale = 1 / Math.max(variance[a], 1e-6);
          for (let b = 0; b < d; b++) use[b] += s[row + b] ** 2 * scale;
        }
        for (let b = 0; b < d; b++) {
          const both = n[(j - start) * p + columnOf[b]];
          use[b] *= both / (Math.max(variance[b], 1e-6) * (both + priorPairs) ** 2);
        }
        for (const b of common) use[b] = Infinity;
        use.fill(-1, column.first, column.first + column.width);
        out.set(largest(use, count), j * count);
        use.fill(0);
      }
      start = end;
    }
  } finally {
    await product.close();
  }
  return { neighbours: out, common };
}

/** Some columns of (rows, width), transposed -> (count, rows). */
function columnsOf(a: Float32Array, rows: number, width: number, first: number, count: number): Float32Array {
  const out = new Float32Array(count * rows);
  for (let i = 0; i < rows; i++) for (let k = 0; k < count; k++) out[k * rows + i] = a[i * width + first + k];
  return out;
}

/** Places of the `count` largest values, ascending; of equal ones the first. */
function largest(values: Float64Array, count: number): Int32Array {
  const limit = values.slice().sort()[values.length - count];
  const above: number[] = [];
  const equal: number[] = [];
  values.forEach((v, k) => (v > limit ? above.push(k) : v === limit && equal.push(k)));
  return Int32Array.from([...above, ...equal.slice(0, count - above.length)]).sort();
}
