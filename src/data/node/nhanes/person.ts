import { openXpt } from "../xpt.js";
import type { CodebookVariable } from "./codebook.js";
import { meaningOf, personColumn, type ColumnMeaning } from "./meaning.js";

/** A file of NHANES with one row for each person, in memory. */
export interface PersonFile {
  readonly name: string;
  /** All columns but the person's number. */
  readonly columns: readonly string[];
  readonly meanings: readonly ColumnMeaning[];
  readonly nativeTypes: readonly string[];
  /** Cells of each person, by number. */
  readonly rows: ReadonlyMap<string, readonly string[]>;
}

/** Why a file can't be joined by the person's number. */
export interface Unfit {
  readonly name: string;
  readonly why: string;
}

/**
 * Reads an XPT file; codes become the texts of the codebook. Files in which a person has several rows are unfit, and so are
 * files without the person's number.
 * @throws VhgmError "data" if the file is damaged
 */
export async function readPersonFile(path: string, name: string, codebook: ReadonlyMap<string, CodebookVariable>): Promise<PersonFile | Unfit> {
  const table = await openXpt(path, `${name}.xpt`);
  const person = table.columns.findIndex((column) => column.toUpperCase() === personColumn);
  if (person < 0) return { name, why: `it has no ${personColumn}` };
  const others = table.columns.map((_, j) => j).filter((j) => j !== person);
  const columns = others.map((j) => table.columns[j].toUpperCase());
  const meanings = others.map((j, k) => meaningOf(columns[k], table.labels?.[j], codebook.get(columns[k])));
  // A column's cells repeat: one string for each different text keeps a cycle's thousand columns in memory.
  const texts = meanings.map(({ texts }) => new Map(texts));
  const rows = new Map<string, readonly string[]>();
  for await (const batch of table.batches()) {
    for (const row of batch) {
      const number = row[person];
      if (number === "") continue;
      if (rows.has(number)) return { name, why: "several rows for a person" };
      rows.set(number, others.map((j, k) => shared(texts[k], row[j])));
    }
  }
  return { name, columns, meanings, nativeTypes: others.map((j) => table.nativeTypes![j]), rows };
}

const most = 5000;

function shared(texts: Map<string, string>, cell: string): string {
  const known = texts.get(cell);
  if (known !== undefined) return known;
  if (texts.size < most) texts.set(cell, cell);
  return cell;
}

export const isUnfit = (file: PersonFile | Unfit): file is Unfit => "why" in file;
