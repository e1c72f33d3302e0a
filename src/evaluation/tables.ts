import { acrossFigures, compareAcross, type AcrossTables } from "./acrossTables.js";
import { average } from "./columns.js";
import { meanFigure } from "./compare.js";
import type { Evaluation } from "./evaluation.js";
import type { FigureName } from "./figures.js";

/** Evaluations of several tables by the same methods, and what they say together. */
export interface TablesEvaluation {
  readonly format: "vhgm-evaluations";
  readonly version: 1;
  readonly tables: readonly Evaluation[];
  /** Per figure that two tables or more have. */
  readonly across: readonly AcrossTables[];
  readonly made: Evaluation["made"];
}

/** The figure of a method on a table, averaged over its masks; NaN if it has none, or failed on any mask that another finished. */
function tableFigure({ results, methods }: Evaluation, method: string, figure: FigureName): number {
  const masks = (name: string): number => results.filter((r) => r.method === name && r.overall[figure] !== undefined).length;
  const most = Math.max(...methods.map((m) => masks(m.name)));
  return masks(method) < most ? NaN : meanFigure(results, method, figure);
}

/** A method that gives single values only is held to be certain of them: its CRPS is its mean absolute error (Gneiting & Raftery 2007). */
function crpsOrError(evaluation: Evaluation, method: string): number {
  const own = tableFigure(evaluation, method, "crps");
  const hasAny = evaluation.results.some((r) => r.method === method && r.overall.crps !== undefined);
  return hasAny ? own : tableFigure(evaluation, method, "mae");
}

/** @param tables of the same methods, in the same order */
export function evaluateTables(tables: readonly Evaluation[], made: Evaluation["made"]): TablesEvaluation {
  const methods = tables[0].methods.map((m) => m.name);
  const across = acrossFigures
    .map((figure) =>
      compareAcross(
        tables.map((evaluation) => ({ table: evaluation.table.name, values: methods.map((m) => (figure === "crps" ? crpsOrError(evaluation, m) : tableFigure(evaluation, m, figure))) })),
        methods,
        figure,
      ),
    )
    .filter((found) => found.tables.length > 1);
  return { format: "vhgm-evaluations", version: 1, tables, across, made };
}

/** Mean seconds per mask of a method over all tables; NaN if it never finished. */
export const meanTime = (tables: readonly Evaluation[], method: string): number =>
  average(tables.flatMap(({ results }) => results.filter((r) => r.method === method && r.failure === undefined).map((r) => r.seconds)));

/** Masks on which a method failed, of all. */
export function failedMasks(tables: readonly Evaluation[], method: string): { failed: number; masks: number } {
  const own = tables.flatMap(({ results }) => results.filter((r) => r.method === method));
  return { failed: own.filter((r) => r.failure !== undefined).length, masks: own.length };
}
