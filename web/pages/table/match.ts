import { matchColumns } from "../../../src/data/cells.js";
import { isMissingText } from "../../../src/schema/missing.js";
import type { Attribute, Conversion } from "../../../src/schema/schema.js";
import type { KnownAttribute, TextTable } from "../../backend/backend.js";

/** A column of a file as the app understands it. */
export interface MatchedColumn {
  readonly name: string;
  /** The model's attribute of that name or alias, or the one that a conversion of units makes of it. */
  readonly attribute?: KnownAttribute;
  /** How the column's numbers become the attribute's, where they have another unit. */
  readonly conversion?: Conversion;
  readonly holes: number;
}

/** A dictionary entry of what the app knows of an attribute. */
export function asAttribute(known: KnownAttribute): Attribute {
  const entry: Omit<KnownAttribute, "score" | "range" | "appliesWhen"> & Partial<KnownAttribute> = { ...known };
  for (const field of ["score", "range", "appliesWhen"] as const) delete entry[field];
  return { ...entry, role: "attribute" };
}

/** @param file the file's name: a conversion may be for one source alone */
export function matchTable({ columns, rows }: TextTable, attributes: readonly KnownAttribute[], file = ""): MatchedColumn[] {
  const found = matchColumns({ version: 1, attributes: attributes.map(asAttribute) }, columns, file);
  const placeOf = new Map(found.flatMap(({ at }, k) => (at < 0 ? [] : [[at, k] as const])));
  return columns.map((name, c) => {
    const k = placeOf.get(c);
    if (k === undefined) return { name, holes: 0 };
    const { attribute, conversion } = found[k];
    return { name, attribute: attributes[k], ...(conversion ? { conversion } : {}), holes: rows.reduce((sum, row) => sum + (isMissingText(row[c], attribute) ? 1 : 0), 0) };
  });
}

/** Whether a cell of a column is a hole, as the completion sees it. */
export const isHole = (cell: string, { attribute }: Pick<MatchedColumn, "attribute">): boolean => attribute !== undefined && isMissingText(cell, attribute);

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
export function previewCells(table: TextTable, matched: readonly MatchedColumn[], completed: TextTable, rows: number): CompletedCell[][] {
  const at = new Map(completed.columns.map((name, c) => [name, c]));
  return completed.rows.slice(0, rows).map((row, r) =>
    table.columns.map((_, c) => {
      const filled = isFilled(table, matched, completed, r, c);
      // Columns that are added bear the attribute's name, whatever the file calls it.
      const added = (suffix: string): string => row[at.get(`${matched[c].attribute?.name}_${suffix}`) ?? -1] ?? "";
      const interval = added("low") === "" ? undefined : ([added("low"), added("high")] as const);
      return { text: row[c], filled, ...(filled && interval ? { interval } : {}), ...(filled && added("probability") !== "" ? { probability: added("probability") } : {}) };
    }),
  );
}

const isFilled = (table: TextTable, matched: readonly MatchedColumn[], completed: TextTable, r: number, c: number): boolean =>
  completed.rows[r][c] !== table.rows[r][c] && isHole(table.rows[r][c], matched[c]);

export const countFilled = (table: TextTable, matched: readonly MatchedColumn[], completed: TextTable): number =>
  completed.rows.reduce((sum, _, r) => sum + table.columns.reduce((n, _column, c) => n + (isFilled(table, matched, completed, r, c) ? 1 : 0), 0), 0);
