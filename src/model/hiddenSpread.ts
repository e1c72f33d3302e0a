import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import type { Inverter } from "./inverse.js";
import { invertSmall } from "./linalg.js";
import type { RowGroup } from "./rowGroups.js";

/** A column whose features begin at `first` in the table and at `at` in a part's moments. */
export interface PlacedColumn {
  readonly column: number;
  readonly first: number;
  readonly at: number;
  readonly width: number;
}

/** Columns that are hidden together in some rows, as what only another source was asked. */
export interface HiddenTogether {
  /** Places of their features in a part's moments. */
  readonly at: Int32Array;
  /** Root of the share of cells that are hidden in these rows, by feature. */
  readonly root: Float64Array;
}

/** Which cells of a part are hidden. */
export interface Hidden {
  /** (columns of the table) share of cells that are hidden one by one. */
  readonly alone: Float64Array;
  readonly together: readonly HiddenTogether[];
}

/** Covariance that hidden cells lack: a diagonal block (width, width) per column of a part, and one (features, features) per set of columns that is hidden together. */
export interface Spread {
  readonly alone: readonly Float64Array[];
  readonly together: readonly Float64Array[];
}

/** Sets of columns hidden together in fewer rows count as hidden one by one. */
const leastTogether = 0.02;

/** Hidden cells among the `chosen` rows, all for null. Rows are told apart by the groups of columns that they lack; those of one pattern lack them together. */
export function hiddenCells({ rows, observed }: Encoded, chosen: Int32Array | null, weight: Float64Array | null, groups: readonly RowGroup[], within: readonly PlacedColumn[], { columns }: Layout): Hidden {
  const p = columns.length;
  const count = chosen?.length ?? rows;
  const present = groups.map((group) => {
    const bits = new Uint8Array(rows);
    for (const i of group.rows) bits[i] = 1;
    return bits;
  });
  const patterns = new Map<string, { weight: number; hidden: Float64Array }>();
  let total = 0;
  for (let r = 0; r < count; r++) {
    const i = chosen ? chosen[r] : r;
    const w = weight ? weight[i] : 1;
    const key = present.map((bits) => bits[i]).join("");
    const pattern = patterns.get(key) ?? { weight: 0, hidden: new Float64Array(p) };
    patterns.set(key, pattern);
    pattern.weight += w;
    for (let j = 0; j < p; j++) if (!observed[i * p + j]) pattern.hidden[j] += w;
    total += w;
  }
  const alone = new Float64Array(p);
  const together: HiddenTogether[] = [];
  for (const [key, { weight: people, hidden }] of patterns) {
    const lacking = new Set(people >= leastTogether * total ? groups.flatMap((group, g) => (key[g] === "1" ? [] : group.columns)) : []);
    const places = within.filter(({ column }) => lacking.has(column) && hidden[column] > 0);
    for (let j = 0; j < p; j++) if (!lacking.has(j) && total > 0) alone[j] += hidden[j] / total;
    if (places.length === 0) continue;
    together.push({
      at: Int32Array.from(places.flatMap(({ at, width }) => Array.from({ length: width }, (_, k) => at + k))),
      root: Float64Array.from(places.flatMap(({ column, width }) => new Array<number>(width).fill(Math.sqrt(hidden[column] / total)))),
    });
  }
  return { alone, together };
}

/** Before the first regression hidden cells spread as observed ones do, each on its own. */
export function firstSpread({ alone, together }: Hidden, within: readonly PlacedColumn[], { rows, features, observed }: Encoded, means: Float32Array, correction: number, layout: Layout): Spread {
  const d = layout.features;
  const p = layout.columns.length;
  const variances = new Float64Array(within.reduce((n, { width }) => n + width, 0));
  const own = within.map(({ column: j, first, at, width }) => {
    const block = new Float64Array(width * width);
    if (correction === 0) return block;
    for (let k = 0; k < width; k++) {
      let [sum, n] = [0, 0];
      for (let i = 0; i < rows; i++) {
        if (!observed[i * p + j]) continue;
        sum += (features[i * d + first + k] - means[first + k]) ** 2;
        n++;
      }
      variances[at + k] = n > 0 ? sum / n : 0;
      block[k * width + k] = n > 0 ? (correction * alone[j] * sum) / n : 0;
    }
    return block;
  });
  return {
    alone: own,
    together: together.map(({ at, root }) => {
      const block = new Float64Array(at.length * at.length);
      at.forEach((place, i) => (block[i * at.length + i] = correction * root[i] ** 2 * variances[place]));
      return block;
    }),
  };
}

/** A part's Gram matrix (n, n) with the covariance that hidden cells lack. */
export function withSpread(gram: Float64Array, n: number, { together }: Hidden, within: readonly PlacedColumn[], spread: Spread): Float64Array {
  const a = gram.slice();
  within.forEach(({ at, width }, c) => {
    for (let i = 0; i < width; i++) for (let k = 0; k < width; k++) a[(at + i) * n + at + k] += spread.alone[c][i * width + k];
  });
  together.forEach(({ at }, b) => {
    const block = spread.together[b];
    for (let i = 0; i < at.length; i++) for (let k = 0; k < at.length; k++) a[at[i] * n + at[k]] += block[i * at.length + k];
  });
  return a;
}

/** The inverse P (n, n) of a part's Gram matrix plus a penalty, and of each column the inverse of its diagonal block: what all others leave of it. */
export interface Inverse {
  readonly n: number;
  readonly p: Float64Array;
  readonly left: readonly Float64Array[];
}

export async function inverseOf(a: Float64Array, n: number, within: readonly PlacedColumn[], { invert }: Inverter): Promise<Inverse> {
  const p = await invert(a, n);
  return { n, p, left: within.map(({ at, width }) => invertSmall(cut(p, n, Int32Array.from({ length: width }, (_, k) => at + k)), width)) };
}

/**
 * The covariance that hidden cells lack about regressions from an inverse with the penalty `lambda`: what the others leave of a column less the
 * penalty; of columns that are hidden together the inverse of their common block of P. `correction` says how much of that is added for the next
 * regressions, 0 none, 1 all.
 */
export async function spreadAbout({ n, p, left }: Inverse, { alone, together }: Hidden, within: readonly PlacedColumn[], { correction, lambda }: { readonly correction: number; readonly lambda: number }, { invert }: Inverter): Promise<Spread> {
  if (correction === 0) return { alone: left.map((block) => new Float64Array(block.length)), together: together.map(({ at }) => new Float64Array(at.length ** 2)) };
  const blocks: Float64Array[] = [];
  for (const { at, root } of together) {
    const m = at.length;
    const block = await invert(cut(p, n, at), m);
    for (let i = 0; i < m; i++) {
      block[i * m + i] -= lambda;
      for (let k = 0; k < m; k++) block[i * m + k] *= correction * root[i] * root[k];
    }
    blocks.push(block);
  }
  return {
    alone: within.map(({ column, width }, c) => left[c].map((v, e) => correction * alone[column] * (v - (e % (width + 1) === 0 ? lambda : 0)))),
    together: blocks,
  };
}

/** The block of a matrix (n, n) of these rows and columns. */
function cut(a: Float64Array, n: number, at: Int32Array): Float64Array {
  const m = at.length;
  const out = new Float64Array(m * m);
  for (let i = 0; i < m; i++) for (let k = 0; k < m; k++) out[i * m + k] = a[at[i] * n + at[k]];
  return out;
}
