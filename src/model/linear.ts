import { pickRows, type Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { Graph, float32, ops, toOnnx, type SessionFactory } from "../engine/index.js";
import { toFeatures } from "./blocks.js";
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
        { columns: everything, rows: null, hidden: hiddenShares(visible, null, weight, layout) },
        ...groups.map((group) => ({ ...group, hidden: hiddenShares(visible, group.rows, weight, layout), seen: seenFeatures(visible, group, layout) })),
      ];
      const momentsOf = async (filled: Float32Array, { rows }: Part): Promise<Moments> =>
        rows === null ? filler.moments(filled, people) : filler.moments(pickRows(filled, d, rows), pickPeople(people, rows));
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

/** x W + offset, and what is added for each source. */
interface Affine extends Pick<Fit, "weights" | "offset"> {
  /** (sources, features); absent where all people are alike. */
  readonly shifts?: Float32Array;
}

const emptyMap = (d: number): Affine => ({ weights: new Float32Array(d * d), offset: new Float32Array(d) });

/** What rows count for, 1 in all, and of which sources each is: (rows, 1) ones where all are alike. */
interface People {
  readonly rows: number;
  readonly weight: Float32Array;
  readonly from: Float32Array;
}

const peopleOf = (rows: number, weight: Float64Array | null, from: Float32Array | null): People => ({
  rows,
  weight: shareOut(weight ?? new Float64Array(rows).fill(1)),
  from: from ?? new Float32Array(rows).fill(1),
});

const pickPeople = ({ rows: all, weight, from }: People, rows: Int32Array): People => ({ rows: rows.length, weight: shareOut(Float64Array.from(rows, (i) => weight[i])), from: pickRows(from, from.length / all, rows) });

/** Weights that sum to 1; where nobody counts, all count alike. */
function shareOut(weight: Float64Array): Float32Array {
  const total = weight.reduce((a, b) => a + b, 0);
  return Float32Array.from(weight, (w) => (total > 0 ? w / total : 1 / weight.length));
}

/** Sources count as if they had so many more people who are as all people are. */
const priorPeople = 20;

/** Products of tall matrices: filling a table's holes by a map, and the moments of a filled table. */
async function openFiller(layout: Layout, open: SessionFactory) {
  const d = layout.features;
  const p = layout.columns.length;
  const filling = await open(toOnnx(fillingGraph(layout)));
  const leaving = await open(toOnnx(leavingGraph(layout)));
  const summing = await open(toOnnx(momentsGraph(d)));
  const peopleFeeds = ({ rows, weight, from }: People) => ({ weight: float32(weight, rows, 1), from: float32(from, rows, from.length / rows) });

  return {
    begin({ rows, features, observed }: Encoded, people: People) {
      const fixed = { truth: float32(features, rows, d), visible: float32(Float32Array.from(observed), rows, p) };
      const { weight, from } = peopleFeeds(people);
      const count = people.from.length / rows;
      const none = new Float32Array(count * d);
      return {
        async fill(filled: Float32Array, { weights, offset, shifts = none }: Affine, relaxation: number): Promise<Float32Array> {
          const out = await filling.run({
            ...fixed,
            from,
            current: float32(filled, rows, d),
            offset: float32(offset, d),
            weights: float32(weights, d, d),
            shifts: float32(shifts, count, d),
            relaxation: float32(Float32Array.of(relaxation)),
          });
          return out.filled.data as Float32Array;
        },
        /** The map with what the sources' observed cells leave: of all of them in `offset`, beyond that of each in `shifts`. */
        async shift(filled: Float32Array, { weights, offset }: Affine): Promise<Affine> {
          const out = await leaving.run({ ...fixed, weight, from, current: float32(filled, rows, d), offset: float32(offset, d), weights: float32(weights, d, d) });
          const left = out.left.data as Float32Array;
          const seen = out.seen.data as Float32Array;
          const shifts = new Float32Array(count * d);
          const moved = offset.slice();
          for (let k = 0; k < d; k++) {
            let [sum, n] = [0, 0];
            for (let s = 0; s < count; s++) {
              sum += left[s * d + k];
              n += seen[s * d + k];
            }
            if (!(n > 0)) continue;
            moved[k] += sum / n;
            for (let s = 0; s < count; s++) shifts[s * d + k] = (left[s * d + k] - (sum / n) * seen[s * d + k]) / (seen[s * d + k] + priorPeople / rows);
          }
          return { weights, offset: moved, shifts };
        },
      };
    },
    async moments(filled: Float32Array, people: People): Promise<Moments> {
      const out = await summing.run({ filled: float32(filled, people.rows, d), ...peopleFeeds(people) });
      return { center: out.mean.data as Float32Array, centers: out.means.data as Float32Array, gram: out.gram.data as Float32Array };
    },
    async close() {
      await filling.close();
      await leaving.close();
      await summing.close();
    },
  };
}

/** The holes of `truth` (n, d) filled by the map's word on `current`. */
function fillingGraph(layout: Layout): Graph {
  const d = layout.features;
  const g = new Graph();
  const current = g.input("current", ["n", d]);
  const relaxation = g.input("relaxation", []);
  const shift = ops.matmul(g.input("from", ["n", "s"]), g.input("shifts", ["s", d]));
  const full = ops.add(ops.add(ops.matmul(current, g.input("weights", [d, d])), g.input("offset", [d])), shift);
  const predicted = ops.add(ops.mul(full, relaxation), ops.mul(current, ops.sub(g.constant(1), relaxation)));
  const bits = toFeatures(g.input("visible", ["n", layout.columns.length]), layout);
  const known = ops.mul(bits, g.input("truth", ["n", d]));
  g.output("filled", ops.add(known, ops.mul(ops.sub(g.constant(1), bits), predicted)));
  return g;
}

/** What a map leaves of the observed cells, summed over each source's people -> (s, d), and the share of people who have them. */
function leavingGraph(layout: Layout): Graph {
  const d = layout.features;
  const g = new Graph();
  const bits = toFeatures(g.input("visible", ["n", layout.columns.length]), layout);
  const said = ops.add(ops.matmul(g.input("current", ["n", d]), g.input("weights", [d, d])), g.input("offset", [d]));
  const from = ops.transpose(ops.mul(g.input("from", ["n", "s"]), g.input("weight", ["n", 1])), [1, 0]);
  g.output("left", ops.matmul(from, ops.mul(bits, ops.sub(g.input("truth", ["n", d]), said))));
  g.output("seen", ops.matmul(from, bits));
  return g;
}

/** Mean of a filled table (n, d), means of the sources, and its Gram matrix about these. */
function momentsGraph(d: number): Graph {
  const g = new Graph();
  const table = g.input("filled", ["n", d]);
  const weight = g.input("weight", ["n", 1]);
  const from = g.input("from", ["n", "s"]);
  const weighed = ops.transpose(ops.mul(from, weight), [1, 0]); // (s, n)
  const people = ops.addScalar(ops.sum(weighed, [1], true), 1e-12);
  const means = ops.div(ops.matmul(weighed, table), people); // (s, d)
  g.output("means", means);
  const centred = ops.sub(table, ops.matmul(from, means));
  g.output("mean", ops.reshape(ops.matmul(ops.transpose(weight, [1, 0]), table), [d]));
  g.output("gram", ops.matmul(ops.transpose(ops.mul(centred, weight), [1, 0]), centred));
  return g;
}

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

/** Mean and Gram matrix, per row, of a filled table. */
interface Moments {
  readonly center: Float32Array;
  /** (sources, features) */
  readonly centers: Float32Array;
  readonly gram: Float32Array;
}

/** Columns that are regressed together, on some rows (null: on all). */
interface Part {
  readonly columns: readonly number[];
  readonly rows: Int32Array | null;
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
