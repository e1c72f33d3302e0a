import type { AttributeType } from "../schema/schema.js";
import { gridCdf, type Grid } from "./likelihoods/index.js";

/** Nominal levels of the central intervals whose coverage is kept. */
const coverageLevels = [0.5, 0.8, 0.9, 0.95] as const;
/** Bins of the histogram of transformed values, and of the probabilities of levels. */
const pitBins = 20;
const probabilityBins = 10;

/** How well the predictive densities of the attributes of one type agree with cells that were hidden. */
export interface Reliability {
  readonly type: AttributeType;
  readonly attributes: number;
  readonly cells: number;
  /** Numbers: share of the cells inside the central interval of each nominal level. */
  readonly coverage?: readonly { readonly level: number; readonly share: number }[];
  /** Numbers: shares of the probability integral transform in bins of equal width, which are all alike where densities are right. */
  readonly pit?: readonly number[];
  /** Levels: where the model gave a level about this probability, how often it was the right one. Empty bins are left out. */
  readonly bins?: readonly { readonly predicted: number; readonly seen: number; readonly cells: number }[];
}

/** A hidden number beside its density over a grid. */
export interface HiddenNumber {
  readonly grid: Grid;
  /** (size) */
  readonly density: Float64Array;
  readonly value: number;
}

/** A hidden class beside the probabilities of all classes. */
export interface HiddenClass {
  readonly probabilities: Float64Array;
  readonly value: number;
}

/** Gathers hidden cells by type; memory does not grow with them. */
export interface ReliabilityCounter {
  addNumbers(type: AttributeType, cells: Iterable<HiddenNumber>): void;
  addClasses(type: AttributeType, cells: Iterable<HiddenClass>): void;
  /** In the order in which types came. */
  finish(): Reliability[];
}

interface Tally {
  attributes: number;
  cells: number;
  readonly inside: Float64Array;
  readonly pit: Float64Array;
  readonly predicted: Float64Array;
  readonly seen: Float64Array;
  readonly pairs: Float64Array;
  numbers: boolean;
}

/**
 * A number is recorded to within half its resolution, so it covers a piece of the unit interval, over which it is spread
 * evenly: the non-randomised histogram of Czado, Gneiting & Held (2009), and coverage with ties broken evenly.
 */
export function countReliability(): ReliabilityCounter {
  const tallies = new Map<AttributeType, Tally>();
  const tallyOf = (type: AttributeType, numbers: boolean): Tally => {
    let found = tallies.get(type);
    if (!found) {
      const zeros = (n: number): Float64Array => new Float64Array(n);
      found = { attributes: 0, cells: 0, inside: zeros(coverageLevels.length), pit: zeros(pitBins), predicted: zeros(probabilityBins), seen: zeros(probabilityBins), pairs: zeros(probabilityBins), numbers };
      tallies.set(type, found);
    }
    return found;
  };
  return {
    addNumbers(type, cells) {
      const tally = tallyOf(type, true);
      let any = false;
      for (const { grid, density, value } of cells) {
        any = true;
        const half = grid.resolution / 2;
        const from = gridCdf(grid, density, value - half);
        const to = Math.max(from, gridCdf(grid, density, value + half));
        tally.cells++;
        coverageLevels.forEach((level, k) => (tally.inside[k] += shareWithin(from, to, (1 - level) / 2, (1 + level) / 2)));
        for (let b = 0; b < pitBins; b++) tally.pit[b] += shareWithin(from, to, b / pitBins, b === pitBins - 1 ? 1 + 1e-9 : (b + 1) / pitBins);
      }
      if (any) tally.attributes++;
    },
    addClasses(type, cells) {
      const tally = tallyOf(type, false);
      let any = false;
      for (const { probabilities, value } of cells) {
        any = true;
        tally.cells++;
        probabilities.forEach((p, k) => {
          const b = Math.min(probabilityBins - 1, Math.floor(p * probabilityBins));
          tally.predicted[b] += p;
          tally.pairs[b]++;
          if (k === value) tally.seen[b]++;
        });
      }
      if (any) tally.attributes++;
    },
    finish: () =>
      [...tallies].flatMap(([type, { attributes, cells, inside, pit, predicted, seen, pairs, numbers }]): Reliability[] => {
        if (cells === 0) return [];
        if (numbers) {
          return [{ type, attributes, cells, coverage: coverageLevels.map((level, k) => ({ level, share: short(inside[k] / cells) })), pit: Array.from(pit, (n) => short(n / cells)) }];
        }
        const bins = Array.from(pairs, (n, b) => ({ predicted: short(predicted[b] / n), seen: short(seen[b] / n), cells: n })).filter((bin) => bin.cells > 0);
        return [{ type, attributes, cells, bins }];
      }),
  };
}

/** How much of a piece of the unit interval lies between two bounds; a piece without width is a point. */
function shareWithin(from: number, to: number, low: number, high: number): number {
  if (!(to > from)) return from >= low && from < high ? 1 : 0;
  return Math.max(0, Math.min(to, high) - Math.max(from, low)) / (to - from);
}

const short = (share: number): number => Number(share.toFixed(4));

/** Cells of all numbers together: share inside the interval of each nominal level; undefined without any. */
export function pooledCoverage(reliability: readonly Reliability[]): { cells: number; coverage: { level: number; share: number }[] } | undefined {
  const numbers = reliability.filter(({ coverage }) => coverage);
  const cells = numbers.reduce((sum, r) => sum + r.cells, 0);
  if (cells === 0) return undefined;
  return { cells, coverage: coverageLevels.map((level, k) => ({ level, share: numbers.reduce((sum, r) => sum + r.cells * r.coverage![k].share, 0) / cells })) };
}

/** All levels together: mean absolute difference of probability and frequency over bins, weighted by the pairs of cell and level. */
export function calibrationError(reliability: readonly Reliability[]): { cells: number; error: number } | undefined {
  const levels = reliability.filter(({ bins }) => bins);
  const bins = levels.flatMap((r) => r.bins!);
  const pairs = bins.reduce((sum, bin) => sum + bin.cells, 0);
  if (pairs === 0) return undefined;
  return { cells: levels.reduce((sum, r) => sum + r.cells, 0), error: bins.reduce((sum, bin) => sum + bin.cells * Math.abs(bin.predicted - bin.seen), 0) / pairs };
}
