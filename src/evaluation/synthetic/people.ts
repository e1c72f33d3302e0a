import { VhgmError } from "../../base/errors.js";
import { createRng, permutation } from "../../base/random.js";
import type { Cells } from "../../data/cells.js";
import { isNumeric, type Attribute } from "../../schema/schema.js";

/** Invented people beside real ones. The attributes of the three tables are the same, in the same order. */
export interface SyntheticPeople {
  /** Whom the generator learned from. */
  readonly train: Cells;
  /** Real people whom it has never seen. */
  readonly holdout: Cells;
  readonly synthetic: Cells;
}

/** A table's cells with the places of its attributes that it has a column for. */
export interface ReadTable {
  readonly name: string;
  readonly cells: Cells;
  readonly has: readonly boolean[];
}

/**
 * Keeps the attributes that all three tables have a column for and the training table a value of.
 * @param tables read by one dictionary
 * @throws VhgmError "data" if fewer than 2 attributes are common or a table has fewer than 20 rows
 */
export function alignPeople(tables: Readonly<Record<keyof SyntheticPeople, ReadTable>>): { people: SyntheticPeople; leftOut: string[] } {
  const all = [tables.train, tables.holdout, tables.synthetic];
  for (const { name, cells } of all) {
    if (cells.rows < 20) throw new VhgmError("data", `${name} has ${cells.rows} rows; at least 20 are needed to judge invented people.`);
  }
  const { attributes } = tables.train.cells;
  const used = [...attributes.keys()].filter((j) => all.every((t) => t.has[j]) && tables.train.cells.values[j].some((x) => !Number.isNaN(x)));
  if (used.length < 2) {
    throw new VhgmError("data", `${all.map((t) => t.name).join(", ")} have ${used.length} attributes in common; at least 2 are needed. Columns are matched by name.`);
  }
  const keep = ({ cells }: ReadTable): Cells => ({ rows: cells.rows, attributes: used.map((j) => attributes[j]), values: used.map((j) => cells.values[j]) });
  return {
    people: { train: keep(tables.train), holdout: keep(tables.holdout), synthetic: keep(tables.synthetic) },
    leftOut: attributes.filter((_, j) => !used.includes(j) && all.some((t) => t.has[j])).map((a) => a.name),
  };
}

/** Levels of an attribute; 0 for a number. */
export const levelsOf = ({ type, levels }: Attribute): number => (isNumeric(type) ? 0 : (levels?.length ?? 0));

/** Rows of a table, in the given order. */
export const takeRows = (cells: Cells, rows: ArrayLike<number>): Cells => ({
  rows: rows.length,
  attributes: cells.attributes,
  values: cells.values.map((column) => Float64Array.from(rows, (i) => column[i])),
});

/** A random sample of at most so many rows without repetition; the table itself if it has no more. */
export const sampleRows = (cells: Cells, most: number, seed: number): Cells =>
  cells.rows <= most ? cells : takeRows(cells, permutation(cells.rows, createRng(seed, 0x5a317)).slice(0, most).sort());

/** Rows of several tables with the same attributes, one after the other. */
export const stackRows = (tables: readonly Cells[]): Cells => ({
  rows: tables.reduce((sum, t) => sum + t.rows, 0),
  attributes: tables[0].attributes,
  values: tables[0].attributes.map((_, j) => {
    const column = new Float64Array(tables.reduce((sum, t) => sum + t.rows, 0));
    let at = 0;
    for (const { values, rows } of tables) {
      column.set(values[j], at);
      at += rows;
    }
    return column;
  }),
});
