/** The rules by which a column becomes an attribute, each with its reason in plain words. */
import { suggestMerging } from "./alike.js";
import { areCodes, asCodes } from "./codes.js";
import { guessFewLevels, withSuggestions } from "./fewLevels.js";
import { guessNumbers } from "./guessNumbers.js";
import { namesId, saysNothing } from "./hints.js";
import { countDistinct, isScale, maxNumberLevels, type Guess, type JudgedColumn } from "./judged.js";
import { sortBinary, sortLevels } from "./levels.js";
import { suggestNumbers } from "./nearNumbers.js";
import { orderLevels } from "./ordered.js";
import { adviseSpelling } from "./spellings.js";
import { describeCell, percent, quote, suggest } from "./suggest.js";
import { defaultDateFormat, formatDate, hasLeadingZero, parseNumber } from "./values.js";

const maxCategories = 200;
/** Most ordered levels that numbers with signs ("12%", "<5") make. */
const maxSpelledLevels = 30;
const longText = 60;

export function guessAttribute(column: JudgedColumn): Guess {
  const { profile, observed } = column;
  if (observed === 0) {
    return {
      attribute: { role: "ignore", type: "real" },
      reason: "No cell of this column has a value, so it is left out of the model.",
    };
  }
  const { numbers } = profile;
  if (isScale(column, "number") && numbers.min > numbers.max) {
    return {
      attribute: { role: "ignore", type: "real" },
      reason: "No cell of this column holds a usable number, so it is left out of the model.",
    };
  }
  if (isScale(column, "number")) return areCodes(column) ? asCodes(guessTexts(column), column) : guessNumbers(column);
  if (isScale(column, "date")) return guessDates(column);
  const guess = suggestMerging(column, guessTexts);
  const lines = suggestNumbers(column, guess.attribute);
  if (lines.length > 0) return { ...guess, suggestions: lines };
  const spelled = adviseSpelling(column);
  return spelled === null ? guess : withSuggestions(spelled.areLevels ? guess : withoutManyLevels(guess), [spelled.advice]);
}

/** Numbers with signs are no ordered levels where there are many of them. */
function withoutManyLevels(guess: Guess): Guess {
  const { type, levels = [] } = guess.attribute;
  if (type !== "ordinal" || levels.length <= maxSpelledLevels) return guess;
  return {
    attribute: { role: "text", type: "categorical" },
    reason: `${levels.length} different numbers with signs are too many for levels. It is copied through.`,
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
  const resolution = decimals === 0 ? 1 : timeResolution(profile.dateStep);
  const { dateFormat: format = defaultDateFormat(resolution) } = profile;
  const odd = profile.firstNonDate ? ` ${describeCell(profile.firstNonDate, "a date")}` : "";
  const [first, last] = [min, max].map((days) => formatDate(days, resolution));
  return {
    attribute: { role: "attribute", type: "date", resolution, min, max, ...(format === defaultDateFormat(resolution) ? {} : { format }) },
    reason: `Dates from ${first} to ${last}, handled as days since 1970-01-01.${odd}`,
  };
}

/** Whole hours, minutes or seconds, in days, where times of day are multiples of a step in seconds. */
const timeResolution = (step: number): number => 1 / (step % 3600 === 0 ? 24 : step % 60 === 0 ? 1440 : 86_400);

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
  const ordered = said.some(hasLeadingZero) ? null : (orderLevels(said) ?? (areNumbers(said) ? sortLevels(said) : null));
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
