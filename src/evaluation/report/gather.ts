import { average } from "../columns.js";
import { pitBins, reliabilityBins, type ColumnResult } from "../columnScore.js";
import type { FigureName } from "../figures.js";
import type { MaskResult } from "../grid.js";

/** One attribute's figures, averaged over the masks in which it was scored, per method. */
export interface AttributeFigures {
  readonly name: string;
  readonly type: ColumnResult["type"];
  readonly kind: ColumnResult["kind"];
  /** Hidden cells over all masks. */
  readonly hidden: number;
  /** (methods) */
  readonly figures: readonly Partial<Record<FigureName, number>>[];
}

/** The attributes that were scored, in the order of the table. */
export function attributeFigures(results: readonly MaskResult[], methods: readonly string[]): AttributeFigures[] {
  const first = new Map<string, ColumnResult>();
  for (const { columns } of results) for (const column of columns) if (!first.has(column.name)) first.set(column.name, column);
  return [...first.values()].map(({ name, type, kind }) => {
    const own = methods.map((method) => results.filter((r) => r.method === method).flatMap((r) => r.columns.find((c) => c.name === name) ?? []));
    return {
      name,
      type,
      kind,
      hidden: Math.max(...own.map((columns) => columns.reduce((sum, c) => sum + c.hidden, 0))),
      figures: own.map(meanFigures),
    };
  });
}

function meanFigures(columns: readonly ColumnResult[]): Partial<Record<FigureName, number>> {
  const names = new Set(columns.flatMap((c) => Object.keys(c.figures) as FigureName[]));
  return Object.fromEntries([...names].map((name) => [name, average(columns.flatMap((c) => c.figures[name] ?? []))]));
}

/** Numbers per bin of their probability integral transform, over all masks; empty if the method has none. */
export function pitOf(results: readonly MaskResult[], method: string): number[] {
  const sums = new Array<number>(pitBins).fill(0);
  for (const { pit } of results.filter((r) => r.method === method)) pit.forEach((n, b) => (sums[b] += n));
  return sums.some((n) => n > 0) ? sums : [];
}

/** Points (nominal, actual) of central intervals, from 5% in steps of 5%: shares of numbers that lie inside. */
export function coverageCurve(pit: readonly number[]): { nominal: number; actual: number }[] {
  const total = pit.reduce((a, b) => a + b, 0);
  const half = pit.length / 2;
  return Array.from({ length: half }, (_, k) => ({
    nominal: (k + 1) / half,
    actual: pit.slice(half - 1 - k, half + 1 + k).reduce((a, b) => a + b, 0) / total,
  }));
}

/** Per bin of the probability given to the level that was filled in: mean probability and share of right ones. */
export function reliabilityOf(results: readonly MaskResult[], method: string): { predicted: number; right: number; cells: number }[] {
  return Array.from({ length: reliabilityBins }, (_, b) => {
    const bins = results.filter((r) => r.method === method).flatMap((r) => r.reliability[b] ?? []);
    const cells = bins.reduce((sum, x) => sum + x.cells, 0);
    const mean = (of: (x: (typeof bins)[number]) => number): number => bins.reduce((sum, x) => sum + of(x), 0) / cells;
    return { predicted: mean((x) => x.probability), right: mean((x) => x.right), cells };
  }).filter(({ cells }) => cells > 0);
}

/** Coverage of the 90% intervals by measurement scale, cells of all masks counted alike. */
export function coverageByType(results: readonly MaskResult[], method: string): { type: string; coverage: number; cells: number }[] {
  const byType = new Map<string, { inside: number; cells: number }>();
  for (const { columns } of results.filter((r) => r.method === method)) {
    for (const { type, hidden, figures } of columns) {
      if (figures.coverage === undefined) continue;
      const sum = byType.get(type) ?? { inside: 0, cells: 0 };
      byType.set(type, { inside: sum.inside + figures.coverage * hidden, cells: sum.cells + hidden });
    }
  }
  return [...byType].map(([type, { inside, cells }]) => ({ type, coverage: inside / cells, cells }));
}

/** Mean seconds per mask; NaN if it never finished. */
export const meanSeconds = (results: readonly MaskResult[], method: string): number =>
  average(results.filter((r) => r.method === method && r.failure === undefined).map((r) => r.seconds));
