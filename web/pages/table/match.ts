import type { KnownAttribute, TextTable } from "../../backend/backend.js";

/** Cells that hold nothing, in every table. */
const missing = new Set(["", "NA", ".", "NaN", "nan", "N/A", "n/a", "null", "NULL"]);
export const isHole = (cell: string): boolean => missing.has(cell.trim());

/** A column of a file as the app understands it. */
export interface MatchedColumn {
  readonly name: string;
  /** The model's attribute of that name or alias. */
  readonly attribute?: KnownAttribute;
  readonly holes: number;
}

export function matchTable({ columns, rows }: TextTable, attributes: readonly KnownAttribute[]): MatchedColumn[] {
  const byName = new Map(attributes.flatMap((attribute) => [...(attribute.aliases ?? []), attribute.name].map((name) => [name, attribute] as const)));
  return columns.map((name, c) => ({ name, attribute: byName.get(name), holes: rows.reduce((sum, row) => sum + (isHole(row[c]) ? 1 : 0), 0) }));
}

/** A cell of a completed table: what it holds, and for filled cells how sure it is. */
export interface CompletedCell {
  readonly text: string;
  readonly filled: boolean;
  /** Numbers and ordered levels. */
  readonly interval?: readonly [low: string, high: string];
  /** Levels without an order. */
  readonly probability?: string;
}

/** The first rows of a completed table, beside the table that it came from. */
export function previewCells(table: TextTable, completed: TextTable, rows: number): CompletedCell[][] {
  const at = new Map(completed.columns.map((name, c) => [name, c]));
  return completed.rows.slice(0, rows).map((row, r) =>
    table.columns.map((name, c) => {
      const filled = isHole(table.rows[r][c]) && row[c] !== table.rows[r][c];
      const added = (suffix: string): string => row[at.get(`${name}_${suffix}`) ?? -1] ?? "";
      const interval = added("low") === "" ? undefined : ([added("low"), added("high")] as const);
      return { text: row[c], filled, ...(filled && interval ? { interval } : {}), ...(filled && added("probability") !== "" ? { probability: added("probability") } : {}) };
    }),
  );
}

export const countFilled = (table: TextTable, completed: TextTable): number =>
  completed.rows.reduce((sum, row, r) => sum + table.columns.reduce((n, _, c) => n + (isHole(table.rows[r][c]) && row[c] !== table.rows[r][c] ? 1 : 0), 0), 0);
