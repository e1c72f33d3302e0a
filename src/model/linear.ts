import { pickRows, type Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import type { SessionFactory } from "../engine/index.js";
import { openFiller, peopleOf, pickPeople, type Affine, type Moments, type People } from "./filler.js";
import { createInverter, type Inverter } from "./inverse.js";
import { invertSmall } from "./linalg.js";
import { relaxationOf, type Fit } from "./linearMap.js";
import type { RowGroup } from "./rowGroups.js";

/**
 * How a table's holes are filled while the map is fitted. A filled cell is where the regressions expect it, without the
 * spread that the hidden value has about that, so the Gram matrix of a filled table has too little variance and too strong
 * relations. The EM algorithm for a normal table (Little and Rubin, Statistical Analysis with Missing Data, ch. 11) adds the
 * hidden cells' conditional covariance to it; a course adds `correction` times the diagonal blocks of that: for each
 * attribute its share of hidden cells times what its regression leaves. 0 is iterated ridge as it is usually written.
 */
export interface Course {
  readonly correction: number;
  /** Times that the table is filled. */
  readonly rounds: number;
  /** Penalty of the rounds before the last. */
  readonly early: number;
}

export const iteratedRidge: Course = { correction: 0, rounds: 5, early: 0.2 };
/** Half of the correction errs least where many cells are missing by design, all of it where few are; columns choose. */
export const corrected: readonly Course[] = [
  { correction: 0.5, rounds: 10, early: 0.1 },
  { correction: 1, rounds: 10, early: 0.05 },
];

/** What is fitted: one map per course and penalty, in that order, and with groups as many again. */
export interface Trials {
  readonly courses: readonly Course[];
  readonly penalties: readonly number[];
  /** Columns that are also regressed on some rows alone (rowGroups.ts). */
  readonly groups?: readonly RowGroup[];
  /** (rows) what each row counts for, of mean 1; absent where all count alike. */
  readonly weight?: Float64Array | null;
  /** (rows, sources) of which sources rows are, where sources have a centre of their own; columns are then related within sources. */
  readonly from?: Float32Array | null;
}

/** Fits linear maps by iterated ridge; holds a session for the products of tall matrices. */
export interface LinearFitter {
  /**
   * Rounds of: fill the holes of `visible` by the current map, take the Gram matrix of the filled table, regress every
   * attribute's features on all others. All attributes' regressions come from one inverse P of the Gram matrix plus
   * lambda: the coefficients of block j are -P[:, j] P[j, j]^-1.
   *
   * Where a column is observed in few rows, filled rows outnumber them and its slopes approach the regression slowly, a
   * few per cent a round. So columns of a group are also regressed on the group's rows alone, with a Gram matrix of
   * their own.
   * @param onFilled gets each fit's number and the table that it fills, (rows, features), which is not kept
   * @returns one fit per course and penalty; with groups, then as many in which their columns are regressed on their own rows
   */
  fit(visible: Encoded, trials: Trials, onFilled?: (filled: Float32Array, index: number) => void): Promise<Fit[]>;
  close(): Promise<void>;
}

export async function createLinearFitter(layout: Layout, open: SessionFactory): Promise<LinearFitter> {
  const filler = await openFiller(layout, open);
  const inverter = await createInverter(open);
  const d = layout.features;
  const everything = layout.columns.map((_, j) => j);
  return {
    async fit(visible, { courses, penalties, groups = [], weight = null, from = null }, onFilled) {
      const people = peopleOf(visible.rows, weight, from);
      const { fill, shift } = filler.begin(visible, people);
      const parts: Part[] = [
        { columns: everything, rows: null, people, hidden: hiddenShares(visible, null, weight, layout) },
        ...groups.map((group) => ({ ...group, people: pickPeople(people, group.rows), hidden: hiddenShares(visible, group.rows, weight, layout), seen: seenFeatures(visible, group, layout) })),
      ];
      const momentsOf = (filled: Float32Array, part: Part): Promise<Moments> => filler.moments(part.rows === null ? filled : pickRows(filled, d, part.rows), part.people);
      const shifted = async (map: Affine, filled: Float32Array): Promise<Affine> => (from ? shift(filled, map) : map);
      const means = columnMeans(visible.features, visible.observed, visible.rows, layout);
      const fits: Fit[] = [];
      const withGroups: Fit[] = [];
      for (const [c, { correction, rounds, early }] of courses.entries()) {
        const spread = parts.map((part) => firstSpread(part, visible, means, correction, layout));
        const start = await shifted({ weights: new Float32Array(d * d), offset: means }, visible.features);
        let filled = await fill(visible.features, start, 1);
        for (let r = 1; r < rounds; r++) {
          const map = emptyMap(d);
          for (const [k, part] of parts.entries()) spread[k] = await regressInto(map, await momentsOf(filled, part), part, spread[k], correction, early, layout, inverter);
          filled = await fill(filled, await shifted(map, filled), relaxationOf(map.weights, d));
        }
        const moments: Moments[] = [];
        for (const part of parts) moments.push(await momentsOf(filled, part));
        const { center: mean, centers } = moments[0];
        const keep = async (to: Fit[], map: Affine, lambda: number, index: number): Promise<void> => {
          const done = await shifted(map, filled);
          to.push({ weights: done.weights, offset: done.offset, mean, lambda, ...(from ? { centers } : {}) });
          onFilled?.(await fill(filled, done, relaxationOf(done.weights, d)), index);
        };
        for (const [l, lambda] of penalties.entries()) {
          const map = emptyMap(d);
          await regressInto(map, moments[0], parts[0], spread[0], correction, lambda, layout, inverter);
          await keep(fits, map, lambda, c * penalties.length + l);
          if (groups.length === 0) continue;
          const own = { weights: map.weights.slice(), offset: map.offset.slice() };
          for (let k = 1; k < parts.length; k++) await regressInto(own, moments[k], parts[k], spread[k], correction, lambda, layout, inverter);
          await keep(withGroups, own, lambda, (courses.length + c) * penalties.length + l);
        }
      }
      return [...fits, ...withGroups];
    },
    async close() {
      await filler.close();
      await inverter.close();
    },
  };
}

const emptyMap = (d: number): Affine => ({ weights: new Float32Array(d * d), offset: new Float32Array(d) });

/** A column that is observed in a smaller share of a group's rows tells nothing that others do not. */
const leastSeen = 0.1;

/** 1 for features of columns that a group's rows observe often enough to learn from. */
function seenFeatures({ observed }: Encoded, { rows }: RowGroup, { columns, features }: Layout): Uint8Array {
  const p = columns.length;
  const seen = new Uint8Array(features);
  columns.forEach(({ first, width }, j) => {
    const count = rows.reduce((n, i) => n + observed[i * p + j], 0);
    if (count >= leastSeen * rows.length) seen.fill(1, first, first + width);
  });
  return seen;
}

/** Mean of each feature over the rows that observe it. */
export function columnMeans(features: Float32Array, observed: Uint8Array, rows: number, layout: Layout): Float32Array {
  const d = layout.features;
  const p = layout.columns.length;
  const means = new Float64Array(d);
  layout.columns.forEach(({ first, width }, j) => {
    let n = 0;
    for (let i = 0; i < rows; i++) {
      if (!observed[i * p + j]) continue;
      n++;
      for (let k = first; k < first + width; k++) means[k] += features[i * d + k];
    }
    for (let k = first; k < first + width; k++) means[k] /= Math.max(n, 1);
  });
  return Float32Array.from(means);
}

/** Columns that are regressed together, on some rows (null: on all). */
interface Part {
  readonly columns: readonly number[];
  readonly rows: Int32Array | null;
  readonly people: People;
  /** (columns of the table) share of hidden cells among these rows. */
  readonly hidden: Float64Array;
  /** (features) 1 for features that these rows observe often enough to learn from; absent where all are. */
  readonly seen?: Uint8Array;
}

function hiddenShares({ rows, observed }: Encoded, chosen: Int32Array | null, weight: Float64Array | null, { columns }: Layout): Float64Array {
  const p = columns.length;
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

/** Diagonal blocks of hidden cells' covariance, one (width, width) per attribute. */
type Spread = readonly Float64Array[];

/** Before the first regression hidden cells spread as observed ones do. */
function firstSpread({ hidden }: Part, { rows, features, observed }: Encoded, means: Float32Array, correction: number, layout: Layout): Spread {
  const d = layout.features;
  const p = layout.columns.length;
  return layout.columns.map(({ first, width }, j) => {
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

/**
 * Puts the regressions of a part's columns on all others into `map`, from one inverse P: the coefficients of block j are
 * -P[:, j] P[j, j]^-1, and P[j, j]^-1 less the penalty is the covariance of what they leave.
 * @returns the spread of hidden cells about these regressions
 */
async function regressInto(map: Affine, { center, gram }: Moments, { columns, hidden, seen }: Part, spread: Spread, correction: number, lambda: number, layout: Layout, { invert }: Inverter): Promise<Spread> {
  const d = layout.features;
  const { weights, offset } = map;
  const a = Float64Array.from(gram);
  layout.columns.forEach(({ first, width }, j) => {
    for (let i = 0; i < width; i++) for (let k = 0; k < width; k++) a[(first + i) * d + first + k] += spread[j][i * width + k];
  });
  if (seen) {
    for (let i = 0; i < d; i++) for (let k = 0; k < d; k++) if (i !== k && !(seen[i] && seen[k])) a[i * d + k] = 0;
  }
  for (let i = 0; i < d; i++) a[i * d + i] += lambda;
  const p = await invert(a, d);
  const left = layout.columns.map(({ first, width }) => {
    const block = new Float64Array(width * width);
    for (let i = 0; i < width; i++) for (let k = 0; k < width; k++) block[i * width + k] = p[(first + i) * d + first + k];
    return invertSmall(block, width);
  });
  const blocks = columns.map((j) => ({ ...layout.columns[j], inverse: left[j] }));
  const through = new Float64Array(d);
  for (let i = 0; i < d; i++) {
    const row = i * d;
    for (const { first, width, inverse } of blocks) {
      for (let k = 0; k < width; k++) {
        let s = 0;
        if (i < first || i >= first + width) for (let j = 0; j < width; j++) s -= p[row + first + j] * inverse[j * width + k];
        weights[row + first + k] = s;
        through[first + k] += center[i] * s;
      }
    }
  }
  for (const { first, width } of blocks) for (let k = first; k < first + width; k++) offset[k] = center[k] - through[k];
  if (correction === 0) return spread;
  return layout.columns.map(({ width }, j) => left[j].map((v, at) => correction * hidden[j] * (v - (at % (width + 1) === 0 ? lambda : 0))));
}
