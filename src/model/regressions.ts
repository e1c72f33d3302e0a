import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import type { Affine } from "./filler.js";
import { hiddenCells, inverseOf, withSpread, type Hidden, type Inverse, type PlacedColumn, type Spread } from "./hiddenSpread.js";
import type { Inverter } from "./inverse.js";
import { pickPeople, type Choice, type Moments, type People } from "./moments.js";
import { countObserved, type RowGroup } from "./rowGroups.js";

/** Columns that are regressed together, on some rows and features. */
export interface Part {
  readonly columns: readonly number[];
  readonly chosen: Choice;
  readonly people: People;
  /** Hidden cells among these rows. */
  readonly hidden: Hidden;
  /** Columns of the chosen features, on which the others are regressed. */
  readonly within: readonly PlacedColumn[];
}

/** All columns on all others, by all rows; rows that lack whole groups of columns lack them together. */
export function wholeTable(visible: Encoded, people: People, weight: Float64Array | null, groups: readonly RowGroup[], layout: Layout): Part {
  const within = layout.columns.map(({ first, width }, column) => ({ column, first, at: first, width }));
  return { columns: layout.columns.map((_, j) => j), chosen: { rows: null, features: null }, people, hidden: hiddenCells(visible, null, weight, groups, within, layout), within };
}

/** A column that is observed in a smaller share of a group's rows tells nothing that others do not. */
const leastSeen = 0.1;

/** A group's columns are regressed on those that its rows observe often enough to learn from. */
export function groupPart({ columns, rows }: RowGroup, visible: Encoded, people: People, weight: Float64Array | null, layout: Layout): Part {
  const p = layout.columns.length;
  const seen = layout.columns.map((_, j) => countObserved(visible.observed, rows, j, p) >= leastSeen * rows.length);
  const within: PlacedColumn[] = [];
  let at = 0;
  layout.columns.forEach(({ first, width }, column) => {
    if (!seen[column]) return;
    within.push({ column, first, at, width });
    at += width;
  });
  const features = Int32Array.from(within.flatMap(({ first, width }) => Array.from({ length: width }, (_, k) => first + k)));
  return { columns: columns.filter((j) => seen[j]), chosen: { rows, features }, people: pickPeople(people, rows), hidden: hiddenCells(visible, rows, weight, [], within, layout), within };
}

/**
 * Puts the regressions of a part's columns on all others into `map`, from one inverse P: the coefficients of block j are
 * -P[:, j] P[j, j]^-1.
 * @param spread the covariance that hidden cells lack
 * @param lambda ridge penalty, in squared standard deviations
 */
export async function regressInto(map: Affine, { center, gram }: Moments, { columns, hidden, within, chosen }: Part, spread: Spread, lambda: number, inverter: Inverter): Promise<Inverse> {
  const { weights, offset } = map;
  const d = offset.length;
  const n = center.length;
  const a = withSpread(gram, n, hidden, within, spread);
  for (let i = 0; i < n; i++) a[i * n + i] += lambda;
  const inverse = await inverseOf(a, n, within, inverter);
  const { p, left } = inverse;
  const wanted = new Set(columns);
  const targets = within.flatMap((place, c) => (wanted.has(place.column) ? [{ ...place, block: left[c] }] : []));
  if (n < d) for (let i = 0; i < d; i++) for (const { first, width } of targets) weights.fill(0, i * d + first, i * d + first + width);
  const through = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    const row = (chosen.features ? chosen.features[i] : i) * d;
    for (const { first, at, width, block } of targets) {
      for (let k = 0; k < width; k++) {
        let s = 0;
        if (i < at || i >= at + width) for (let j = 0; j < width; j++) s -= p[i * n + at + j] * block[j * width + k];
        weights[row + first + k] = s;
        through[first + k] += center[i] * s;
      }
    }
  }
  for (const { first, at, width } of targets) for (let k = 0; k < width; k++) offset[first + k] = center[at + k] - through[first + k];
  return inverse;
}
