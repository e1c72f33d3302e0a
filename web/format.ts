import type { Answer } from "../src/inference/predict.js";
import type { KnownAttribute } from "./backend/backend.js";
import type { Language } from "./text/index.js";

/** Dates count in days since 1970-01-01. */
const day = 86_400_000;

/** A value of an answer as a number: dates in days. */
export const numeric = (value: number | string): number => (typeof value === "number" ? value : Date.parse(value) / day);

export const isLevels = ({ type }: Pick<KnownAttribute, "type">): boolean => type === "categorical" || type === "binary" || type === "ordinal";

export const titleOf = ({ name, label }: { readonly name: string; readonly label?: string }): string => label ?? name;

/** Decimals that are worth showing: as many as are recorded, and no more than the spread deserves. */
export function decimalsOf({ resolution, range }: Pick<KnownAttribute, "resolution" | "range">): number {
  const width = range ? range.high - range.low : 0;
  const deserved = width > 0 ? Math.max(0, 3 - Math.ceil(Math.log10(width))) : 2;
  const recorded = resolution === undefined ? 6 : Math.max(0, Math.ceil(-Math.log10(resolution) - 1e-9));
  return Math.min(6, recorded, deserved);
}

/** Numbers and dates as the reader's language writes them. */
export interface Format {
  readonly language: Language;
  value(value: number | string, attribute: Pick<KnownAttribute, "type" | "resolution" | "range">): string;
  /** A difference with its sign, with a decimal more than values have; of dates in days. */
  signed(value: number, attribute: Pick<KnownAttribute, "type" | "resolution" | "range">): string;
  /** A share as a percentage; tiny ones as "<1%". */
  share(share: number): string;
  /** A difference of shares in percentage points, with its sign. */
  points(difference: number): string;
  count(count: number): string;
  /** A round number of an axis. */
  tick(value: number): string;
  decimal(value: number, decimals?: number): string;
  bytes(bytes: number): string;
  /** Names one after the other; the standard leaves blanks alone between those in Japanese. */
  list(names: readonly string[]): string;
}

/** A minus sign, as wide as a plus, for the hyphen. */
const withMinus = (text: string): string => text.replace("-", "\u2212");

export function createFormat(language: Language): Format {
  const made = new Map<string, Intl.NumberFormat>();
  const number = (options: Intl.NumberFormatOptions): Intl.NumberFormat => {
    const key = JSON.stringify(options);
    let found = made.get(key);
    if (!found) made.set(key, (found = new Intl.NumberFormat(language, options)));
    return found;
  };
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" });
  const fixed = (decimals: number, sign = false): Intl.NumberFormat =>
    number({ minimumFractionDigits: decimals, maximumFractionDigits: decimals, ...(sign ? { signDisplay: "exceptZero" as const } : {}) });
  return {
    language,
    value(value, attribute) {
      if (attribute.type === "date") return date.format(numeric(value) * day);
      return typeof value === "string" ? value : withMinus(fixed(decimalsOf(attribute)).format(value));
    },
    signed: (value, attribute) => withMinus(fixed(attribute.type === "date" ? 0 : Math.min(6, decimalsOf(attribute) + 1), true).format(value)),
    share(share) {
      const percent = number({ style: "percent", maximumFractionDigits: 0 });
      if (share > 0 && share < 0.005) return `<${percent.format(0.01)}`;
      if (share < 1 && share > 0.995) return `>${percent.format(0.99)}`;
      return percent.format(share);
    },
    points: (difference) => withMinus(number({ maximumFractionDigits: 1, signDisplay: "exceptZero" }).format(100 * difference)),
    count: (count) => number({ maximumFractionDigits: 0 }).format(count),
    tick: (value) => withMinus(number({ maximumSignificantDigits: 6, notation: Math.abs(value) >= 1e5 ? "compact" : "standard" }).format(value)),
    decimal: (value, decimals = 2) => withMinus(fixed(decimals).format(value)),
    list: (names) => names.join(language === "ja" ? "、" : ", "),
    bytes: (bytes) => number({ style: "unit", unit: "megabyte", maximumFractionDigits: 1 }).format(bytes / 1e6),
  };
}

/** How an answer differs from the population's, in standard deviations of the population (numbers) or in probability (levels). */
export interface Change {
  /** Absolute size, 0 for none. */
  readonly size: number;
  /** Numbers: difference of the means, in the attribute's unit. */
  readonly difference?: number;
  /** Share by which the spread (numbers: standard deviation; levels: entropy) has shrunk; negative where it grew. */
  readonly narrower: number;
}

export function changeOf(answer: Answer, population: Answer): Change | undefined {
  if (answer.mean !== undefined && population.mean !== undefined) {
    const difference = answer.mean - population.mean;
    const sd = population.sd || 1;
    return { size: Math.abs(difference) / sd, difference, narrower: 1 - (answer.sd ?? sd) / sd };
  }
  if (!answer.levels || !population.levels) return undefined;
  const before = population.levels;
  const size = answer.levels.reduce((sum, { probability }, k) => sum + Math.abs(probability - before[k].probability) / 2, 0);
  const entropy = entropyOf(population);
  return { size, narrower: entropy > 0 ? 1 - entropyOf(answer) / entropy : 0 };
}

const entropyOf = ({ levels = [] }: Answer): number => levels.reduce((sum, { probability: p }) => sum - (p > 0 ? p * Math.log(p) : 0), 0);

/**
 * How well held-out cells are predicted: the share of the squared error (numbers) or of the wrong levels that knowing the rest
 * of the row takes away; 0 for no better than the mean or the commonest level.
 */
export function skillOf({ type, score }: Pick<KnownAttribute, "type" | "score">): number | undefined {
  if (!score || score.error === null || score.baseline === null || score.baseline === 0 || score.cells === 0) return undefined;
  const ratio = score.error / score.baseline;
  return Math.max(0, 1 - (isLevels({ type }) ? ratio : ratio * ratio));
}
