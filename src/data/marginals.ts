/** What a model remembers of its training table's columns without any row: quantiles or shares of each, and the strongest relations of two. */
import { isNumeric } from "../schema/schema.js";
import type { Cells } from "./cells.js";

/** One column's observed cells. */
export interface Marginal {
  readonly name: string;
  readonly cells: number;
  /** Numbers: quantiles at k / (n + 1) for k = 1 to n; n is 19, less where fewer than 100 cells are known, so that five people lie between two. */
  readonly quantiles?: readonly number[];
  /** Levels, in the dictionary's order: shares; 0 for levels of fewer than five people, whose share in all is `rare`. */
  readonly shares?: readonly number[];
  readonly rare?: number;
}

/** Spearman's correlation of two attributes over people who have both; levels count by their place in the dictionary. */
export interface Relation {
  readonly a: string;
  readonly b: string;
  readonly correlation: number;
}

export interface Marginals {
  readonly columns: readonly Marginal[];
  /** The strongest relations among numbers, ordered and binary attributes, the strongest first. */
  readonly relations: readonly Relation[];
}

const fewestPeople = 5;
const mostKnots = 19;
/** Relations that are kept, attributes and people among whom they are sought, and people that one must rest on. */
const most = { relations: 200, attributes: 400, rows: 4000 };
const fewestPairs = 100;
/** Weaker relations are not worth keeping. */
const weakest = 0.1;

export function fitMarginals(cells: Cells): Marginals {
  return { columns: cells.attributes.flatMap((_, j) => marginalOf(cells, j) ?? []), relations: relationsOf(cells) };
}

function marginalOf({ attributes, values }: Cells, j: number): Marginal | undefined {
  const { name, type, levels = [] } = attributes[j];
  const observed = values[j].filter((x) => !Number.isNaN(x));
  const n = observed.length;
  if (n === 0) return undefined;
  if (isNumeric(type)) {
    observed.sort();
    const knots = Math.min(mostKnots, Math.floor(n / fewestPeople) - 1);
    return { name, cells: n, quantiles: Array.from({ length: Math.max(0, knots) }, (_, k) => Number(observed[Math.min(n - 1, Math.floor(((k + 1) / (knots + 1)) * n))].toPrecision(7))) };
  }
  const counts = new Float64Array(levels.length);
  for (const x of observed) counts[x]++;
  const rare = counts.reduce((sum, c) => sum + (c < fewestPeople ? c : 0), 0);
  return { name, cells: n, shares: Array.from(counts, (c) => (c < fewestPeople ? 0 : short(c / n))), ...(rare > 0 ? { rare: short(rare / n) } : {}) };
}

function relationsOf(cells: Cells): Relation[] {
  const ordered = [...cells.attributes.keys()].filter((j) => cells.attributes[j].type !== "categorical");
  const chosen = evenly(ordered.length, most.attributes).map((k) => ordered[k]);
  const rows = evenly(cells.rows, most.rows);
  const ranks = chosen.map((j) => ranksOf(Float64Array.from(rows, (i) => cells.values[j][i])));
  const found: Relation[] = [];
  for (let a = 0; a < chosen.length; a++) {
    for (let b = a + 1; b < chosen.length; b++) {
      const correlation = correlate(ranks[a], ranks[b], fewestPairs);
      if (Math.abs(correlation) >= weakest) found.push({ a: cells.attributes[chosen[a]].name, b: cells.attributes[chosen[b]].name, correlation: short(correlation) });
    }
  }
  return found.sort((x, y) => Math.abs(y.correlation) - Math.abs(x.correlation)).slice(0, most.relations);
}

/** At most so many of the places 0 to n - 1, evenly spaced. */
const evenly = (n: number, count: number): number[] => Array.from({ length: Math.min(n, count) }, (_, k) => Math.floor((k * n) / Math.min(n, count)));

/** Mean rank of each value among those that are there; NaN stays NaN. */
export function ranksOf(values: Float64Array): Float64Array {
  const order = [...values.keys()].filter((i) => !Number.isNaN(values[i])).sort((i, k) => values[i] - values[k]);
  const ranks = new Float64Array(values.length).fill(NaN);
  for (let first = 0; first < order.length; ) {
    let last = first;
    while (last + 1 < order.length && values[order[last + 1]] === values[order[first]]) last++;
    for (let k = first; k <= last; k++) ranks[order[k]] = (first + last) / 2;
    first = last + 1;
  }
  return ranks;
}

/** Pearson's correlation over places where both are known; NaN for fewer than so many, or where one does not vary. */
export function correlate(x: Float64Array, y: Float64Array, fewest = 3): number {
  let [n, sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i], y[i]];
    if (Number.isNaN(a) || Number.isNaN(b)) continue;
    n++;
    sx += a;
    sy += b;
    sxx += a * a;
    syy += b * b;
    sxy += a * b;
  }
  const vx = sxx - (sx * sx) / n;
  const vy = syy - (sy * sy) / n;
  return n < fewest || !(vx > 1e-9) || !(vy > 1e-9) ? NaN : (sxy - (sx * sy) / n) / Math.sqrt(vx * vy);
}

const short = (x: number): number => Number(x.toFixed(4));
