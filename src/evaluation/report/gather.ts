import { average } from "../columns.js";
import { pitBins, reliabilityBins, type ColumnResult, type ReliabilityBin } from "../columnScore.js";
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

/** How honest a method's distributions of one measurement scale are; cells of all masks count alike. */
export interface TypeCalibration {
  readonly type: ColumnResult["type"];
  readonly cells: number;
  /** Share whose randomised probability integral transform lies in the central 90%. */
  readonly coverage: number;
  /** Numbers only: in standard deviations of their columns. */
  readonly intervalScore?: number;
  /** Levels only: expected calibration error of the level filled in. */
  readonly calibrationError?: number;
}

/** By measurement scale; empty for a method that gives no distributions. */
export function calibrationByType(results: readonly MaskResult[], method: string): TypeCalibration[] {
  const own = results.filter((r) => r.method === method);
  const columns = own.flatMap((r) => r.columns).filter(({ figures }) => figures.coverage !== undefined);
  return [...new Set(columns.map((c) => c.type))].map((type) => {
    const here = columns.filter((c) => c.type === type);
    const cells = here.reduce((sum, c) => sum + c.hidden, 0);
    const mean = (figure: FigureName): number => here.reduce((sum, c) => sum + c.hidden * c.figures[figure]!, 0) / cells;
    const bins = own.flatMap((r) => (r.reliabilityByType[type] ? [r.reliabilityByType[type]] : []));
    return {
      type,
      cells,
      coverage: mean("coverage"),
      ...(here[0].kind === "numeric" && { intervalScore: mean("intervalScore") }),
      ...(bins.length > 0 && { calibrationError: calibrationError(bins) }),
    };
  });
}

/**
 * Expected calibration error (Naeini, Cooper & Hauskrecht 2015) in bins of equal width: distance of the mean probability of
 * the filled level and the share that was right, weighted by cells. NaN without cells.
 * @param masks bins of each mask, summed bin by bin
 */
export function calibrationError(masks: readonly (readonly ReliabilityBin[])[]): number {
  const sum = (b: number, of: (bin: ReliabilityBin) => number): number => masks.reduce((total, bins) => total + (bins[b] ? of(bins[b]) : 0), 0);
  let distance = 0;
  let cells = 0;
  for (let b = 0; b < reliabilityBins; b++) {
    distance += Math.abs(sum(b, (bin) => bin.probability) - sum(b, (bin) => bin.right));
    cells += sum(b, (bin) => bin.cells);
  }
  return distance / cells;
}

/** Over all levels of a method's masks; NaN if it gives no probabilities. */
export const calibrationErrorOf = (results: readonly MaskResult[], method: string): number =>
  calibrationError(results.filter((r) => r.method === method).map((r) => r.reliability));

/** Mean seconds per mask; NaN if it never finished. */
export const meanSeconds = (results: readonly MaskResult[], method: string): number =>
  average(results.filter((r) => r.method === method && r.failure === undefined).map((r) => r.seconds));
