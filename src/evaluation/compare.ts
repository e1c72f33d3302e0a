import { average } from "./columns.js";
import { figures, goodness, type FigureName } from "./figures.js";
import type { MaskResult } from "./grid.js";
import { bootstrapGroups, correctedTTest, holm, ranks, type Difference } from "./significance.js";

/** How a method stands against a rival in one figure, over the masks that both finished. */
export interface Comparison extends Difference {
  readonly figure: FigureName;
  readonly method: string;
  readonly rival: string;
  readonly masks: number;
  /** Masks on which the method was better. */
  readonly won: number;
  /** `masks`: corrected t-test over masks; `people`: bootstrap over people, where too few masks were run for that. */
  readonly basis: "masks" | "people";
  /** p by Holm's correction over all rivals of the figure. */
  readonly adjusted: number;
  /** `noise`: no more than chance explains at 5% after the correction; `untested`: too few masks to tell. */
  readonly verdict: "better" | "worse" | "noise" | "untested";
}

/** Fewest degrees of freedom, masks less mechanisms, for a t-test. */
const fewestDegrees = 2;

type Compared = "nrmse" | "accuracy" | "crps" | "brier";
export const comparedFigures: readonly Compared[] = ["nrmse", "accuracy", "crps", "brier"];

/** A method against all others that have the figure too, differences being method minus rival. */
export function compareWith(results: readonly MaskResult[], method: string, rivals: readonly string[], figure: Compared, rate: number): Comparison[] {
  const drafts = rivals.flatMap((rival) => {
    const pairs = pairsOf(results, method, rival, figure);
    if (pairs.length === 0) return [];
    const mechanisms = [...new Set(pairs.map(([a]) => a.mechanism))];
    const differences = mechanisms.map((m) => pairs.filter(([a]) => a.mechanism === m).map(([a, b]) => a.overall[figure]! - b.overall[figure]!));
    const won = pairs.filter(([a, b]) => goodness(figure, a.overall[figure]!) > goodness(figure, b.overall[figure]!)).length;
    const basis = pairs.length - mechanisms.length >= fewestDegrees ? ("masks" as const) : ("people" as const);
    const difference = basis === "masks" ? correctedTTest(differences, rate / (1 - rate)) : { ...byPeople(pairs, figure), mean: average(differences.flat()) };
    return [{ figure, method, rival, masks: pairs.length, won, basis, ...difference }];
  });
  const adjusted = holm(drafts.map((d) => d.p));
  return drafts.map((draft, k): Comparison => {
    const better = figures[figure].better === "lower" ? draft.mean < 0 : draft.mean > 0;
    const verdict = Number.isNaN(adjusted[k]) ? "untested" : adjusted[k] >= 0.05 ? "noise" : better ? "better" : "worse";
    return { ...draft, adjusted: adjusted[k], verdict };
  });
}

function pairsOf(results: readonly MaskResult[], method: string, rival: string, figure: FigureName): [MaskResult, MaskResult][] {
  return results
    .filter((r) => r.method === method && r.overall[figure] !== undefined)
    .flatMap((a): [MaskResult, MaskResult][] => {
      const b = results.find((r) => r.method === rival && r.mechanism === a.mechanism && r.seed === a.seed && r.overall[figure] !== undefined);
      return b ? [[a, b]] : [];
    });
}

/** Only NRMSE and accuracy are sums over people; the others stay untested. */
function byPeople(pairs: readonly [MaskResult, MaskResult][], figure: Compared): Difference {
  if (figure !== "nrmse" && figure !== "accuracy") return { mean: NaN, low: NaN, high: NaN, p: NaN };
  const groups = Math.min(...pairs.flat().map((r) => r.squares.length));
  const figureOf = ({ squares, right }: MaskResult, weights: Float64Array): number => {
    const parts = figure === "nrmse" ? squares : right;
    const sum = parts.reduce((s, x, g) => s + weights[g] * x, 0);
    return figure === "nrmse" ? Math.sqrt(sum) : sum;
  };
  return bootstrapGroups(groups, (weights) => average(pairs.map(([a, b]) => figureOf(a, weights) - figureOf(b, weights))));
}

/** Mean of a figure over the masks that a method finished; NaN where it has none. */
export const meanFigure = (results: readonly MaskResult[], method: string, figure: FigureName): number =>
  average(results.filter((r) => r.method === method).flatMap((r) => r.overall[figure] ?? []));

/**
 * Mean rank of each method over attributes and masks, 1 is best: numbers by their NRMSE, levels by their accuracy. A method
 * that failed comes last there.
 */
export function meanRanks(results: readonly MaskResult[], methods: readonly string[]): number[] {
  const collected: number[][] = methods.map(() => []);
  for (const one of results.filter((r, k) => results.findIndex((o) => o.mechanism === r.mechanism && o.seed === r.seed) === k)) {
    const here = methods.map((method) => results.find((r) => r.method === method && r.mechanism === one.mechanism && r.seed === one.seed));
    const columns = here.find((r) => r && r.columns.length > 0)?.columns ?? [];
    columns.forEach(({ kind }, j) => {
      const figure = kind === "numeric" ? "nrmse" : "accuracy";
      ranks(here.map((r) => goodness(figure, r?.columns[j]?.figures[figure] ?? NaN))).forEach((rank, k) => collected[k].push(rank));
    });
  }
  return collected.map(average);
}

/** The methods that are best in a figure: the best mean first, then those whose distance to it may be chance. */
export function bestMethods(results: readonly MaskResult[], methods: readonly string[], figure: FigureName, rate: number): { readonly best?: string; readonly level: readonly string[] } {
  const means = methods.map((method) => meanFigure(results, method, figure));
  const masks = new Set(results.map((r) => `${r.mechanism} ${r.seed}`)).size;
  // A mean over fewer masks than the others' is not comparable.
  const complete = methods.filter((method, k) => !Number.isNaN(means[k]) && results.filter((r) => r.method === method && r.overall[figure] !== undefined).length === masks);
  if (complete.length < 2) return { level: [] };
  const goodnessOf = (method: string): number => goodness(figure, means[methods.indexOf(method)]);
  const best = complete.reduce((a, b) => (goodnessOf(b) > goodnessOf(a) ? b : a));
  const compared = comparedFigures.find((name) => name === figure);
  const level = compared ? compareWith(results, best, complete.filter((m) => m !== best), compared, rate).filter((c) => c.verdict === "noise").map((c) => c.rival) : [];
  return { best, level };
}
