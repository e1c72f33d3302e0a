/** A column while it is being judged: which of its texts are holes and which are answers. */
import { withDecimalCommas } from "./commas.js";
import { saysNothing } from "./hints.js";
import { answerWords } from "./missing.js";
import type { ColumnProfile, ValueCount } from "./profile.js";
import type { Attribute } from "./schema.js";

/** Numbers with more different values than this lie on a scale, others have levels. */
export const maxNumberLevels = 10;
/** Share of cells that must be numbers (or dates) before the others count as slips. */
const minScaleShare = 0.95;
/** Share of cells that must be numbers where the others are a few texts, which may stand for "no value". */
export const minNumberShare = 0.8;
/** Different well-known words for "no value" in a column of numbers. */
const maxHoleWords = 5;

/** A profile with its words counted as holes or as answers. */
export interface JudgedColumn {
  profile: ColumnProfile;
  values: readonly ValueCount[];
  missing: number;
  observed: number;
  distinct: number;
  /** Well-known words for "no value" among numbers: they count as missing, and the dictionary lists them. */
  holes: readonly string[];
  /** The decimal sign of its numbers, where it is a comma. */
  decimal?: ",";
  /** The file stores the column as text. */
  nativeText: boolean;
}

export interface Guess {
  attribute: Omit<Attribute, "name">;
  reason: string;
  suggestions?: string[];
}

/** Whether a column lies on a scale of numbers or dates. */
export function isScale(column: JudgedColumn, kind: "number" | "date"): boolean {
  const { cells } = kind === "number" ? column.profile.numbers : column.profile.dates;
  return cells === column.observed || (cells >= minScaleShare * column.observed && countDistinct(column, kind) > maxNumberLevels);
}

/** Different numbers (or dates) in a column; spellings of one number (1 and 1.0) count once. */
export const countDistinct = ({ values, profile }: Pick<JudgedColumn, "values" | "profile">, kind: ValueCount["kind"]): number =>
  new Set(values.filter((value) => value.kind === kind && value.value !== null).map((value) => value.value)).size * profile.scale;

/** Reads a column's numbers with decimal commas where they can be nothing else, and its words as holes or answers. */
export function readColumn(profile: ColumnProfile, nativeType: string | undefined): JudgedColumn {
  const commas = withDecimalCommas(profile);
  if (commas) {
    const column = readWords(commas);
    if (isScale(column, "number") && countDistinct(column, "number") > maxNumberLevels) return { ...column, decimal: "," };
  }
  return { ...readWords(profile), nativeText: nativeType !== undefined && /char|text|string|utf8/i.test(nativeType) };
}

/**
 * Decides which words are holes. NaN, None and their like are beside numbers and dates, while beside texts None is an answer;
 * "-", "unknown", "#VALUE!" and their like are where all other cells are numbers on a scale.
 */
function readWords(profile: ColumnProfile): JudgedColumn {
  const holes = holeWords(profile);
  const holeCells = holes.length > 0 ? profile.observed - profile.numbers.cells : 0;
  const onScale = Math.max(profile.numbers.cells, profile.dates.cells) >= minScaleShare * (profile.observed - holeCells);
  const answers = onScale ? [] : [...profile.words].filter(([word]) => answerWords.has(word));
  const values: ValueCount[] = answers.map(([text, count]) => ({ text, count, value: null, kind: "text" }));
  const words = [...profile.words.values()].reduce((sum, count) => sum + count, 0);
  const answered = values.reduce((sum, value) => sum + value.count, 0);
  return {
    profile,
    values: [...profile.values.filter(({ text }) => !holes.includes(text)), ...values],
    missing: profile.missing + words - answered + holeCells,
    observed: profile.observed + answered - holeCells,
    distinct: profile.distinct + values.length - holes.length,
    holes,
    nativeText: false,
  };
}

/** The texts of a column of numbers that are none, if there are few and all of them are well-known words for "no value". */
function holeWords(profile: ColumnProfile): readonly string[] {
  const { oddTexts, numbers, commas, observed, values } = profile;
  const onScale = commas.cells === 0 && numbers.cells >= minNumberShare * observed && countDistinct({ values, profile }, "number") > maxNumberLevels;
  return onScale && oddTexts.length <= maxHoleWords && oddTexts.every(saysNothing) ? oddTexts : [];
}
