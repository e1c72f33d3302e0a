import { compareAcross, type AcrossTables } from "../src/evaluation/acrossTables.js";
import { average } from "../src/evaluation/columns.js";
import { rankPlot, rankStyle } from "../src/evaluation/report/rankPlot.js";
import { accuracy, groupBy, nrmse, r2, type Figure } from "./compare.js";
import { caseName, type Result } from "./results.js";

const figures = [["nrmse", nrmse], ["r2", r2], ["accuracy", accuracy]] as const;

/**
 * Methods compared with the table as the unit. A table's figure is the mean over the cases that the first method and most
 * others finished; a method that did not finish all of them counts as not finished there.
 */
export function acrossTables(results: readonly Result[], methods: readonly string[]): AcrossTables[] {
  return figures
    .map(([name, figure]) => compareAcross([...groupBy(results, (r) => r.table)].map(([table, here]) => ({ table, values: tableValues(here, methods, figure) })), methods, name))
    .filter((found) => found.tables.length > 1);
}

/** Means over the cases on which any method has the figure; NaN for a method that lacks one of them. */
function tableValues(here: readonly Result[], methods: readonly string[], figure: Figure): number[] {
  const cases = [...groupBy(here, caseName).values()].filter((cells) => cells.some((r) => !Number.isNaN(figure.of(r))));
  return methods.map((method) => average(cases.map((cells) => cells.filter((r) => r.method === method).map(figure.of)[0] ?? NaN)));
}

/** The section on tests across tables, in markdown; empty with fewer than two tables or methods. */
export function acrossSection(results: readonly Result[], methods: readonly string[]): string[] {
  if (methods.length < 2) return [];
  return acrossTables(results, methods).flatMap((found) => {
    const { figure, meanRanks, rivals, friedman, criticalDifference, tables } = found;
    const fixed = (x: number, digits = 3): string => (Number.isFinite(x) ? x.toFixed(digits) : "–");
    const p = (x: number): string => (Number.isNaN(x) ? "–" : x < 0.001 ? "< .001" : x.toFixed(3));
    return [
      `${figure.toUpperCase()} on ${tables.length} tables: Friedman χ² ${fixed(friedman.statistic, 1)}, p ${p(friedman.p)}; critical difference of mean ranks (Nemenyi, 5%) ${fixed(criticalDifference, 2)}.`,
      "",
      `| | mean rank | tables | won | lost | ${methods[0]} ${figure === "nrmse" ? "/" : "−"} it | 95% interval | p (Wilcoxon) | p (Holm) | not behind |`,
      "|---|---|---|---|---|---|---|---|---|---|",
      `| ${methods[0]} | ${fixed(meanRanks[0], 2)} | ${tables.length} | | | | | | | |`,
      ...rivals.map(
        (r, k) =>
          `| ${r.rival} | ${fixed(meanRanks[k + 1], 2)} | ${r.tables} | ${r.won} | ${r.lost} | ${fixed(r.beside)} | ${fixed(r.low)} to ${fixed(r.high)} | ${p(r.p)} | ${p(r.adjusted)} | ${r.notBehind === undefined ? "" : r.notBehind ? "yes" : "no"} |`,
      ),
      "",
    ];
  });
}

/** The critical-difference plots as one page that needs nothing else. */
export function rankPlots(results: readonly Result[], methods: readonly string[]): string {
  const plots = acrossTables(results, methods).map(({ figure, meanRanks, criticalDifference, tables }) => `<h2>${figure.toUpperCase()}, ${tables.length} tables</h2>${rankPlot(methods, meanRanks, criticalDifference, figure)}`);
  return `<!doctype html><meta charset="utf-8"><title>Mean ranks</title><style>body { font: 14px sans-serif; max-width: 800px; } svg { font: 12px sans-serif; } ${rankStyle}</style>${plots.join("\n")}\n`;
}
