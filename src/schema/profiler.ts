import { createRng, hashText } from "../base/random.js";
import { checkNames } from "./columnNames.js";
import { isDeclaredMissing, missingCodes, missingTexts, missingWords, type MissingRule } from "./missing.js";
import type { CellNote, ColumnProfile, ValueCount } from "./profile.js";
import { closeScale, greatestDivisor, newScale, widen, type Scale } from "./scale.js";
import { dateFormatOf, largestNumber, parseDate, parseDecimal, parseNumber } from "./values.js";

/** Watches the rows of a table go by, once, and keeps a bounded summary of every column. */
export interface Profiler {
  /** Takes the next rows in file order; cells beyond the columns are ignored, absent cells count as empty. */
  add(rows: readonly (readonly string[])[]): void;
  /** The profiles of what was added so far. */
  finish(): ColumnProfile[];
}

export interface ProfilerOptions {
  /** Different texts kept per column. Default 2,000. */
  maxDistinct?: number;
  /** Rows kept for relations between columns. Default 2,000. */
  sampleRows?: number;
  /** Seed of the row sample. Default 1. */
  seed?: number;
  /** Texts of each column that are known to mean "missing". */
  missing?: readonly (readonly string[] | undefined)[];
}

/** Texts that are no numbers kept per column, to tell a few words in a column of numbers from many. */
const maxOddTexts = 20;

/** A number with a comma, and one whose comma may also separate thousands. */
const withComma = /^[+-]?\d+,\d+$/;
const perhapsThousands = /^[+-]?[1-9]\d{0,2},\d{3}$/;

const secondsPerDay = 86_400;

interface Entry {
  count: number;
  readonly value: number | null;
  readonly kind: ValueCount["kind"];
}

interface Column {
  missing: number;
  words: Map<string, number>;
  observed: number;
  totalLength: number;
  values: Map<string, Entry>;
  /** Texts are kept while the lowest `level` bits of their hash are zero. */
  level: number;
  numbers: Scale;
  commas: Scale;
  hasPoint: boolean;
  hasDecimalComma: boolean;
  dates: Scale;
  /** Different texts by their spelling. */
  dateFormats: Map<string, number>;
  /** Greatest common divisor of the seconds of the day. */
  dateStep: number;
  firstNonNumeric?: CellNote;
  firstNonDate?: CellNote;
  firstExtreme?: CellNote;
  oddTexts: Set<string>;
  codeTexts: Set<string>;
  restMin: number;
  restMax: number;
  /** Texts that are known to mean "missing"; undefined where none are. */
  readonly declared: MissingRule | undefined;
}

const newColumn = (declared: MissingRule | undefined): Column => ({
  missing: 0,
  words: new Map(),
  observed: 0,
  totalLength: 0,
  values: new Map(),
  level: 0,
  numbers: newScale(),
  commas: newScale(),
  hasPoint: false,
  hasDecimalComma: false,
  dates: newScale(),
  dateFormats: new Map(),
  dateStep: secondsPerDay,
  oddTexts: new Set(),
  codeTexts: new Set(),
  restMin: Infinity,
  restMax: -Infinity,
  declared,
});

/**
 * A profiler for a table with these columns.
 * @throws VhgmError("data") if a column has no name or two have the same.
 */
export function createProfiler(columns: readonly string[], options: ProfilerOptions = {}): Profiler {
  const { maxDistinct = 2000, sampleRows = 2000, seed = 1, missing = [] } = options;
  checkNames(columns);
  const states = columns.map((_, j) => newColumn(missing[j] && missing[j].length > 0 ? { missing: [...missing[j]] } : undefined));
  const rng = createRng(seed);
  const sample: (readonly string[])[] = [];
  let rowCount = 0;

  const add = (rows: readonly (readonly string[])[]): void => {
    // Column by column, so that the values of one column stay in the processor's cache.
    states.forEach((state, j) => {
      for (let i = 0; i < rows.length; i++) addCell(state, rows[i][j] ?? "", rowCount + i + 1, maxDistinct);
    });
    for (const row of rows) {
      rowCount++;
      // Reservoir sampling: every row so far is in the sample with the same probability.
      if (sample.length < sampleRows) sample.push(row);
      else {
        const place = rng.int(rowCount);
        if (place < sampleRows) sample[place] = row;
      }
    }
  };
  const finish = (): ColumnProfile[] =>
    columns.map((name, j) => {
      const cells = sample.map((row) => row[j] ?? "");
      return summarise(name, states[j], rowCount, cells);
    });
  return { add, finish };
}

function addCell(column: Column, text: string, row: number, maxDistinct: number): void {
  if (text === "") {
    column.missing++;
    return;
  }
  let entry = column.values.get(text);
  if (entry === undefined) {
    const trimmed = text.trim();
    if (missingTexts.has(trimmed) || (column.declared && isDeclaredMissing(text, column.declared))) {
      column.missing++;
      return;
    }
    if (missingWords.has(trimmed)) {
      column.words.set(trimmed, (column.words.get(trimmed) ?? 0) + 1);
      return;
    }
    entry = readCell(column, text, row);
    if (isKept(text, column.level)) {
      column.values.set(text, entry);
      if (column.values.size > maxDistinct) thin(column, maxDistinct);
    }
  }
  entry.count++;
  column.observed++;
  column.totalLength += text.length;
  if (entry.kind === "number") column.numbers.cells++;
  else if (entry.kind === "comma") column.commas.cells++;
  else if (entry.kind === "date") column.dates.cells++;
}

/** Reads a text that is not at hand and takes it into the ranges, which do not depend on how often a value occurs. */
function readCell(column: Column, text: string, row: number): Entry {
  const number = parseNumber(text);
  if (number !== null) {
    column.firstNonDate ??= { row, text };
    column.hasPoint ||= text.includes(".");
    if (Math.abs(number) > largestNumber) column.firstExtreme ??= { row, text };
    else {
      widen(column.numbers, number);
      if (missingCodes.has(number)) column.codeTexts.add(text);
      else {
        if (number < column.restMin) column.restMin = number;
        if (number > column.restMax) column.restMax = number;
      }
    }
    return { count: 0, kind: "number", value: Math.abs(number) > largestNumber ? null : number };
  }
  column.firstNonNumeric ??= { row, text };
  if (withComma.test(text.trim())) return readComma(column, text, row);
  if (column.oddTexts.size < maxOddTexts) column.oddTexts.add(text);
  const date = parseDate(text);
  if (date === null) {
    column.firstNonDate ??= { row, text };
    return { count: 0, kind: "text", value: null };
  }
  widen(column.dates, date);
  const format = dateFormatOf(text);
  if (format !== null) column.dateFormats.set(format, (column.dateFormats.get(format) ?? 0) + 1);
  column.dateStep = greatestDivisor(column.dateStep, Math.round((date - Math.floor(date)) * secondsPerDay));
  return { count: 0, kind: "date", value: date };
}

function readComma(column: Column, text: string, row: number): Entry {
  const value = parseDecimal(text, ",")!;
  column.firstNonDate ??= { row, text };
  column.hasDecimalComma ||= !perhapsThousands.test(text.trim());
  widen(column.commas, value);
  return { count: 0, kind: "comma", value };
}

const isKept = (text: string, level: number): boolean => level === 0 || (hashText(text) & (2 ** level - 1)) === 0;

/** Doubles the sampling step until the kept texts fit again. */
function thin(column: Column, maxDistinct: number): void {
  while (column.values.size > maxDistinct) {
    column.level++;
    for (const text of column.values.keys()) if (!isKept(text, column.level)) column.values.delete(text);
  }
}

function summarise(name: string, column: Column, rows: number, sample: string[]): ColumnProfile {
  const { missing, words, observed, totalLength, level, firstNonNumeric, firstNonDate, firstExtreme } = column;
  const values = [...column.values].map(([text, entry]) => ({ text, ...entry }));
  const scale = 2 ** level;
  const unique = observed > 0 && values.every((value) => value.count === 1);
  return {
    name,
    rows,
    missing,
    words: new Map(words),
    observed,
    distinct: unique ? observed : Math.min(values.length * scale, observed),
    values,
    exact: level === 0,
    scale,
    unique,
    numbers: closeScale(column.numbers),
    commas: closeScale(column.commas),
    decimalCommas: column.hasDecimalComma && !column.hasPoint,
    dates: closeScale(column.dates),
    dateFormat: commonest(column.dateFormats),
    dateStep: column.dateStep,
    meanLength: observed > 0 ? totalLength / observed : 0,
    firstNonNumeric,
    firstNonDate,
    firstExtreme,
    oddTexts: [...column.oddTexts],
    codes: { texts: [...column.codeTexts], restMin: column.restMin, restMax: column.restMax },
    sample,
  };
}

/** The commonest format, of those with a time of day if there are any. */
function commonest(formats: ReadonlyMap<string, number>): string | undefined {
  const timed = [...formats].filter(([format]) => format.includes("hh"));
  const [first] = (timed.length > 0 ? timed : [...formats]).sort(([, a], [, b]) => b - a);
  return first?.[0];
}
