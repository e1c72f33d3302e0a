import { average } from "../src/evaluation/columns.js";
import { caseName, type Result } from "./results.js";

/** A figure by which methods are compared. */
export interface Figure {
  readonly name: string;
  of(result: Result): number;
  readonly better: "lower" | "higher";
}

/** NaN where a method failed or no column of the kind was scored. */
export const nrmse: Figure = { name: "NRMSE", of: (r) => r.score?.nrmse ?? NaN, better: "lower" };
export const r2: Figure = { name: "R²", of: (r) => r.score?.r2 ?? NaN, better: "higher" };
export const accuracy: Figure = { name: "accuracy", of: (r) => r.score?.accuracy ?? NaN, better: "higher" };

/** The items of a list by key, keys in the order in which they first appear. */
export function groupBy<T>(list: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

export interface MeanRanks {
  /** Cases on which the ranks rest: those that all the methods were run on. */
  readonly cases: number;
  readonly ranks: ReadonlyMap<string, number>;
}

/** Mean rank of each method over cases, 1 is best; ties share their mean rank, and what did not finish comes last. */
export function meanRanks(results: readonly Result[], methods: readonly string[], figure: Figure): MeanRanks {
  const ranks = new Map<string, number[]>(methods.map((method) => [method, []]));
  let cases = 0;
  for (const group of groupBy(results, caseName).values()) {
    const values = methods.map((method) => {
      const result = group.find((r) => r.method === method);
      return result && goodness(result, figure);
    });
    if (values.includes(undefined) || values.every((v) => v === -Infinity)) continue;
    cases++;
    methods.forEach((method, k) => {
      const above = values.filter((v) => v! > values[k]!).length;
      const level = values.filter((v) => v === values[k]).length;
      ranks.get(method)!.push(above + (level + 1) / 2);
    });
  }
  return { cases, ranks: new Map([...ranks].map(([method, list]) => [method, average(list)])) };
}

function goodness(result: Result, { of, better }: Figure): number {
  const value = of(result);
  if (Number.isNaN(value)) return -Infinity;
  return better === "lower" ? -value : value;
}

export interface Comparison {
  /** Tables with a case that both finished. */
  readonly tables: number;
  readonly won: number;
  readonly lost: number;
  /** Mean over tables of the ratio of the figures (method to rival), averaged within a table over the cases that both finished. */
  readonly ratio: number;
  /** Likewise of the difference. */
  readonly difference: number;
}

/**
 * Compares two methods. The unit is the table, averaged over mechanisms and seeds, since the cases of one table are not
 * independent: a table is won by the better mean over the cases that both methods finished.
 */
export function compareMethods(results: readonly Result[], method: string, rival: string, figure: Figure): Comparison {
  const ratios: number[] = [];
  const differences: number[] = [];
  for (const group of groupBy(results, (r) => r.table).values()) {
    const pairs = [...groupBy(group, caseName).values()].flatMap((cells) => {
      const [a, b] = [method, rival].map((name) => cells.filter((r) => r.method === name).map(figure.of)[0] ?? NaN);
      return Number.isNaN(a) || Number.isNaN(b) ? [] : [{ a, b }];
    });
    if (pairs.length === 0) continue;
    ratios.push(average(pairs.map(({ a, b }) => a / b)));
    differences.push(average(pairs.map(({ a, b }) => a - b)));
  }
  const sign = figure.better === "lower" ? -1 : 1;
  return {
    tables: ratios.length,
    won: differences.filter((d) => sign * d > 0).length,
    lost: differences.filter((d) => sign * d < 0).length,
    ratio: average(ratios),
    difference: average(differences),
  };
}
