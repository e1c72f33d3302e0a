import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import type { Affine } from "./filler.js";
import type { Inverter } from "./inverse.js";
import { invertSmall } from "./linalg.js";
import { pickPeople, type Choice, type Moments, type People } from "./moments.js";
import type { RowGroup } from "./rowGroups.js";

/** A column whose features begin at `first` in the table and at `at` in a part's moments. */
interface PlacedColumn {
  readonly column: number;
  readonly first: number;
  readonly at: number;
  readonly width: number;
}

/** Columns that are regressed together, on some rows and features. */
export interface Part {
  readonly columns: readonly number[];
  readonly chosen: Choice;
  readonly people: People;
  /** (columns of the table) share of hidden cells among these rows. */
  readonly hidden: Float64Array;
  /** Columns of the chosen features, on which the others are regressed. */
  readonly within: readonly PlacedColumn[];
}

/** All columns on all others, by all rows. */
export const wholeTable = (visible: Encoded, people: People, weight: Float64Array | null, { columns }: Layout): Part => ({
  columns: columns.map((_, j) => j),
  chosen: { rows: null, features: null },
  people,
  hidden: hiddenShares(visible, null, weight, columns.length),
  within: columns.map(({ first, width }, column) => ({ column, first, at: first, width })),
});

/** A column that is observed in a smaller share of a group's rows tells nothing that others do not. */
const leastSeen = 0.1;

/** A group's columns are regressed on those that its rows observe often enough to learn from. */
export function groupPart({ columns, rows }: RowGroup, visible: Encoded, people: People, weight: Float64Array | null, layout: Layout): Part {
  const p = layout.columns.length;
  const seen = layout.columns.map((_, j) => rows.reduce((n, i) => n + visible.observed[i * p + j], 0) >= leastSeen * rows.length);
  const within: PlacedColumn[] = [];
  let at = 0;
  layout.columns.forEach(({ first, width }, column) => {
    if (!seen[column]) return;
    within.push({ column, first, at, width });
    at += width;
  });
  const features = Int32Array.from(within.flatMap(({ first, width }) => Array.from({ length: width }, (_, k) => first + k)));
  return { columns: columns.filter((j) => seen[j]), chosen: { rows, features }, people: pickPeople(people, rows), hidden: hiddenShares(visible, rows, weight, p), within };
}

function hiddenShares({ rows, observed }: Encoded, chosen: Int32Array | null, weight: Float64Array | null, p: number): Float64Array {
  const hidden = new Float64Array(p);
  let total = 0;
  const count = chosen?.length ?? rows;
  for (let r = 0; r < count; r++) {
    const i = chosen ? chosen[r] : r;
    const w = weight ? weight[i] : 1;
    total += w;
    for (let j = 0; j < p; j++) if (!observed[i * p + j]) hidden[j] += w;
  }
  return total > 0 ? hidden.map((h) => h / total) : hidden;
}

/** Diagonal blocks of hidden cells' covariance, one (width, width) per column of a part. */
export type Spread = readonly Float64Array[];

/** Before the first regression hidden cells spread as observed ones do. */
export function firstSpread({ hidden, within }: Part, { rows, features, observed }: Encoded, means: Float32Array, correction: number, layout: Layout): Spread {
  const d = layout.features;
  const p = layout.columns.length;
  return within.map(({ column: j, first, width }) => {
    const block = new Float64Array(width * width);
    if (correction === 0) return block;
    for (let k = 0; k < width; k++) {
      let [sum, n] = [0, 0];
      for (let i = 0; i < rows; i++) {
        if (!observed[i * p + j]) continue;
        sum += (features[i * d + first + k] - means[first + k]) ** 2;
        n++;
      }
      block[k * width + k] = n > 0 ? (correction * hidden[j] * sum) / n : 0;
    }
    return block;
  });
}

/** A part's Gram matrix with the covariance that hidden cells lack. */
export function withSpread({ center, gram }: Pick<Moments, "center" | "gram">, { within }: Pick<Part, "within">, spread: Spread): Float64Array {
  const n = center.length;
  const a = gram.slice();
  within.forEach(({ at, width }, c) => {
    for (let i = 0; i < width; i++) for (let k = 0; k < width; k++) a[(at + i) * n + at + k] += spread[c][i * width + k];
  });
  return a;
}

/** How cautiously a part is regressed. */
interface Caution {
  /** The covariance that hidden cells lack. */
  readonly spread: Spread;
  /** How much of what a regression leaves is added for hidden cells in the next: 0 none, 1 all. */
  readonly correction: number;
  /** Ridge penalty, in squared standard deviations. */
  readonly lambda: number;
}

/**
 * Puts the regressions of a part's columns on all others into `map`, from one inverse P: the coefficients of block j are
 * -P[:, j] P[j, j]^-1, and P[j, j]^-1 less the penalty is the covariance of what they leave.
 * @returns the spread of hidden cells about these regressions
 */
export async function regressInto(map: Affine, { center, gram }: Moments, { columns, hidden, within, chosen }: Part, { spread, correction, lambda }: Caution, { invert }: Inverter): Promise<Spread> {
  const { weights, offset } = map;
  const d = offset.length;
  const n = center.length;
  const a = withSpread({ center, gram }, { within }, spread);
  for (let i = 0; i < n; i++) a[i * n + i] += lambda;
  const p = await invert(a, n);
  const left = within.map(({ at, width }) => {
    const block = new Float64Array(width * width);
    for (let i = 0; i < width; i++) for (let k = 0; k < width; k++) block[i * width + k] = p[(at + i) * n + at + k];
    return invertSmall(block, width);
  });
  const wanted = new Set(columns);
  const targets = within.flatMap((place, c) => (wanted.has(place.column) ? [{ ...place, inverse: left[c] }] : []));
  if (n < d) for (let i = 0; i < d; i++) for (const { first, width } of targets) weights.fill(0, i * d + first, i * d + first + width);
  const through = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    const row = (chosen.features ? chosen.features[i] : i) * d;
    for (const { first, at, width, inverse } of targets) {
      for (let k = 0; k < width; k++) {
        let s = 0;
        if (i < at || i >= at + width) for (let j = 0; j < width; j++) s -= p[i * n + at + j] * inverse[j * width + k];
        weights[row + first + k] = s;
        through[first + k] += center[i] * s;
      }
    }
  }
  for (const { first, at, width } of targets) for (let k = 0; k < width; k++) offset[first + k] = center[at + k] - through[first + k];
  if (correction === 0) return spread;
  return within.map(({ column, width }, c) => left[c].map((v, e) => correction * hidden[column] * (v - (e % (width + 1) === 0 ? lambda : 0))));
}
