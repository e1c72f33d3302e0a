import { createRng, type Rng } from "../../base/random.js";
import { categorical, modeOf } from "../../model/likelihoods/index.js";
import type { Imputer } from "../imputer.js";
import { filledByCentre, holedColumns, type HoledColumn } from "./columns.js";
import { binLevels, binNumbers, growTree, type BinnedFeature, type TreeTask } from "./tree.js";

/** The reference implementation's defaults (R package missForest). */
const trees = 100;
const mostRounds = 10;
const leafRows = { numbers: 5, levels: 1 } as const;

const stream = 0xf04e57;

/**
 * missForest (Stekhoven & Buehlmann 2012): holes start at the mean or commonest level; in each round every attribute, the
 * one with the fewest holes first, is learned by a random forest from all others and its holes take the predictions. It
 * ends when, for numbers and for levels both, the filled cells change more than in the round before, and gives the round
 * before. A level's probability is its share of the trees' votes, with one further vote split like the observed cells.
 */
export const imputeByForest: Imputer = async (cells, seed, hooks) => {
  const columns = holedColumns(cells);
  const rng = createRng(seed, stream);
  let state = columns.map(filledByCentre);
  const votes: (Float64Array | undefined)[] = columns.map(() => undefined);
  const known = columns.filter((c) => c.observed.length > 0);
  const work = known.filter((c) => c.holes.length > 0 && known.length > 1).sort((a, b) => a.holes.length - b.holes.length || a.at - b.at);
  const binned = columns.map((c, j) => (c.observed.length > 0 ? bin(c, state[j], cells.attributes[j].type === "ordinal") : undefined));
  let last = { numbers: Infinity, levels: Infinity };
  let lastVotes = [...votes];
  for (let round = 0; round < mostRounds && work.length > 0; round++) {
    const before = state;
    state = state.map((column) => column.slice());
    for (const [done, column] of work.entries()) {
      await hooks?.onStep?.((round + done / work.length) / mostRounds);
      const features = known.filter((c) => c.at !== column.at).map((c) => binned[c.at]!);
      votes[column.at] = fillColumn(column, state[column.at], features, rng);
      binned[column.at] = bin(column, state[column.at], cells.attributes[column.at].type === "ordinal");
    }
    const change = changeOf(work, before, state);
    const smaller = change.numbers < last.numbers || change.levels < last.levels;
    if (!smaller) {
      state = before;
      break;
    }
    last = change;
    lastVotes = [...votes];
  }
  const places = columns.map((column, at) => (lastVotes[at] ? placeOf(column) : undefined));
  return {
    values: state,
    distribution: (row, attribute) => {
      const own = lastVotes[attribute];
      const k = places[attribute]?.[row] ?? -1;
      if (!own || k < 0) return undefined;
      const { levels, shares } = columns[attribute];
      return categorical(shares.map((share, level) => own[k * levels + level] + share));
    },
  };
};

/** (rows) which hole of the column a row is; -1 where it has a value. */
function placeOf({ values, holes }: HoledColumn): Int32Array {
  const place = new Int32Array(values.length).fill(-1);
  holes.forEach((row, k) => (place[row] = k));
  return place;
}

const bin = ({ levels }: HoledColumn, values: Float64Array, ordered: boolean): BinnedFeature =>
  levels > 0 ? binLevels(values, levels, ordered) : binNumbers(values);

/** Fills a column's holes by a forest. @returns votes of the trees (holes, levels), for a column with levels */
function fillColumn(column: HoledColumn, filled: Float64Array, features: readonly BinnedFeature[], rng: Rng): Float64Array | undefined {
  const { levels, observed, holes, values } = column;
  const task: TreeTask = {
    features,
    response: values,
    classes: levels,
    tried: Math.max(1, Math.floor(Math.sqrt(features.length))),
    leafRows: levels > 0 ? leafRows.levels : leafRows.numbers,
  };
  const width = Math.max(1, levels);
  const place = placeOf(column);
  const sums = new Float64Array(holes.length * width);
  const leafValue = levels > 0 ? majority(values, levels, rng) : (rows: Int32Array): number => rows.reduce((sum, row) => sum + values[row], 0) / rows.length;
  for (let t = 0; t < trees; t++) {
    const sample = Int32Array.from(observed, () => observed[rng.int(observed.length)]);
    growTree(task, sample, holes.slice(), rng, (training, targets) => {
      const value = leafValue(training);
      for (const row of targets) {
        if (levels > 0) sums[place[row] * width + value]++;
        else sums[place[row]] += value;
      }
    });
  }
  holes.forEach((row, k) => (filled[row] = levels > 0 ? modeOf(sums.subarray(k * width, (k + 1) * width)) : sums[k] / trees));
  return levels > 0 ? sums : undefined;
}

/** The commonest class of a leaf, one of equals by lot. */
function majority(values: Float64Array, levels: number, rng: Rng): (rows: Int32Array) => number {
  const counts = new Float64Array(levels);
  return (rows) => {
    counts.fill(0);
    for (const row of rows) counts[values[row]]++;
    const most = Math.max(...counts);
    const equal = [...counts.keys()].filter((level) => counts[level] === most);
    return equal.length === 1 ? equal[0] : equal[rng.int(equal.length)];
  };
}

/** Numbers: squared change over the sum of squares; levels: share of filled cells that changed. Infinity without such columns. */
function changeOf(columns: readonly HoledColumn[], before: readonly Float64Array[], after: readonly Float64Array[]): { numbers: number; levels: number } {
  let [squares, size, changed, cells] = [0, 0, 0, 0];
  for (const { at, levels, holes } of columns) {
    for (const row of holes) {
      const [old, now] = [before[at][row], after[at][row]];
      if (levels > 0) {
        cells++;
        if (old !== now) changed++;
      } else {
        squares += (now - old) ** 2;
        size += now ** 2;
      }
    }
  }
  const hasNumbers = columns.some((c) => c.levels === 0);
  return { numbers: hasNumbers ? squares / (size || 1) : Infinity, levels: cells > 0 ? changed / cells : Infinity };
}
