import { bestMethods, meanFigure } from "../evaluation/compare.js";
import type { Evaluation } from "../evaluation/evaluation.js";
import type { FigureName } from "../evaluation/figures.js";
import { figures } from "../evaluation/figures.js";
import type { MaskResult } from "../evaluation/grid.js";
import { figureText, headline, pText, secondsText, settingSentence, shown, verdictText } from "../evaluation/report/words.js";
import { rivalHeads, rivalRows, tablesHeadline, tablesSetting } from "../evaluation/report/tablesPage.js";
import { failedMasks, meanTime, type TablesEvaluation } from "../evaluation/tables.js";
import { counted, layTable, screenWidth, type TextColumn } from "./text.js";

/** One finished cell of the grid in a line. */
export function resultLine({ mechanism, seed, method, failure, overall, seconds }: MaskResult, kept: boolean): string {
  const figuresHere = failure ?? `NRMSE ${shown(overall.nrmse)}, accuracy ${figureText("accuracy", overall.accuracy)}, ${secondsText(seconds)}`;
  return `  ${mechanism} seed ${seed} ${method}: ${figuresHere}${kept ? " (kept from before)" : ""}`;
}

const shownFigures: readonly FigureName[] = ["nrmse", "r2", "crps", "coverage", "accuracy", "balancedAccuracy", "brier"];

/** The findings for a terminal. Best figures carry a star; a tilde says that the distance to the best may be chance. */
export function summary(evaluation: Evaluation): string {
  const { methods, results, settings, comparisons, notes } = evaluation;
  const names = methods.map((m) => m.name);
  const columns = shownFigures.filter((figure) => names.some((name) => !Number.isNaN(meanFigure(results, name, figure))));
  const best = new Map(columns.map((figure) => [figure, figure === "coverage" ? { level: [] } : bestMethods(results, names, figure, settings.rate)]));
  const marked = (figure: FigureName, name: string): string => {
    const { best: first, level } = best.get(figure)!;
    return `${figureText(figure, meanFigure(results, name, figure))}${name === first ? "*" : level.includes(name) ? "~" : " "}`;
  };
  const right = (title: string): TextColumn => ({ title, align: "right" });
  const rows = methods.map(({ name, meanRank }) => {
    const own = results.filter((r) => r.method === name && r.failure === undefined);
    return [name, ...columns.map((figure) => marked(figure, name)), shown(meanRank, 2), own.length > 0 ? secondsText(own.reduce((s, r) => s + r.seconds, 0) / own.length) : "failed"];
  });
  const main = comparisons.filter((c) => c.figure === "nrmse" || c.figure === "accuracy");
  const compared = main.map((c) => [
    c.rival,
    figures[c.figure].label,
    `${c.mean < 0 ? "" : "+"}${shown(c.mean, 4)}`,
    `${shown(c.low, 4)} to ${shown(c.high, 4)}`,
    `${c.won} of ${c.masks}`,
    pText(c.adjusted),
    verdictText(c),
  ]);
  return [
    settingSentence(evaluation),
    "",
    ...headline(evaluation),
    "",
    layTable([{ title: "method" }, ...columns.map((figure) => right(`${figures[figure].label} `)), right("mean rank"), right("time")], rows, screenWidth()),
    "* best, ~ what sets it apart from the best may be chance",
    ...(compared.length > 0
      ? ["", `${names[0]} minus each:`, layTable([{ title: "rival" }, { title: "figure" }, right("difference"), right("95% interval"), right("masks won"), right("p (Holm)"), { title: names[0] }], compared, screenWidth())]
      : []),
    ...(notes.length > 0 ? ["", ...notes] : []),
  ].join("\n");
}

/** Which methods failed, in a line; none where all went through. */
export function failureLine(evaluations: readonly Evaluation[]): string | undefined {
  const names = new Set(evaluations.flatMap(({ methods }) => methods.map(({ name }) => name)));
  const found = [...names].flatMap((name) => {
    const { failed, masks } = failedMasks(evaluations, name);
    return failed > 0 ? [`${name} on ${failed} of ${counted(masks, "mask")}`] : [];
  });
  return found.length > 0 ? `Failed: ${found.join(", ")}.` : undefined;
}

/** The findings over several tables for a terminal. */
export function tablesSummary(evaluation: TablesEvaluation): string {
  const { tables, across } = evaluation;
  const methods = tables[0].methods.map((m) => m.name);
  const right = (title: string): TextColumn => ({ title, align: "right" });
  const ranked = methods.map((name, k) => {
    const { failed, masks } = failedMasks(tables, name);
    return [name, ...across.map((a) => shown(a.meanRanks[k], 2)), secondsText(meanTime(tables, name)), `${failed} of ${masks}`];
  });
  return [
    tablesSetting(evaluation),
    "",
    ...tablesHeadline(evaluation),
    "",
    "Mean ranks:",
    layTable([{ title: "method" }, ...across.map((a) => right(figures[a.figure].label)), right("time"), right("failed")], ranked, screenWidth()),
    ...across.flatMap((a) => ["", `${figures[a.figure].label}, ${methods[0]} against each:`, layTable(rivalHeads(a).map((title, k) => (k === 0 ? { title } : right(title))), rivalRows(a), screenWidth())]),
  ].join("\n");
}
