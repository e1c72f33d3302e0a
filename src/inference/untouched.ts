import type { TextRow } from "../data/table.js";
import { isMissingText } from "../schema/missing.js";
import type { Schema } from "../schema/schema.js";

/** A column that is copied as it stands. */
export interface UntouchedColumn {
  readonly name: string;
  /** Cells of it that are empty, and stay so. */
  readonly holes: number;
}

/** Counts the holes of columns that are not filled. */
export interface Untouched {
  add(rows: readonly TextRow[]): void;
  /** In the order of the table. */
  report(): UntouchedColumn[];
}

/** @param places of the columns that are not filled */
export function countUntouched(schema: Schema, columns: readonly string[], places: readonly number[]): Untouched {
  const rules = places.map((at) => schema.attributes.find(({ name, aliases = [] }) => name === columns[at] || aliases.includes(columns[at])) ?? {});
  const holes = places.map(() => 0);
  return {
    add: (rows) => {
      for (const row of rows) places.forEach((at, k) => (holes[k] += isMissingText(row[at], rules[k]) ? 1 : 0));
    },
    report: () => places.map((at, k) => ({ name: columns[at], holes: holes[k] })),
  };
}
