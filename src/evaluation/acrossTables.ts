import { average } from "./columns.js";
import { figures, goodness, type FigureName } from "./figures.js";
import { criticalDifference, friedman, holm, meanInterval, ranks, signedRank } from "./significance.js";

/** One figure of every method on one table, averaged over mechanisms and seeds; NaN where a method did not finish. */
export interface TableFigures {
  readonly table: string;
  /** (methods) */
  readonly values: readonly number[];
}

/** How the first method stands against a rival, the table being the unit. */
export interface RivalAcross {
  readonly rival: string;
  /** Tables that both finished. */
  readonly tables: number;
  readonly won: number;
  readonly lost: number;
  /** Mean over tables of figure / rival's figure, for errors, or of figure - rival's figure, for shares, which may be 0; with its 95% interval. */
  readonly beside: number;
  readonly low: number;
  readonly high: number;
  /** Wilcoxon's signed-rank test of the differences, and the same corrected by Holm for the number of rivals. */
  readonly p: number;
  readonly adjusted: number;
  /** Of errors: whether the upper end of the ratio is at most 1.02. */
  readonly notBehind?: boolean;
}

/** Methods compared over several tables in one figure. */
export interface AcrossTables {
  readonly figure: FigureName;
  /** Tables that count: those where some method has the figure. */
  readonly tables: readonly string[];
  readonly methods: readonly string[];
  /** (methods) 1 is best; what did not finish ranks last. */
  readonly meanRanks: readonly number[];
  readonly friedman: { readonly statistic: number; readonly p: number };
  /** Mean ranks that are closer than this may differ by chance (Nemenyi, 5%). */
  readonly criticalDifference: number;
  readonly rivals: readonly RivalAcross[];
}

/** How much worse, in the mean, a method that is "not behind" may be. */
const behindFrom = 1.02;

/** The figures in which methods are compared across tables. */
export const acrossFigures = ["nrmse", "r2", "accuracy", "crps"] as const satisfies readonly FigureName[];

/**
 * Compares methods over tables: mean ranks, Friedman's test, Nemenyi's critical difference, and the first method against
 * each other by Wilcoxon's test (Demšar 2006). Cells, masks and seeds of one table are not independent, so that the table
 * is the unit.
 */
export function compareAcross(tables: readonly TableFigures[], methods: readonly string[], figure: FigureName): AcrossTables {
  const known = tables.filter(({ values }) => values.some((v) => !Number.isNaN(v)));
  const ranked = known.map(({ values }) => ranks(values.map((v) => (Number.isNaN(v) ? NaN : goodness(figure, v)))));
  const isError = figures[figure].better === "lower";
  const drafts = methods.slice(1).map((rival, k) => {
    const pairs = known.map(({ values }) => [values[0], values[k + 1]] as const).filter(([a, b]) => !Number.isNaN(a) && !Number.isNaN(b));
    const gains = pairs.map(([a, b]) => goodness(figure, a) - goodness(figure, b));
    const { mean, low, high } = meanInterval(pairs.map(([a, b]) => (isError ? a / b : a - b)));
    return { rival, tables: pairs.length, won: gains.filter((g) => g > 0).length, lost: gains.filter((g) => g < 0).length, beside: mean, low, high, p: signedRank(gains).p };
  });
  const adjusted = holm(drafts.map((d) => d.p));
  return {
    figure,
    tables: known.map((t) => t.table),
    methods,
    meanRanks: methods.map((_, k) => average(ranked.map((row) => row[k]))),
    friedman: friedman(ranked),
    criticalDifference: methods.length > 1 && known.length > 0 ? criticalDifference(methods.length, known.length) : NaN,
    rivals: drafts.map((d, k) => ({ ...d, adjusted: adjusted[k], ...(isError && { notBehind: d.high <= behindFrom }) })),
  };
}
