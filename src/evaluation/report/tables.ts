import { bestMethods, meanFigure, type Comparison } from "../compare.js";
import type { Evaluation } from "../evaluation.js";
import { figures, type FigureName } from "../figures.js";
import { meanSeconds, type AttributeFigures } from "./gather.js";
import { escapeHtml } from "./svg.js";
import { figureText, pText, secondsText, shown, verdictText } from "./words.js";

interface Cell {
  readonly text: string;
  readonly kind?: string;
}

type Row = { readonly cells: readonly (string | Cell)[]; readonly kind?: string };

/** A table; texts are escaped here. */
export function htmlTable(head: readonly (string | Cell)[], rows: readonly Row[]): string {
  const cell = (tag: string) => (c: string | Cell): string => {
    const { text, kind } = typeof c === "string" ? { text: c, kind: undefined } : c;
    return `<${tag}${kind ? ` class="${kind}"` : ""}>${escapeHtml(text)}</${tag}>`;
  };
  const body = rows.map(({ cells, kind }) => `<tr${kind ? ` class="${kind}"` : ""}>${cells.map(cell("td")).join("")}</tr>`);
  return `<div class="scroll"><table><thead><tr>${head.map(cell("th")).join("")}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

/** The method tables of a report, each with its figures. */
export const methodTables: readonly { readonly title: string; readonly figures: readonly FigureName[] }[] = [
  { title: "Numbers", figures: ["nrmse", "mae", "r2", "wasserstein"] },
  { title: "Numbers, as distributions", figures: ["crps", "nll", "coverage", "width", "intervalScore"] },
  { title: "Levels", figures: ["accuracy", "balancedAccuracy", "brier", "logLoss"] },
];

/** Figures that have no best: a width means something at equal coverage alone, and coverages near 90% are all right. */
const withoutBest: readonly FigureName[] = ["coverage", "width"];

/**
 * One row per method that has one of the figures; the best is marked, and what may be level with it. Empty if none has any.
 * @param ranked with all methods, their mean ranks and times
 */
export function methodTable({ methods, results, settings }: Evaluation, wanted: readonly FigureName[], ranked: boolean): string {
  const names = methods.map((m) => m.name);
  const has = (name: string, figure: FigureName): boolean => !Number.isNaN(meanFigure(results, name, figure));
  const columns = wanted.filter((figure) => names.some((name) => has(name, figure)));
  if (columns.length === 0) return "";
  const best = columns.map((figure) => (withoutBest.includes(figure) ? { level: [] } : bestMethods(results, names, figure, settings.rate)));
  const shownMethods = methods.filter(({ name }) => ranked || columns.some((figure) => has(name, figure)));
  const rows = shownMethods.map(({ name, meanRank, kind }): Row => {
    const cells = columns.map((figure, c): Cell => {
      const { best: first, level } = best[c];
      return { text: figureText(figure, meanFigure(results, name, figure)), kind: name === first ? "best" : level.includes(name) ? "level" : undefined };
    });
    const more = ranked ? [shown(meanRank, 2), secondsText(meanSeconds(results, name))] : [];
    return { cells: [name, ...cells, ...more], kind: kind === "vhgm" ? "own" : undefined };
  });
  return htmlTable(["method", ...columns.map((f) => figures[f].label), ...(ranked ? ["mean rank", "time"] : [])], rows);
}

/** The first method against each rival. */
export const comparisonTable = (comparisons: readonly Comparison[], method: string): string =>
  htmlTable(
    ["rival", "difference", "95% interval", "masks won", "p", "p (Holm)", { text: method, kind: "words" }],
    comparisons.map((c): Row => ({
      cells: [
        c.rival,
        `${c.mean < 0 ? "" : "+"}${shown(c.mean, 4)}`,
        Number.isNaN(c.low) ? "–" : `${shown(c.low, 4)} to ${shown(c.high, 4)}`,
        `${c.won} of ${c.masks}`,
        pText(c.p),
        pText(c.adjusted),
        { text: verdictText(c), kind: `words ${c.verdict === "better" ? "good" : c.verdict === "worse" ? "bad" : ""}` },
      ],
    })),
  );

/** One row per attribute, the given figure of every method, and some of the first method's others. */
export function attributeTable(attributes: readonly AttributeFigures[], methods: readonly string[], figure: FigureName, more: readonly FigureName[]): string {
  const known = more.filter((f) => attributes.some((a) => a.figures[0][f] !== undefined));
  const { better } = figures[figure];
  const rows = attributes.map(({ name, type, hidden, figures: own }): Row => {
    const values = own.map((f) => f[figure] ?? NaN);
    const finite = values.filter(Number.isFinite);
    const best = better === "lower" ? Math.min(...finite) : Math.max(...finite);
    const cells = values.map((v): Cell => ({ text: figureText(figure, v), kind: v === best ? "best" : undefined }));
    return { cells: [name, { text: type, kind: "words" }, hidden.toLocaleString("en-US"), ...cells, ...known.map((f) => figureText(f, own[0][f]))] };
  });
  return htmlTable(["attribute", { text: "type", kind: "words" }, "hidden cells", ...methods, ...known.map((f) => `${methods[0]}: ${figures[f].label}`)], rows);
}

/** NRMSE and accuracy of each mechanism. */
export function mechanismTable({ methods, results, settings }: Evaluation): string {
  const rows = methods.map(({ name, kind }): Row => ({
    cells: [
      name,
      ...settings.mechanisms.flatMap((mechanism) => {
        const here = results.filter((r) => r.mechanism === mechanism);
        return (["nrmse", "accuracy", "coverage"] as const).map((figure) => figureText(figure, meanFigure(here, name, figure)));
      }),
    ],
    kind: kind === "vhgm" ? "own" : undefined,
  }));
  const head = settings.mechanisms.flatMap((m) => (["nrmse", "accuracy", "coverage"] as const).map((f) => `${m.toUpperCase()} ${figures[f].label}`));
  return htmlTable(["method", ...head], rows);
}
