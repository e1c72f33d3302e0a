/** Columns of numbers or dates in spellings that are not read as such, and what a person can do about them. */
import { maxNumberLevels, minNumberShare, type JudgedColumn } from "./judged.js";
import type { ValueCount } from "./profile.js";
import { quote } from "./suggest.js";

interface Spelling {
  /** Whether plain numbers, or dates that are read, may stand beside such texts. */
  readonly besideNumbers: boolean;
  readonly besideDates?: boolean;
  /** Whether the texts are good levels as they are, however many. */
  readonly areLevels?: boolean;
  readonly pattern: RegExp;
  /** What to do, given one such text in quotation marks. */
  advice(example: string): string;
}

const spellings: readonly Spelling[] = [
  {
    besideNumbers: true,
    pattern: /^[<>≤≥]=?\s*\d+([.,]\d+)?$/,
    advice: (example) => `values such as ${example} are limits and no numbers: write a number in their place in the table, such as half of a lower limit`,
  },
  {
    besideNumbers: true,
    pattern: /^[+-]?\d+([.,]\d+)?\s*[%％]$/,
    advice: (example) => `values such as ${example} are not read as numbers: take the % out of the table, and write unit: "%" in the dictionary`,
  },
  {
    besideNumbers: true,
    pattern: /^[+-]?([$€£¥₹]\s*\d[\d.,'’\s]*|\d[\d.,'’\s]*([$€£¥₹]|円))$/,
    advice: (example) => `values such as ${example} are not read as numbers: take the currency's sign and separators of thousands out of the table`,
  },
  {
    besideNumbers: true,
    areLevels: true,
    pattern: /^[+-]?\d+([.,]\d+)?\s*(mm|cm|m|kg|g|mg|lbs?|in|ft|mmhg|bpm|kcal|mmol\/l|mg\/dl|g\/dl|years?|yrs?|months?|weeks?|days?|hours?|h|min|°c|℃|歳|才|年|回|日)$/i,
    advice: (example) => `values such as ${example} are not read as numbers: take the unit out of the table, and write it as unit in the dictionary`,
  },
  {
    besideNumbers: false,
    pattern: /^[+-]?[1-9]\d{0,2},\d{3}$/,
    advice: (example) => `${example} may have a decimal comma or separate thousands: write role: attribute, type: real and decimal: "," in the dictionary (and no levels), or take the commas out of the table`,
  },
  {
    besideNumbers: true,
    pattern: /^[+-]?[1-9]\d{0,2}([,.\s'’]\d{3})+$/,
    advice: (example) => `values such as ${example} seem to separate thousands: take the separators out of the table`,
  },
  {
    besideNumbers: true,
    pattern: /^[+-]?\d+,\d+$/,
    advice: (example) => `values such as ${example} have a comma, but not all others are numbers with a comma: write the numbers of the table in one way`,
  },
  {
    besideNumbers: true,
    pattern: /^[−–]\s*\d+([.,]\d+)?$/,
    advice: (example) => `values such as ${example} have a dash or a typographic minus before them: write - in its place in the table`,
  },
  {
    besideNumbers: true,
    pattern: /^[+＋\-－]?[０-９]+([.．][０-９]+)?$/,
    advice: (example) => `values such as ${example} have full-width digits: write plain ones in the table`,
  },
  {
    besideNumbers: false,
    areLevels: true,
    pattern: /^\d{2,3}\s*\/\s*\d{2,3}$/,
    advice: (example) => `values such as ${example} hold two numbers: make two columns of them in the table`,
  },
  {
    besideNumbers: false,
    areLevels: true,
    pattern: /^\d{1,2}:\d{2}(:\d{2})?$/,
    advice: (example) => `values such as ${example} are times and not read as numbers: write them in one unit in the table, such as 7.5 hours for 7:30`,
  },
  {
    besideNumbers: false,
    besideDates: true,
    pattern: /^\d{1,2}([./-])\d{1,2}\1(\d{4}|\d{2})$/,
    advice: (example) => `values such as ${example} are not read as dates: write them as YYYY-MM-DD in the table`,
  },
];

/** What to do about a column of texts that are mostly numbers or dates in another spelling; null for other columns. */
export function adviseSpelling(column: JudgedColumn): { readonly advice: string; readonly areLevels: boolean } | null {
  const { values } = column;
  if (column.distinct <= maxNumberLevels) return null;
  const total = countCells(values);
  const cells = (wanted: ValueCount["kind"]): number => countCells(values.filter(({ kind }) => kind === wanted));
  for (const { pattern, besideNumbers, besideDates, areLevels = false, advice } of spellings) {
    const beside = (besideNumbers ? cells("number") : 0) + (besideDates ? cells("date") : 0);
    const spelled = values.filter(({ text, kind }) => kind !== "number" && pattern.test(text.trim()));
    if (spelled.length > 0 && countCells(spelled) + beside >= minNumberShare * total) return { advice: advice(quote(spelled[0].text)), areLevels };
  }
  return null;
}

const countCells = (values: readonly ValueCount[]): number => values.reduce((sum, { count }) => sum + count, 0);
