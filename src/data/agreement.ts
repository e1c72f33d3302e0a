/** Whether numbers agree with what the dictionary says of others: that they follow from them (`equals`), or are less (`less_than`). */
import type { Derived } from "../schema/derived.js";
import type { Less } from "../schema/less.js";
import type { Cells } from "./cells.js";

export interface DerivedReport {
  readonly name: string;
  /** The expression as the dictionary has it. */
  readonly text: string;
  /** Rows that have the number and all that it follows from. */
  readonly compared: number;
  /** How many of them disagree, and the place of the first such row, from 0; -1 for none. */
  readonly disagree: number;
  readonly first: number;
  /** What stands in that row, and what follows. */
  readonly stands: number;
  readonly followsAs: number;
}

/** Parts of more than this many are taken as they stand, without their rounding. */
const mostRounded = 6;

/**
 * Compares each derived number with what follows from its parts. Both are rounded: a number agrees if some values that
 * round to its parts lead to it.
 */
export function derivedReport(cells: Cells, derived: readonly Derived[]): DerivedReport[] {
  return derived.map((entry) => {
    const { attribute, parts, text } = entry;
    let compared = 0;
    let disagree = 0;
    let first = -1;
    const row = new Float64Array(cells.attributes.length);
    for (let i = 0; i < cells.rows; i++) {
      const stands = cells.values[attribute][i];
      for (const part of parts) row[part] = cells.values[part][i];
      if (Number.isNaN(stands) || Number.isNaN(entry.value(row))) continue;
      compared++;
      const [low, high] = range(cells, entry, row);
      const step = cells.attributes[attribute].resolution ?? 1e-6 * Math.abs(stands);
      if (stands >= low - step * 1.001 && stands <= high + step * 1.001) continue;
      disagree++;
      if (first < 0) first = i;
    }
    for (const part of parts) row[part] = cells.values[part][Math.max(0, first)] ?? NaN;
    return { name: cells.attributes[attribute].name, text, compared, disagree, first, stands: first < 0 ? NaN : cells.values[attribute][first], followsAs: first < 0 ? NaN : entry.value(row) };
  });
}

/** Least and greatest result over the corners of what rounds to the parts. */
function range({ attributes }: Cells, { parts, value }: Derived, row: Float64Array): [number, number] {
  const given = parts.map((part) => row[part]);
  const corners = parts.length > mostRounded ? 1 : 2 ** parts.length;
  let [low, high] = [Infinity, -Infinity];
  for (let corner = 0; corner < corners; corner++) {
    parts.forEach((part, k) => {
      const half = corners === 1 ? 0 : (attributes[part].resolution ?? 0) / 2;
      row[part] = given[k] + ((corner >> k) & 1 ? half : -half);
    });
    const result = value(row);
    if (Number.isNaN(result)) continue;
    low = Math.min(low, result);
    high = Math.max(high, result);
  }
  parts.forEach((part, k) => (row[part] = given[k]));
  return [low, high];
}

/** What a person should know of rows that disagree, one sentence per attribute. */
export const derivedNotes = (reports: readonly DerivedReport[]): string[] =>
  reports.flatMap(({ name, text, compared, disagree, first, stands, followsAs }) =>
    disagree === 0
      ? []
      : [`${disagree === 1 ? "One" : disagree} of ${compared} rows ${disagree === 1 ? "disagrees" : "disagree"} with ${name} = ${text} (the first is row ${first + 1}, with ${stands} where ${followsAs} follows).`],
  );

export interface LessReport {
  readonly name: string;
  /** The attribute that is larger by the dictionary. */
  readonly than: string;
  /** Rows that have both. */
  readonly compared: number;
  /** How many of them are not less, and the place of the first such row, from 0; -1 for none. */
  readonly disagree: number;
  readonly first: number;
}

/** Compares each number with the one that it is less than by the dictionary. */
export const lessReport = ({ attributes, values, rows }: Cells, less: readonly Less[]): LessReport[] =>
  less.map(({ small, large }) => {
    let [compared, disagree, first] = [0, 0, -1];
    for (let i = 0; i < rows; i++) {
      const [a, b] = [values[small][i], values[large][i]];
      if (Number.isNaN(a) || Number.isNaN(b)) continue;
      compared++;
      if (a < b) continue;
      disagree++;
      if (first < 0) first = i;
    }
    return { name: attributes[small].name, than: attributes[large].name, compared, disagree, first };
  });

/** What a person should know of rows in which a number is not less, one sentence per attribute. */
export const lessNotes = (reports: readonly LessReport[]): string[] =>
  reports.flatMap(({ name, than, compared, disagree, first }) =>
    disagree === 0
      ? []
      : [`In ${disagree} of ${compared} rows ${name} is not less than ${than}, as less_than says of everybody (the first is row ${first + 1}); the rule or the cells are wrong.`],
  );
