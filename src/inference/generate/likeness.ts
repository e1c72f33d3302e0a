/** What can be told of invented people without the training table: their columns beside what the model remembers of its own. */
import type { Cells } from "../../data/cells.js";
import { correlate, ranksOf, type Marginal, type Marginals } from "../../data/marginals.js";
import { isNumeric } from "../../schema/schema.js";

/** How alike two things are, and how alike they would be on average if the rows were drawn from the training table itself. */
export interface Alike {
  readonly score: number;
  readonly chance: number;
}

export interface ColumnLikeness extends Alike {
  readonly name: string;
}

export interface RelationLikeness {
  readonly a: string;
  readonly b: string;
  /** Spearman's correlation in the training table, and among the invented people. */
  readonly trained: number;
  readonly invented: number;
}

export interface Likeness {
  /** Invented people who were compared. */
  readonly rows: number;
  /** Means over columns; null if none can be compared. */
  readonly shapes: Alike | null;
  /** The least alike first, against chance. */
  readonly columns: readonly ColumnLikeness[];
  /** Mean absolute difference of the strongest correlations, and what chance makes of it; null without any. */
  readonly relations: { readonly difference: number; readonly chance: number; readonly count: number } | null;
  /** The largest differences first. */
  readonly pairs: readonly RelationLikeness[];
}

/** Rows that are compared at most. */
export const comparedRows = 2000;
/** Mean of the largest of a Brownian bridge at 19 points. */
const bridge = 0.8;

/** @param people invented, read by the model's dictionary; holes do not count */
export function likenessOf({ columns, relations }: Marginals, people: Cells): Likeness {
  const place = new Map(people.attributes.map(({ name }, j) => [name, j]));
  const valuesOf = (name: string): Float64Array | undefined => {
    const j = place.get(name);
    return j === undefined ? undefined : people.values[j];
  };
  const compared = columns.flatMap((column): ColumnLikeness[] => {
    const values = valuesOf(column.name)?.filter((x) => !Number.isNaN(x));
    if (!values || values.length === 0) return [];
    const alike = isNumeric(people.attributes[place.get(column.name)!].type) ? numbersAlike(column, values) : levelsAlike(column, values);
    return alike ? [{ name: column.name, ...alike }] : [];
  });
  compared.sort((a, b) => a.score - a.chance - (b.score - b.chance));
  const ranks = new Map<string, Float64Array>();
  const rankOf = (name: string): Float64Array | undefined => {
    const values = valuesOf(name);
    if (values && !ranks.has(name)) ranks.set(name, ranksOf(values));
    return ranks.get(name);
  };
  const pairs = relations.flatMap(({ a, b, correlation }): RelationLikeness[] => {
    const [x, y] = [rankOf(a), rankOf(b)];
    const invented = x && y ? correlate(x, y, 20) : NaN;
    return Number.isNaN(invented) ? [] : [{ a, b, trained: correlation, invented }];
  });
  const off = ({ trained, invented }: RelationLikeness): number => Math.abs(trained - invented);
  pairs.sort((a, b) => off(b) - off(a));
  return {
    rows: people.rows,
    shapes: compared.length > 0 ? { score: average(compared.map(({ score }) => score)), chance: average(compared.map(({ chance }) => chance)) } : null,
    columns: compared,
    relations: pairs.length > 0 ? { difference: average(pairs.map(off)), chance: average(pairs.map(({ trained }) => (halfNormal * (1 - trained ** 2)) / Math.sqrt(people.rows))), count: pairs.length } : null,
    pairs,
  };
}

const average = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Mean absolute value of a standard normal variable. */
const halfNormal = Math.sqrt(2 / Math.PI);

/** 1 minus the largest distance of the distribution functions at the kept quantiles; a heap may lie on both sides of its quantile. */
function numbersAlike({ quantiles = [] }: Marginal, values: Float64Array): Alike | undefined {
  if (quantiles.length === 0) return undefined;
  const sorted = values.slice().sort();
  const n = sorted.length;
  let largest = 0;
  quantiles.forEach((q, k) => {
    const u = (k + 1) / (quantiles.length + 1);
    // Quantiles are kept to seven digits.
    const slack = Math.abs(q) * 1e-6;
    largest = Math.max(largest, countBelow(sorted, q - slack, false) / n - u, u - countBelow(sorted, q + slack, true) / n);
  });
  return { score: 1 - largest, chance: 1 - bridge / Math.sqrt(n) };
}

/** How many sorted values are less than x, or at most x. */
function countBelow(sorted: Float64Array, x: number, atMost: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (atMost ? sorted[middle] <= x : sorted[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** 1 minus the total variation distance of the shares, levels of few people together. */
function levelsAlike({ shares = [], rare = 0 }: Marginal, values: Float64Array): Alike {
  const counts = new Float64Array(shares.length);
  for (const x of values) counts[x]++;
  const n = values.length;
  const trained = [...shares.filter((share) => share > 0), rare];
  const invented = [...counts].filter((_, k) => shares[k] > 0).map((count) => count / n);
  invented.push(1 - invented.reduce((a, b) => a + b, 0));
  const distance = trained.reduce((sum, share, k) => sum + Math.abs(share - invented[k]), 0) / 2;
  return { score: 1 - distance, chance: 1 - trained.reduce((sum, p) => sum + halfNormal * Math.sqrt((p * Math.max(0, 1 - p)) / n), 0) / 2 };
}
