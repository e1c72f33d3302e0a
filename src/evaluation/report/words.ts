import { bestMethods, meanFigure, type Comparison } from "../compare.js";
import type { Evaluation } from "../evaluation.js";
import { figures, type FigureName } from "../figures.js";

/** A figure with as many digits as its size allows, without a leading zero lost: "0.858", "12.3"; "–" for none. */
export function shown(x: number | undefined, digits = 3): string {
  if (x === undefined || !Number.isFinite(x)) return "–";
  return (Math.abs(x) >= 100 ? x.toFixed(0) : Math.abs(x) >= 10 ? x.toFixed(1) : x.toFixed(digits)).replace("-", "−");
}

export const percentOf = (share: number | undefined, digits = 1): string =>
  share === undefined || !Number.isFinite(share) ? "–" : `${(100 * share).toFixed(digits)}%`;

/** A figure as tables show it. */
export const figureText = (name: FigureName, value: number | undefined): string =>
  name === "accuracy" || name === "balancedAccuracy" || name === "coverage" ? percentOf(value) : shown(value);

/** p-values below what can be told are not spelled out. */
export const pText = (p: number): string => (Number.isNaN(p) ? "–" : p < 0.001 ? "< 0.001" : p.toFixed(3));

export const secondsText = (s: number): string => (!Number.isFinite(s) ? "–" : s < 0.1 ? "< 0.1 s" : s < 10 ? `${s.toFixed(1)} s` : s < 120 ? `${s.toFixed(0)} s` : `${(s / 60).toFixed(1)} min`);

/** "a", "a and b", "a, b and c". */
export const and = (names: readonly string[]): string => (names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`);

const isOrAre = (names: readonly string[]): string => (names.length === 1 ? "is" : "are");

/** What was hidden and from what. */
export function settingSentence({ table, settings }: Evaluation): string {
  const { mechanisms, seeds, rate } = settings;
  const masks = mechanisms.length * seeds.length;
  return (
    `${table.name}: ${table.rows.toLocaleString("en-US")} rows and ${table.attributes} attributes with ${table.observedCells.toLocaleString("en-US")} observed cells; ` +
    `${percentOf(rate, rate * 100 === Math.round(rate * 100) ? 0 : 1)} of them hidden, ${masks === 1 ? "once" : `${masks} times`} ` +
    `(${mechanisms.map((m) => m.toUpperCase()).join(", ")}; seed${seeds.length > 1 ? "s" : ""} ${seeds.join(", ")}), the same cells for every method.`
  );
}

/** The findings in words: who is best at numbers and at levels, and whether intervals hold what they say. */
export function headline(evaluation: Evaluation): string[] {
  const { methods, results } = evaluation;
  const own = methods.filter((m) => m.kind === "vhgm")[0];
  const sentences = [bestSentence(evaluation, "nrmse", "Numbers", "lowest error"), bestSentence(evaluation, "accuracy", "Levels", "largest share of right levels")];
  const coverage = own ? meanFigure(results, own.name, "coverage") : NaN;
  if (!Number.isNaN(coverage)) {
    const off = coverage - 0.9;
    const word = Math.abs(off) < 0.015 ? "as they should" : off < 0 ? "so they are too narrow" : "so they are wider than needed";
    sentences.push(`Honesty: the 90% intervals of ${own.name} hold ${percentOf(coverage)} of the hidden numbers, ${word}.`);
  }
  return sentences.filter((s) => s !== "");
}

function bestSentence({ methods, results, settings }: Evaluation, figure: FigureName, subject: string, most: string): string {
  const names = methods.map((m) => m.name);
  const { best, level } = bestMethods(results, names, figure, settings.rate);
  if (best === undefined) return "";
  const behind = names.filter((n) => n !== best && !level.includes(n) && !Number.isNaN(meanFigure(results, n, figure)));
  const first = `${subject}: ${best} has the ${most} (${figures[figure].label} ${figureText(figure, meanFigure(results, best, figure))})`;
  const near = level.length > 0 ? `; what sets ${and(level)} apart from it may be chance` : "";
  const far = behind.length > 0 ? `; ${and(behind)} ${isOrAre(behind)} behind` : "";
  return `${first}${near}${far}.`;
}

/** A comparison's verdict in words. */
export const verdictText = ({ verdict }: Comparison): string => (verdict === "noise" ? "may be chance" : verdict === "untested" ? "too few masks to tell" : verdict);
