import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import type { SessionFactory } from "../engine/index.js";
import { openFiller, type Affine } from "./filler.js";
import { firstSpread, spreadAbout, withSpread } from "./hiddenSpread.js";
import { createInverter } from "./inverse.js";
import { relaxationOf, type Fit } from "./linearMap.js";
import { openMoments, peopleOf, type Moments } from "./moments.js";
import { groupPart, type Part, regressInto, wholeTable } from "./regressions.js";
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

/** What is fitted: one map per course and penalty, in that order, and as many again for each grouping. */
export interface Trials {
  readonly courses: readonly Course[];
  readonly penalties: readonly number[];
  /** Columns that are also regressed on some rows alone (rowGroups.ts), in ways of their own. */
  readonly groupings?: readonly (readonly RowGroup[])[];
  /** (rows) what each row counts for, of mean 1; absent where all count alike. */
  readonly weight?: Float64Array | null;
  /** (rows, sources) of which sources rows are, where sources have a centre of their own; columns are then related within sources. */
  readonly from?: Float32Array | null;
  /** (courses) what an earlier fit settled on, of a table with the same holes and more: fewer rounds are needed from there. */
  readonly start?: readonly Float32Array[];
}

/** What a fit gives. */
export interface Fitted {
  /** One fit per course and penalty; then for each grouping as many in which its groups' columns are regressed on their own rows. */
  readonly fits: Fit[];
  /** (courses) the table (rows, features) as it was filled before the last regressions. */
  readonly settled: Float32Array[];
}

/** Rounds from where an earlier fit settled. */
const laterRounds = 6;

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
   */
  fit(visible: Encoded, trials: Trials, onFilled?: (filled: Float32Array, index: number) => void): Promise<Fitted>;
  close(): Promise<void>;
}

export async function createLinearFitter(layout: Layout, open: SessionFactory): Promise<LinearFitter> {
  const filler = await openFiller(layout, open);
  const moments = await openMoments(layout.features, open);
  const inverter = await createInverter(open);
  const d = layout.features;
  return {
    async fit(visible, { courses, penalties, groupings = [], weight = null, from = null, start }, onFilled) {
      const people = peopleOf(visible.rows, weight, from);
      const whole = wholeTable(visible, people, weight, groupings.flat(), layout);
      const ways = groupings.map((groups) => groups.map((group) => groupPart(group, visible, people, weight, layout)));
      const parts: Part[] = [whole, ...ways.flat()];
      const momentsOf = (filled: Float32Array, part: Part): Promise<Moments> => moments.of(filled, part.chosen, part.people);
      /** The map, moved to the sources, and what it says put into holes; the size of the step matters only there. */
      const fill = async (filled: Float32Array, map: Affine, into: Float32Array | null, relaxation = into ? relaxationOf(map.weights, d) : 1): Promise<Affine> => {
        const to = { table: { ...visible, features: filled }, people, into };
        if (from) return filler.fillApart(to, map, relaxation);
        if (into) await filler.fill(to, map, relaxation);
        return map;
      };
      const means = columnMeans(visible.features, visible.observed, visible.rows, layout);
      const fits: Fit[] = [];
      const grouped: Fit[][] = ways.map(() => []);
      const settled: Float32Array[] = [];
      for (const [c, { correction, rounds, early }] of courses.entries()) {
        const spread = parts.map((part) => firstSpread(part.hidden, part.within, visible, means, correction, layout));
        const filled = fillHoles(visible, (i) => start?.[c].subarray(i * d, (i + 1) * d) ?? means, layout);
        if (from && !start) await fill(filled, { weights: new Float32Array(d * d), offset: means }, filled, 1);
        for (let r = 1; r < (start ? Math.min(rounds, laterRounds) : rounds); r++) {
          const map = emptyMap(d);
          for (const [k, part] of parts.entries()) {
            const inverse = await regressInto(map, await momentsOf(filled, part), part, spread[k], early, inverter);
            spread[k] = await spreadAbout(inverse, part.hidden, part.within, { correction, lambda: early }, inverter);
          }
          await fill(filled, map, filled);
        }
        settled.push(filled);
        const last: Moments[] = [];
        for (const part of parts) last.push(await momentsOf(filled, part));
        const { center: mean, centers } = last[0];
        const covariance = Float32Array.from(withSpread(last[0].gram, d, whole.hidden, whole.within, spread[0]));
        const keep = async (to: Fit[], map: Affine, lambda: number, index: number): Promise<void> => {
          const more = onFilled ? new Float32Array(filled.length) : null;
          const done = await fill(filled, map, more);
          to.push({ weights: done.weights, offset: done.offset, mean, lambda, covariance, people: visible.rows, ...(from ? { centers } : {}) });
          if (more) onFilled!(more, index);
        };
        for (const [l, lambda] of penalties.entries()) {
          const map = emptyMap(d);
          await regressInto(map, last[0], whole, spread[0], lambda, inverter);
          await keep(fits, map, lambda, c * penalties.length + l);
          for (const [w, groups] of ways.entries()) {
            const own = { weights: map.weights.slice(), offset: map.offset.slice() };
            for (const part of groups) {
              const k = parts.indexOf(part);
              await regressInto(own, last[k], part, spread[k], lambda, inverter);
            }
            await keep(grouped[w], own, lambda, ((w + 1) * courses.length + c) * penalties.length + l);
          }
        }
      }
      return { fits: [...fits, ...grouped.flat()], settled };
    },
    async close() {
      await filler.close();
      await moments.close();
      await inverter.close();
    },
  };
}

const emptyMap = (d: number): Affine => ({ weights: new Float32Array(d * d), offset: new Float32Array(d) });

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

/** A copy of the table with what a row `starts` as, (features), in its holes. */
function fillHoles({ rows, features, observed }: Encoded, starts: (row: number) => Float32Array, { columns, features: d }: Layout): Float32Array {
  const p = columns.length;
  const filled = features.slice();
  for (let i = 0; i < rows; i++) {
    const start = starts(i);
    columns.forEach(({ first, width }, j) => {
      if (!observed[i * p + j]) filled.set(start.subarray(first, first + width), i * d + first);
    });
  }
  return filled;
}
