import { parseNumber } from "../schema/values.js";
import type { TextRow } from "../data/table.js";

/** A table of text cells held whole. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly TextRow[];
}

/** Which cells were hidden: one array per row, 1 where the cell was hidden, 0 elsewhere. */
export type Mask = readonly Uint8Array[];

/** A column is numeric when all its values are numbers and more than this many of them differ. */
const mostLevels = 10;

/** Whether a cell counts as a hole in an evaluation: only the empty text and NA do, whatever a dictionary says. */
export const isHole = (text: string): boolean => text === "" || text === "NA";

/** The number that a cell spells, NaN if it spells none or an infinite one. */
export function numberOf(text: string): number {
  const value = parseNumber(text);
  return value !== null && Number.isFinite(value) ? value : NaN;
}

/**
 * The numbers of a column's values (holes left out), or null if the column has levels instead: this rule knows no dictionary,
 * so that every method, whatever it takes a column for, is scored alike.
 */
export function numericValues(cells: readonly string[]): number[] | null {
  const values = cells.filter((text) => !isHole(text)).map(numberOf);
  return !values.some(Number.isNaN) && new Set(values).size > mostLevels ? values : null;
}

/** Mean and standard deviation (divided by n) of a list; the standard deviation is 1 if the values don't differ. */
export function moments(values: readonly number[]): { mean: number; sd: number } {
  const mean = average(values);
  return { mean, sd: Math.sqrt(average(values.map((x) => (x - mean) ** 2))) || 1 };
}

/** NaN for an empty list. */
export const average = (values: readonly number[]): number => (values.length ? values.reduce((sum, x) => sum + x, 0) / values.length : NaN);
