/** The rules by which a column becomes an attribute, each with its reason in plain words. */
import { isolatedCodes, namesId, namesNominal, namesSurveyWeight, saysNothing, type IsolatedCodes } from "./hints.js";
import { sortBinary, sortLevels } from "./levels.js";
import { orderLevels } from "./ordered.js";
import type { CellNote, ColumnProfile, ScaleProfile, ValueCount } from "./profile.js";
import { resolutionOf } from "./resolution.js";
import type { Attribute, AttributeType } from "./schema.js";
import { percent, quote, suggest } from "./suggest.js";
import { formatDate, parseNumber } from "./values.js";

/** Numbers with more different values than this lie on a scale, others have levels. */
const maxNumberLevels = 10;
/** Share of cells that must be numbers (or dates) before the others count as slips. */
export const minScaleShare = 0.95;
/** Different words in a column of numbers that may still be missing codes. */
const maxMissingWords = 5;
const maxCategories = 200;
const longText = 60;

/** A column while it is being judged: its profile with the words counted as holes or as answers. */
export interface JudgedColumn {
  profile: ColumnProfile;
  values: readonly ValueCount[];
  missing: number;
  observed: number;
  distinct: number;
  /** The file stores the column as text. */
  nativeText: boolean;
}

export interface Guess {
  attribute: Omit<Attribute, "name">;
  reason: string;
  suggestions?: string[];
}

export function guessAttribute(column: JudgedColumn): Guess {
  const { profile, observed } = column;
  if (observed === 0) {
    return {
      attribute: { role: "ignore", type: "real" },
      reason: "No cell of this column has a value, so it is left out of the model.",
    };
  }
  const { numbers, dates } = profile;
  const isScale = (scale: ScaleProfile, kind: ValueCount["kind"]): boolean =>
    scale.cells === observed || (scale.cells >= minScaleShare * observed && countDistinct(column, kind) > maxNumberLevels);
  if (isScale(numbers, "number") && numbers.min > numbers.max) {
    return {
      attribute: { role: "ignore", type: "real" },
      reason: "No cell of this column holds a usable number, so it is left out of the model.",
    };
  }
  if (isScale(numbers, "number")) return guessNumbers(column);
  if (isScale(dates, "date")) return guessDates(column);
  return guessTexts(column);
}

function guessNumbers(column: JudgedColumn): Guess {
  const { profile, missing } = column;
  const { numbers } = profile;
  const distinct = countDistinct(column, "number");
  const whole = numbers.decimals === 0;
  const consecutive = distinct > maxNumberLevels && numbers.max - numbers.min + 1 === numbers.cells;
  const looksLikeId = whole && distinct > 1 && profile.unique && (namesId(profile.name) || consecutive);
  if (looksLikeId && missing === 0 && numbers.cells === profile.observed) {
    const run = consecutive ? ", all consecutive" : "";
    return {
      attribute: { role: "id", type: numbers.min >= 0 ? "count" : "real" },
      reason: `Every row has its own whole number${run}, so it names the row. It is copied through.`,
    };
  }
  const isCode = namesNominal(profile.name) || column.nativeText || column.values.some((value) => /^0\d/.test(value.text));
  const codes = isolatedCodes(profile, distinct);
  const result = distinct > maxNumberLevels ? guessScale(column, codes, isCode) : guessNumberLevels(column, codes, isCode);
  if (looksLikeId) {
    const why = missing > 0 ? `${missing} cells are missing` : "some cells are no numbers";
    return { ...result, reason: `${result.reason} It looks like an id, but ${why}, so it is kept as an attribute.` };
  }
  if (namesId(profile.name) && distinct > maxNumberLevels && missing === 0) {
    return {
      ...result,
      suggestions: [...(result.suggestions ?? []), suggest("role", "key", "the name is that of an id, but values repeat")],
    };
  }
  return result;
}

function guessScale(column: JudgedColumn, codes: IsolatedCodes, isCode: boolean): Guess {
  const { profile } = column;
  const { min, max, decimals } = profile.numbers;
  const type = scaleType(decimals, min);
  const kind = decimals === 0 ? "Whole numbers" : min > 0 ? "Numbers above zero with decimals" : "Numbers with decimals";
  const odd = describeOdd(column);
  const missing = [...codes.texts, ...odd.missing];
  const suggestions: string[] = [];
  const left = numberLevels(column).filter((level) => !codes.texts.includes(level));
  if (codes.texts.length > 0 && profile.exact && left.length <= maxNumberLevels) {
    suggestions.push(
      suggest("type", "ordinal", "with the levels below, once these codes are missing"),
      suggest("levels", left, "without the codes"),
    );
  } else if (isCode && profile.exact && left.length <= maxCategories) {
    suggestions.push(
      suggest("type", "categorical", "with the levels below, if these are codes without an order"),
      suggest("levels", left, "in place of min, max and resolution"),
    );
  }
  const typeLeft = scaleType(decimals, codes.min);
  if (suggestions.length === 0 && typeLeft !== type) suggestions.push(suggest("type", typeLeft, "once these codes are missing"));
  if (missing.length > 0) suggestions.push(suggestMissing(missing, codes));
  if (codes.max < max) suggestions.push(suggest("max", codes.max, "once these codes are missing"));
  if (codes.min > min) suggestions.push(suggest("min", codes.min, "once these codes are missing"));
  if (namesSurveyWeight(profile.name) && min >= 0)
    suggestions.push(suggest("role", "weight", "the name is that of a survey weight"));
  return {
    attribute: { role: "attribute", type, resolution: resolutionOf(profile.numbers), min, max },
    reason: `${kind} from ${min} to ${max}${describeMiddle(column)}.${odd.sentence}`,
    suggestions,
  };
}

/** Whole numbers from 0 are counts, numbers with decimals above 0 are positive, others are real. */
const scaleType = (decimals: number, min: number): AttributeType =>
  decimals === 0 ? (min >= 0 ? "count" : "real") : min > 0 ? "positive" : "real";

function guessNumberLevels(column: JudgedColumn, codes: IsolatedCodes, isCode: boolean): Guess {
  const levels = numberLevels(column);
  const left = levels.filter((level) => !codes.texts.includes(level));
  const suggestions: string[] = [];
  if (codes.texts.length > 0) {
    if (left.length === 2) suggestions.push(suggest("type", "binary", "once these codes are missing"));
    suggestions.push(suggestMissing(codes.texts, codes));
  }
  if (levels.length <= 2) return withSuggestions(guessFewLevels(levels, column), suggestions);
  if (isCode && left.length > 2) suggestions.unshift(suggest("type", "categorical", "if these codes have no order"));
  return {
    attribute: { role: "attribute", type: "ordinal", levels },
    reason: `${levels.length} different numbers, taken as ordered levels; if they have no order, change the type to categorical.`,
    suggestions,
  };
}

const withSuggestions = (guess: Guess, more: readonly string[]): Guess => ({ ...guess, suggestions: [...(guess.suggestions ?? []), ...more] });

/** Two levels: binary. One is a constant, which is set aside where cells are empty: it would be filled in for everybody. */
function guessFewLevels(levels: string[], { missing }: JudgedColumn): Guess {
  if (levels.length > 1) {
    const sorted = sortBinary(levels);
    return {
      attribute: { role: "attribute", type: "binary", levels: sorted },
      reason: `Two different values, ${sorted.map(quote).join(" and ")}.`,
    };
  }
  const only = quote(levels[0]);
  if (missing === 0) {
    return {
      attribute: { role: "attribute", type: "categorical", levels },
      reason: `Every cell with a value holds ${only}.`,
    };
  }
  return {
    attribute: { role: "ignore", type: "categorical", levels },
    reason: `Every cell with a value holds ${only}, so nothing tells what the empty cells would hold. It is copied through.`,
    suggestions: [`every filled cell holds ${only}; blank may mean "no": if so, write "no" into the blank cells of the table, and the column is learned`],
  };
}

function guessDates(column: JudgedColumn): Guess {
  const { profile, values } = column;
  const distinct = countDistinct(column, "date");
  if (distinct <= maxNumberLevels) {
    const levels = [...values].sort((a, b) => a.value! - b.value!).map((value) => value.text);
    if (levels.length <= 2) return guessFewLevels(levels, column);
    return {
      attribute: { role: "attribute", type: "ordinal", levels },
      reason: `${levels.length} different dates, taken as ordered levels.`,
    };
  }
  const { min, max, decimals } = profile.dates;
  const resolution = decimals === 0 ? 1 : 1 / 86_400;
  const odd = profile.firstNonDate ? ` ${describeCell(profile.firstNonDate, "a date")}` : "";
  const [first, last] = [min, max].map((days) => formatDate(days, resolution));
  return {
    attribute: { role: "attribute", type: "date", resolution, min, max },
    reason: `Dates from ${first} to ${last}, handled as days since 1970-01-01.${odd}`,
  };
}

function guessTexts(column: JudgedColumn): Guess {
  const { profile, observed, missing, distinct, values } = column;
  const copied = (role: "id" | "text", reason: string): Guess => ({
    attribute: { role, type: "categorical" },
    reason: `${reason} It is copied through.`,
  });
  if (profile.unique && missing === 0 && distinct > 1) {
    const areCodes = distinct > maxNumberLevels && values.every(({ text }) => /^[\w./-]{1,64}$/.test(text) && /\d/.test(text));
    if (namesId(profile.name) || areCodes) return copied("id", "Every row has a text of its own, so it names the row.");
  }
  const levels = values.map((value) => value.text);
  const silent = levels.filter(saysNothing);
  if (levels.length <= 2) return withSuggestions(guessFewLevels(levels, column), silent.length > 0 ? [suggestSilent(silent)] : []);
  if (distinct > maxNumberLevels && distinct > 0.9 * observed)
    return copied("text", `Free text: ${distinct} different texts in ${observed} cells.`);
  if (distinct > maxNumberLevels && profile.meanLength > longText)
    return copied("text", `Free text of ${Math.round(profile.meanLength)} characters on average.`);
  const isFew = distinct <= Math.max(20, Math.sqrt(observed)) || (distinct <= 0.5 * observed && distinct <= maxCategories);
  if (!isFew || !profile.exact) {
    const numbers = profile.numbers.cells > 0 ? ` (${percent(profile.numbers.cells / observed)} of them numbers)` : "";
    return copied("text", `${distinct} different texts in ${observed} cells${numbers} are too many for levels.`);
  }
  return guessTextLevels(levels, silent);
}

function guessTextLevels(levels: string[], silent: string[]): Guess {
  const said = levels.filter((level) => !saysNothing(level));
  const ordered = orderLevels(said) ?? (areNumbers(said) ? sortLevels(said) : null);
  const sorted = ordered ?? (said.length === 2 ? sortBinary(said) : sortLevels(said));
  if (silent.length === 0) {
    if (ordered)
      return {
        attribute: { role: "attribute", type: "ordinal", levels: ordered },
        reason: `${levels.length} levels whose words or numbers show their order.`,
      };
    return {
      attribute: { role: "attribute", type: "categorical", levels: sorted },
      reason: `${levels.length} different texts without a known order.`,
    };
  }
  const type = ordered && said.length > 2 ? "ordinal" : said.length === 2 ? "binary" : null;
  return {
    attribute: { role: "attribute", type: "categorical", levels: [...sorted, ...silent.sort()] },
    reason: `${levels.length} different texts, of which ${silent.map(quote).join(", ")} may stand for "no answer".`,
    suggestions: [...(type ? [suggest("type", type, "once these texts are missing")] : []), suggestSilent(silent)],
  };
}

const suggestSilent = (silent: readonly string[]): string =>
  suggest("missing", silent, "if this stands for no answer; what is missing is no level");

const areNumbers = (levels: readonly string[]): boolean => levels.every((level) => parseNumber(level) !== null);

/** Different numbers (or dates) in a column; spellings of one number (1 and 1.0) count once. */
function countDistinct(column: JudgedColumn, kind: ValueCount["kind"]): number {
  const values = new Set(
    column.values.filter((value) => value.kind === kind && value.value !== null).map((value) => value.value),
  );
  return values.size * column.profile.scale;
}

/** The different numbers in ascending order, each in its most frequent spelling. */
function numberLevels(column: JudgedColumn): string[] {
  const best = new Map<number, ValueCount>();
  for (const value of column.values) {
    if (value.kind !== "number" || value.value === null) continue;
    const rival = best.get(value.value);
    if (!rival || value.count > rival.count || (value.count === rival.count && value.text < rival.text))
      best.set(value.value, value);
  }
  return sortLevels([...best.values()].map((value) => value.text));
}

/** Cells of a column of numbers that are none: a few words may be missing codes, anything else is named with its row. */
function describeOdd(column: JudgedColumn): { missing: string[]; sentence: string } {
  const { oddTexts, firstNonNumeric } = column.profile;
  if (!firstNonNumeric || oddTexts.length === 0) return { missing: [], sentence: "" };
  const few = oddTexts.length <= maxMissingWords && oddTexts.every((text) => !/\d/.test(text));
  return { missing: few ? [...oddTexts] : [], sentence: ` ${describeCell(firstNonNumeric, "a number")}` };
}

const describeCell = ({ row, text }: CellNote, what: string): string =>
  `Row ${row} holds ${quote(text)}, which is not ${what}: correct it or list it under missing.`;

/** ", half of them up to M": the median of the cells, from the counts of the kept values. */
function describeMiddle(column: JudgedColumn): string {
  const sorted = column.values
    .filter((value) => value.kind === "number" && value.value !== null)
    .sort((a, b) => a.value! - b.value!);
  const half = sorted.reduce((sum, value) => sum + value.count, 0) / 2;
  let sum = 0;
  const middle = sorted.find((value) => (sum += value.count) >= half);
  return middle ? `, median ${middle.value}` : "";
}

function suggestMissing(texts: readonly string[], codes: IsolatedCodes): string {
  const [first, ...others] = codes.texts;
  if (first === undefined) return suggest("missing", texts, "words in a column of numbers");
  const apart = others.length > 0 ? `${codes.texts.join(", ")} stand` : `${first} stands`;
  return suggest("missing", texts, `${apart} apart from the rest, ${codes.min} to ${codes.max}`);
}
