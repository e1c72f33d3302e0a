import type { AcrossTables } from "../acrossTables.js";
import { meanFigure } from "../compare.js";
import type { Evaluation } from "../evaluation.js";
import { figures, type FigureName } from "../figures.js";
import { failedMasks, meanTime, type TablesEvaluation } from "../tables.js";
import { figureBlock, htmlDocument, paragraph } from "./document.js";
import { reportBody } from "./page.js";
import { rankPlot, rankStyle } from "./rankPlot.js";
import { escapeHtml } from "./svg.js";
import { htmlTable } from "./tables.js";
import { and, figureText, pText, percentOf, secondsText, shown } from "./words.js";

/** What was compared on which tables, in a sentence. */
export function tablesSetting({ tables }: TablesEvaluation): string {
  const { mechanisms, seeds, rate } = tables[0].settings;
  return `${tables.length} tables, ${percentOf(rate, 0)} of their observed cells hidden (${mechanisms.map((m) => m.toUpperCase()).join(", ")}; seed${seeds.length > 1 ? "s" : ""} ${seeds.join(", ")}); the table is the unit, averaged over its masks.`;
}

/** Who is first in each figure, and against whom that is certain. */
export function tablesHeadline({ across }: TablesEvaluation): string[] {
  return across.map((found) => {
    const { methods, meanRanks, rivals, figure, tables } = found;
    const [method] = methods;
    const place = meanRanks.filter((r) => r < meanRanks[0]).length + 1;
    const better = rivals.filter((r) => r.adjusted < 0.05 && r.won > r.lost).map((r) => r.rival);
    const worse = rivals.filter((r) => r.adjusted < 0.05 && r.won < r.lost).map((r) => r.rival);
    // The least p of a signed-rank test: every table says the same.
    const tooFew = rivals.length * 2 ** (1 - tables.length) >= 0.05;
    const none = tooFew ? `; ${tables.length} tables are too few for any difference to be certain` : "; better than none with certainty";
    return `${capital(figures[figure].label)} on ${tables.length} tables: ${method} has mean rank ${shown(meanRanks[0], 2)}, place ${place} of ${methods.length}${better.length > 0 ? `; better than ${and(better)} (p < .05 after Holm)` : none}${worse.length > 0 ? `; worse than ${and(worse)}` : ""}.`;
  });
}

/** Column heads of `rivalRows`. */
export const rivalHeads = ({ figure, rivals }: AcrossTables): string[] => ["rival", "tables", "won", "lost", figures[figure].better === "lower" ? "ratio" : "difference", "95% interval", "p", "p (Holm)", ...(rivals[0]?.notBehind === undefined ? [] : ["not behind"])];

/** One row per rival. */
export const rivalRows = ({ rivals }: AcrossTables): string[][] =>
  rivals.map((r) => [
    r.rival,
    String(r.tables),
    String(r.won),
    String(r.lost),
    shown(r.beside),
    Number.isFinite(r.low) ? `${shown(r.low)} to ${shown(r.high)}` : "–",
    pText(r.p),
    pText(r.adjusted),
    ...(r.notBehind === undefined ? [] : [r.notBehind ? "yes" : "no"]),
  ]);

/** The report on several tables: what they say together, then each by itself, folded. */
export function renderTables(evaluation: TablesEvaluation): string {
  const { tables, across, made } = evaluation;
  const sections = across.map((found) => {
    const { figure, methods, friedman, tables: counted } = found;
    return `<h3>${capital(figures[figure].label)}</h3>${figureBlock(
      rankPlot(methods, found.meanRanks, found.criticalDifference, figures[figure].label),
      `Mean ranks over ${counted.length} tables, 1 is best. A bar joins methods whose ranks may differ by chance (Nemenyi, 5%). Friedman's test that all are alike: p ${friedman.p < 0.001 ? "< 0.001" : `= ${friedman.p.toFixed(3)}`}.`,
    )}${htmlTable(rivalHeads(found), rivalRows(found).map((cells) => ({ cells })))}`;
  });
  return htmlDocument(
    `How well holes are filled: ${tables.length} tables`,
    `${paragraph(tablesSetting(evaluation), "soft")}
<div class="short">${tablesHeadline(evaluation).map((s) => paragraph(s)).join("")}</div>
<section><h2>Across tables</h2>${sections.join("")}${paragraph(
      `Ratio: mean over tables of ${tables[0].methods[0].name}'s figure over the rival's; p: Wilcoxon's signed-rank test of the differences. Not behind: the upper end of the ratio's interval is at most 1.02. A method that gives single values only is held to be certain of them in CRPS. What did not finish ranks last.`,
      "foot",
    )}</section>
<section><h2>Table by table</h2>${(["nrmse", "accuracy", "crps"] as const).map((figure) => figureTable(tables, figure)).join("")}</section>
<section><h2>Time</h2>${htmlTable(
      ["method", "mean per mask", "failed"],
      tables[0].methods.map(({ name }) => {
        const { failed, masks } = failedMasks(tables, name);
        return { cells: [name, secondsText(meanTime(tables, name)), `${failed} of ${masks}`] };
      }),
    )}</section>
<section><h2>Each table by itself</h2>${tables.map((t) => `<details><summary>${escapeHtml(t.table.name)}</summary>${reportBody(t)}</details>`).join("")}</section>
<section><h2>How this was made</h2><pre>${escapeHtml(made.command)}</pre></section>`,
    rankStyle,
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** One row per table, the best in bold. */
function figureTable(tables: readonly Evaluation[], figure: FigureName): string {
  const methods = tables[0].methods.map((m) => m.name);
  const rows = tables.flatMap(({ table, results }) => {
    const values = methods.map((method) => meanFigure(results, method, figure));
    const finite = values.filter(Number.isFinite);
    if (finite.length === 0) return [];
    const best = figures[figure].better === "lower" ? Math.min(...finite) : Math.max(...finite);
    return [{ cells: [table.name, ...values.map((v) => ({ text: figureText(figure, v), kind: v === best ? "best" : undefined }))] }];
  });
  return rows.length === 0 ? "" : `<h3>${capital(figures[figure].label)}</h3>${htmlTable(["table", ...methods], rows)}`;
}
