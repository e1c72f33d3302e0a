/** Columns of numbers: ids, scales, or few numbers as levels. */
import { guessFewLevels, withSuggestions } from "./fewLevels.js";
import { isolatedCodes, namesId, namesNominal, namesSurveyWeight, type IsolatedCodes } from "./hints.js";
import { countDistinct, maxNumberLevels, type Guess, type JudgedColumn } from "./judged.js";
import { sortLevels } from "./levels.js";
import type { ValueCount } from "./profile.js";
import { resolutionOf } from "./resolution.js";
import type { AttributeType } from "./schema.js";
import { describeCell, suggest } from "./suggest.js";
import { hasLeadingZero } from "./values.js";

/** Different words in a column of numbers that may still be missing codes. */
const maxMissingWords = 5;
/** Most levels that are suggested for codes. */
const maxCategories = 200;

export function guessNumbers(column: JudgedColumn): Guess {
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
  const isCode = namesNominal(profile.name) || column.nativeText || column.values.some(({ text }) => hasLeadingZero(text));
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
  const found = [...codes.texts, ...odd.missing];
  const missing = [...column.holes, ...found];
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
  if (found.length > 0) suggestions.push(suggestMissing(missing, codes));
  if (codes.max < max) suggestions.push(suggest("max", codes.max, "once these codes are missing"));
  if (codes.min > min) suggestions.push(suggest("min", codes.min, "once these codes are missing"));
  if (namesSurveyWeight(profile.name) && min >= 0)
    suggestions.push(suggest("role", "weight", "the name is that of a survey weight"));
  const spelling = { ...(column.decimal ? { decimal: column.decimal } : {}), ...(column.holes.length > 0 ? { missing: [...column.holes] } : {}) };
  return {
    attribute: { role: "attribute", type, resolution: resolutionOf(profile.numbers), min, max, ...spelling },
    reason: `${kind} from ${min} to ${max}${describeMiddle(column)}.${column.decimal ? " They are written with a decimal comma." : ""}${odd.sentence}`,
    suggestions,
  };
}

/** Whole numbers from 0 are counts, numbers with decimals above 0 are positive, others are real. */
export const scaleType = (decimals: number, min: number): AttributeType =>
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
  const { oddTexts, commas, firstNonNumeric } = column.profile;
  if (column.holes.length > 0 || !firstNonNumeric) return { missing: [], sentence: "" };
  const few = commas.cells === 0 && oddTexts.length <= maxMissingWords && oddTexts.every((text) => !/\d/.test(text));
  return { missing: few ? [...oddTexts] : [], sentence: ` ${describeCell(firstNonNumeric, "a number")}` };
}

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

/** Codes that stand apart, or words, as a line `missing`. */
export function suggestMissing(texts: readonly string[], codes: IsolatedCodes): string {
  const [first, ...others] = codes.texts;
  if (first === undefined) return suggest("missing", texts, "words in a column of numbers");
  const apart = others.length > 0 ? `${codes.texts.join(", ")} stand` : `${first} stands`;
  return suggest("missing", texts, `${apart} apart from the rest, ${codes.min} to ${codes.max}`);
}
