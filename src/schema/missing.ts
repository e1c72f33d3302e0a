import { isNumeric, type Attribute } from "./schema.js";
import { parseNumber } from "./values.js";

/** Cell texts that mean "missing" in every table: an empty cell, R's NA and SAS's point. */
export const missingTexts: ReadonlySet<string> = new Set(["", "NA", "."]);

/**
 * Spellings of "not a number" or "no value" that programs write. They count as missing unless the attribute lists them as
 * a level, since a few are also answers ("None" on a scale of complaints).
 */
export const missingWords: ReadonlySet<string> = new Set([
  "NaN",
  "nan",
  "NAN",
  "-NaN",
  "-nan",
  "N/A",
  "n/a",
  "#N/A",
  "<NA>",
  "<na>",
  "null",
  "NULL",
  "Null",
  "None",
  "none",
  "NONE",
]);

/** The missing words that are taken as an answer when a column of texts contains them; the other words never are. */
export const answerWords: ReadonlySet<string> = new Set(["None", "none", "NONE"]);

/**
 * Numbers that questionnaires customarily use for "refused", "don't know" and the like. They are only ever suggested as
 * missing, and only where they stand apart from a column's other numbers.
 */
export const missingCodes: ReadonlySet<number> = new Set([
  7, 9, 77, 99, 777, 999, 7777, 9999, 77777, 99999, 777777, 999999, -1, -7, -8, -9, -77, -88, -99, -777, -888, -999, -7777, -8888,
  -9999, -99999,
]);

/** What decides whether a text is a hole. */
export type MissingRule = Pick<Attribute, "levels" | "missing"> & Partial<Pick<Attribute, "type" | "role">>;

/**
 * Whether a cell is a hole of this attribute. In this order:
 * 1. texts listed under `missing` are holes; codes that are numbers match by value, so 7777 also names the cell 7777.0;
 * 2. an empty cell (or only spaces) is a hole;
 * 3. texts listed under `levels` are values, even NA, "." or None: what a person wrote wins;
 * 4. NA and "." are holes;
 * 5. NaN, N/A, null, None and their like are holes where the attribute is a number or has levels, so not in free text.
 */
export function isMissingText(text: string, attribute: MissingRule): boolean {
  const { levels, role, type } = attribute;
  const t = needsTrim(text) ? text.trim() : text;
  if (isDeclaredMissing(text, attribute)) return true;
  if (t === "") return true;
  const always = missingTexts.has(t);
  if (!always && !missingWords.has(t)) return false;
  if (levels?.includes(text)) return false;
  if (always) return true;
  if (role !== undefined && role !== "attribute") return false;
  return levels !== undefined || (type !== undefined && isNumeric(type));
}

/** Whether a text is listed under `missing`; codes that are numbers match by value. */
export function isDeclaredMissing(text: string, { missing }: MissingRule): boolean {
  if (missing === undefined) return false;
  const t = needsTrim(text) ? text.trim() : text;
  return missing.some((code) => code === text || code === t || sameNumber(code, t));
}

/** Whether two texts spell the same number: "1" and "1.0", but not "1" and "one". */
export function sameNumber(a: string, b: string): boolean {
  const x = parseNumber(a);
  return x !== null && x === parseNumber(b);
}

const needsTrim = (text: string): boolean => text.charCodeAt(0) <= 32 || text.charCodeAt(text.length - 1) <= 32;
