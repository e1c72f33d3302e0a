import { VhgmError } from "../base/errors.js";
import { createRng, permutation } from "../base/random.js";
import { CellsBuilder, formatValue, matchColumns, type Cells } from "../data/cells.js";
import type { TextRow } from "../data/table.js";
import { isNumeric, type Attribute, type Schema } from "../schema/schema.js";
import type { Mask, TextTable } from "./columns.js";

/** A table to be evaluated on: its attributes only, as text and as numbers and level indices. */
export interface Subject {
  readonly name: string;
  /** Columns named as the attributes, in their units and with decimal points; what is no value by the dictionary is an empty cell. */
  readonly text: TextTable;
  readonly cells: Cells;
  /** Columns of the table that are not evaluated, with the reason. */
  readonly setAside: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Prepares a table: columns that the dictionary sets aside or doesn't know, and empty ones, are left out, and larger tables
 * are cut to a random sample of rows.
 * @throws VhgmError "data" if fewer than 2 rows or columns are left
 */
export function prepareSubject(name: string, columns: readonly string[], rows: readonly TextRow[], schema: Schema, sample?: { readonly rows: number; readonly seed: number }): Subject {
  const chosen = sample && rows.length > sample.rows ? [...permutation(rows.length, createRng(sample.seed, 0x5a3b1e)).slice(0, sample.rows)].sort((a, b) => a - b).map((i) => rows[i]) : rows;
  const builder = new CellsBuilder(schema, columns, name);
  builder.add(chosen);
  const all = builder.finish();
  const matched = matchColumns(schema, columns, name).map((match, j) => ({ ...match, values: all.values[j] }));
  const used = matched.filter(({ at, values }) => at >= 0 && values.some((x) => !Number.isNaN(x))).sort((a, b) => a.at - b.at);
  if (used.length < 2 || chosen.length < 2) {
    throw new VhgmError("data", `${name} has ${used.length} ${used.length === 1 ? "column" : "columns"} with values and ${chosen.length} ${chosen.length === 1 ? "row" : "rows"} that can be evaluated on; at least 2 of each are needed.`);
  }
  const usedAt = new Set(used.map((u) => u.at));
  const reasonOf = (column: string): string => {
    const entry = schema.attributes.find((a) => a.name === column || a.aliases?.includes(column));
    return !entry ? "not in the dictionary" : entry.role === "attribute" ? "no cell with a value" : `role ${entry.role}`;
  };
  return {
    name,
    text: {
      columns: used.map((u) => u.attribute.name),
      rows: chosen.map((row, i) => used.map(({ at, values, attribute, conversion }) => (Number.isNaN(values[i]) ? "" : conversion || attribute.decimal ? formatValue(values[i], attribute) : row[at]))),
    },
    cells: { rows: chosen.length, attributes: used.map(({ attribute }) => (attribute.decimal ? { ...attribute, decimal: undefined } : attribute)), values: used.map((u) => u.values) },
    setAside: columns.filter((_, at) => !usedAt.has(at)).map((column) => ({ name: column, reason: reasonOf(column) })),
  };
}

/** What a dictionary and a table do not share, so that it is not evaluated: a sentence for each, for whoever misspelled a name. */
export function dictionaryNotes(name: string, columns: readonly string[], schema: Schema): string[] {
  const matched = matchColumns(schema, columns, name);
  const absent = matched.filter(({ at }) => at < 0).map(({ attribute }) => attribute.name);
  const known = new Set(schema.attributes.flatMap(({ name, aliases = [], conversions = [] }) => [name, ...aliases, ...conversions.map(({ column }) => column)]));
  const foreign = columns.filter((column) => !known.has(column));
  return [
    ...(absent.length > 0 ? [`Attributes of the dictionary that ${name} lacks, so that they are not evaluated: ${listed(absent)}.`] : []),
    ...(foreign.length > 0 ? [`Columns of ${name} that the dictionary does not have, so that they are not evaluated: ${listed(foreign)}.`] : []),
  ];
}

const listed = (names: readonly string[]): string => `${names.slice(0, 8).join(", ")}${names.length > 8 ? `, and ${names.length - 8} more` : ""}`;

/** Some rows of a subject as a subject of their own; columns in which they have no value stay, and are not scored. */
export const rowsOf = (subject: Subject, rows: ArrayLike<number>, name: string): Subject => ({
  ...subject,
  name,
  text: { columns: subject.text.columns, rows: Array.from(rows, (i) => subject.text.rows[i]) },
  cells: { ...subject.cells, rows: rows.length, values: subject.cells.values.map((column) => Float64Array.from(rows, (i) => column[i])) },
});

/** Rows of one table and then those of another with the same attributes. */
export const stackCells = (first: Cells, second: Cells): Cells => ({
  ...first,
  rows: first.rows + second.rows,
  values: first.values.map((column, j) => Float64Array.of(...column, ...second.values[j])),
});

/** The cells with the masked ones emptied. */
export const maskCells = (cells: Cells, mask: Mask): Cells => ({
  ...cells,
  values: cells.values.map((column, j) => column.map((x, i) => (mask[i][j] ? NaN : x))),
});

/**
 * The same cells, each number's support being the range of the cells that are left: a dictionary that was guessed from the
 * full table knows the extremes that were hidden.
 */
export function supportOfVisible(cells: Cells): Cells {
  const attributes = cells.attributes.map((attribute, j): Attribute => {
    if (!isNumeric(attribute.type)) return attribute;
    let [min, max] = [Infinity, -Infinity];
    for (const x of cells.values[j]) {
      if (x < min) min = x;
      if (x > max) max = x;
    }
    return min <= max ? { ...attribute, min, max } : attribute;
  });
  return { ...cells, attributes };
}
