import type { Attribute } from "./schema.js";
import { parseNumber } from "./values.js";

/** Words that name the absence of something; they come first among two levels. */
const absenceWords = new Set(["false", "no", "n", "0", "absent", "negative", "neg", "never", "none", "off", "without"]);

/** Whether a level says itself that something is absent: "no", "Not pregnant", "none of these". */
export const saysAbsence = (level: string): boolean => {
  const [first] = level.trim().toLowerCase().split(/[\s,;:.]+/);
  return absenceWords.has(first) || first === "not";
};

/**
 * Compares texts as a reader would sort them: runs of digits by value ("grade 2" before "grade 10"), the rest by code unit,
 * so that the order is the same on every machine.
 */
export function compareNatural(a: string, b: string): number {
  const x = a.match(/\d+|\D+/g) ?? [];
  const y = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    if (x[i] === y[i]) continue;
    const byValue = Number(x[i]) - Number(y[i]);
    if (byValue !== 0 && !Number.isNaN(byValue)) return byValue;
    return x[i] < y[i] ? -1 : 1;
  }
  return x.length - y.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** Levels in their natural order: numbers ascending, else texts as a reader would sort them. */
export function sortLevels(levels: readonly string[]): string[] {
  const numbers = levels.map(parseNumber);
  if (numbers.every((n) => n !== null))
    return [...levels].sort((a, b) => parseNumber(a)! - parseNumber(b)! || compareNatural(a, b));
  return [...levels].sort(compareNatural);
}

/** The order of two levels: numbers ascending; no, false, never, absent first; else sorted. */
export function sortBinary(levels: readonly string[]): string[] {
  const absent = (level: string): number => (absenceWords.has(level.trim().toLowerCase()) ? 0 : 1);
  const sorted = sortLevels(levels);
  return sorted.every((level) => parseNumber(level) !== null) ? sorted : sorted.sort((a, b) => absent(a) - absent(b));
}

/** What spellings of one text share: case, blanks at its ends and in a row, and the form of its characters (Ａ, A) aside. */
export const foldSpelling = (text: string): string => text.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();

/**
 * A function from a cell text to the place of its level, or -1 for a text that is no level. A text that is not spelled like
 * any level gets the place of one that is the same number (1.0 for level 1, as other programs write it), or else of the only
 * one that it is another spelling of ("male " for level Male).
 */
export function levelIndex(attribute: Pick<Attribute, "levels">): (text: string) => number {
  const levels = attribute.levels ?? [];
  const byText = new Map(levels.map((level, i) => [level, i]));
  const byNumber = new Map<number, number>();
  const bySpelling = new Map<string, number>();
  levels.forEach((level, i) => {
    const value = parseNumber(level);
    if (value !== null && !byNumber.has(value)) byNumber.set(value, i);
    const spelling = foldSpelling(level);
    bySpelling.set(spelling, bySpelling.has(spelling) ? -1 : i);
  });
  return (text) => {
    const exact = byText.get(text) ?? byText.get(text.trim());
    if (exact !== undefined) return exact;
    const value = byNumber.size > 0 ? parseNumber(text) : null;
    return (value === null ? undefined : byNumber.get(value)) ?? bySpelling.get(foldSpelling(text)) ?? -1;
  };
}
