import { saysNothing, namesSurveyWeight } from "../../../schema/hints.js";
import type { KnownColumn } from "../../../schema/known.js";
import { parseNumber } from "../../../schema/values.js";
import type { CodebookValue, CodebookVariable } from "./codebook.js";
import { unitOf } from "./units.js";

/** How a file's column becomes a column of the table. */
export interface ColumnMeaning {
  readonly known: KnownColumn;
  /** Text of a code's level, for columns of codes: "1" is "Male". Codes that are not listed stay. */
  readonly texts?: ReadonlyMap<string, string>;
}

/** The column that names a person in all files. */
export const personColumn = "SEQN";

/**
 * What a codebook says of a column. Three kinds:
 * - numbers, where the codebook gives a range: codes without an answer ("Refused") are missing, and so are codes that are
 *   no numbers of the scale (6666, "Less than a week"); a code that stands for its own number ("80 years and over") stays;
 * - codes: cells become the texts of the codebook, and texts without an answer are missing;
 * - without values in the codebook: cells stay and are judged by themselves.
 * @param label the column's label in the file
 */
export function meaningOf(column: string, label: string | undefined, variable: CodebookVariable | undefined): ColumnMeaning {
  const said = label || variable?.label || undefined;
  const facts = { ...(said === undefined ? {} : { label: said }), ...roleOf(column, said ?? "") };
  const values = (variable?.values ?? []).filter(({ code }) => !isEmptyCode(code));
  const answers = values.filter(({ description }) => !isNoAnswer(description));
  const unit = unitOf(said ?? "") ?? unitOf(variable?.label ?? "");
  const range = values.map(({ code, description }) => rangeOf(code, description)).find((one) => one !== undefined);
  const inWords = answers.filter(({ code, description }) => parseNumber(description) !== parseNumber(code));
  if (facts.role === "key" || values.length === 0) return { known: { ...facts, ...(unit ? { unit } : {}) } };
  if (range || (answers.length > 1 && inWords.length < answers.length / 2)) {
    return { known: { ...facts, ...(unit ? { unit } : {}), ...numberFacts(values, range ?? spanOf(answers)) } };
  }
  return codesMeaning(facts, values, answers);
}

/** SEQN, sampling weights and the design's strata are no attributes of a person. */
function roleOf(column: string, label: string): Pick<KnownColumn, "role" | "reason"> {
  if (column === personColumn) return { role: "key", reason: "It names the person in all files of NHANES." };
  if (/^SDMV(PSU|STRA)$/.test(column)) return { role: "ignore", reason: "It belongs to the survey's design." };
  if (namesSurveyWeight(column) || (/^WT/.test(column) && /\bweight/i.test(label))) return { role: "weight", reason: "It is a sampling weight." };
  return {};
}

/** Codes of empty cells: "." of numbers, "< blank >" of texts. */
const isEmptyCode = (code: string): boolean => code === "." || code === "" || /^<?\s*blank\s*>?$/i.test(code);

const noAnswer =
  /^(?:(?:sp|participant|respondent) )?(?:refused|refusal|don['’]?t know|unknown|missing|not (?:done|obtained|tested|recorded|available|assessed|ascertained|determined|reported|asked)|(?:could|can) ?not (?:be )?(?:obtain|determin|assess|ascertain|read)\w*|unable to (?:obtain|determine|assess|read)|no (?:lab(?:oratory)? )?(?:results?|specimen|response|answer|data)$|blank but applicable|calculation cannot be determined)(?![\w-])/i;

/** Whether a description means that there is no answer: "Refused", "Don't know", "Could not obtain". */
export const isNoAnswer = (description: string): boolean => saysNothing(description) || noAnswer.test(description);

interface Span {
  readonly low: number;
  readonly high: number;
}

function rangeOf(code: string, description: string): Span | undefined {
  const ends = /^(-?[\d.,]+)\s+to\s+(-?[\d.,]+)$/i.exec(code)?.slice(1).map((text) => Number(text.replaceAll(",", "")));
  if (ends) return { low: ends[0], high: ends[1] };
  const only = /^range of values$/i.test(description) ? parseNumber(code) : null;
  return only === null ? undefined : { low: only, high: only };
}

function spanOf(values: readonly CodebookValue[]): Span {
  const numbers = values.map(({ code }) => parseNumber(code)).filter((value) => value !== null);
  return { low: Math.min(...numbers), high: Math.max(...numbers) };
}

function numberFacts(values: readonly CodebookValue[], span: Span): Pick<KnownColumn, "missing" | "reason"> {
  const coded = values.filter(({ code, description }) => rangeOf(code, description) === undefined);
  const silent = coded.filter(({ description }) => isNoAnswer(description));
  const strange = coded.filter((value) => !silent.includes(value) && !isOnScale(value, span));
  const missing = [...silent, ...strange].map(({ code }) => code);
  if (missing.length === 0) return {};
  const words = [...silent, ...strange].map(({ code, description }) => `${code} (${clean(description)})`);
  return { missing, reason: `By the codebook, ${words.join(", ")} ${words.length === 1 ? "counts" : "count"} as missing.` };
}

/** A code that is a number of the scale: it says so ("80 years of age and over"), or it lies within the range or next to it. */
function isOnScale({ code, description }: CodebookValue, { low, high }: Span): boolean {
  const value = parseNumber(code);
  if (value === null) return false;
  if (value === 0 && /^(?:none|never|no|zero|did not)\b/i.test(description)) return true;
  const spoken = description.replace(/(\d),(?=\d{3}\b)/g, "$1").match(/\d+(?:\.\d+)?/g) ?? [];
  const margin = (share: number): number => Math.max(1, share * (high - low));
  return spoken.some((text) => Number(text) === value) || (value >= low - margin(0.1) && value <= high + margin(0.25));
}

/** Answers are printed as parts of the question: "Excellent,", "Fair, or", "Poor?". */
const clean = (description: string): string => description.replace(/(?:,\s*or|[\s,;:?.])+$/i, "");

function codesMeaning(facts: KnownColumn, values: readonly CodebookValue[], answers: readonly CodebookValue[]): ColumnMeaning {
  const texts = new Map<string, string>();
  const used = new Set<string>();
  for (const { code, description } of values) {
    const text = clean(description) || code;
    // Two codes with one text stay two levels.
    const own = used.has(text) ? `${text} (${code})` : text;
    used.add(own);
    // A number's cell is written in its shortest form; "01" in the codebook is the cell "1", or "01" in a column of texts.
    for (const key of [code, String(parseNumber(code) ?? code)]) if (!texts.has(key)) texts.set(key, own);
  }
  const textsOf = (list: readonly CodebookValue[]): string[] => [...new Set(list.map(({ code }) => texts.get(code)!))];
  const missing = textsOf(values.filter((value) => !answers.includes(value)));
  const levels = textsOf(answers);
  const ordered = levels.length > 2 && ((/\beducation level\b/i.test(facts.label ?? "") && inSequence(answers)) || numbersRise(levels));
  return {
    known: { ...facts, levels, ...(ordered ? { ordered } : {}), ...(missing.length > 0 ? { missing } : {}), reason: facts.reason ?? "Levels and their texts are the codebook's." },
    texts,
  };
}

/** Whether codes count up by one: a code apart (55, "Less than 5th grade") has no place in their order. */
const inSequence = (values: readonly CodebookValue[]): boolean => values.every(({ code }, k) => k === 0 || Number(code) === Number(values[k - 1].code) + 1);

/** Whether each text's first number is above the one before: "Less than 1 year", "1 yr., less than 5 yrs.", "5 years or more". */
function numbersRise(texts: readonly string[]): boolean {
  const numbers = texts.map((text) => {
    const found = /\d+(?:\.\d+)?/.exec(text.replace(/(\d),(?=\d{3}\b)/g, "$1"))?.[0];
    if (found === undefined) return NaN;
    return Number(found) - (/^(?:less|under|below|fewer|<)/i.test(text) ? 0.5 : 0);
  });
  return numbers.every((value, k) => !Number.isNaN(value) && (k === 0 || value > numbers[k - 1]));
}
