/** Which cells of a table are empty: invented people can be given the holes of real ones. */
import { VhgmError } from "../../base/errors.js";
import { matchColumns } from "../../data/cells.js";
import type { Table } from "../../data/table.js";
import { createRng } from "../../base/random.js";
import { isMissingText } from "../../schema/missing.js";
import type { Schema } from "../../schema/schema.js";

export interface Pattern {
  /** Attributes of the dictionary that the table has. */
  readonly columns: readonly string[];
  readonly rows: number;
  /** (columns) 1 where a row is empty. */
  holes(row: number): Uint8Array;
}

/** Rows that are kept; of a longer table a sample. */
const mostRows = 65_536;

/**
 * Reads which cells of a table are empty.
 * @throws VhgmError "usage" for a table without rows or without any attribute of the dictionary
 */
export async function readPattern(table: Table, schema: Schema, seed = 1): Promise<Pattern> {
  const matched = matchColumns(schema, table.columns, table.name).filter(({ at }) => at >= 0);
  if (matched.length === 0) throw new VhgmError("usage", `No column of ${table.name} is an attribute of the model, so its holes say nothing.`);
  const rng = createRng(seed, 0x9a77);
  const kept: Uint8Array[] = [];
  let rows = 0;
  for await (const batch of table.batches()) {
    for (const row of batch) {
      const place = rows < mostRows ? rows : rng.int(rows + 1);
      rows++;
      if (place < mostRows) kept[place] = Uint8Array.from(matched, ({ attribute, at }) => (isMissingText(row[at], attribute) ? 1 : 0));
    }
  }
  if (rows === 0) throw new VhgmError("usage", `${table.name} has no rows, so there are no holes to take over.`);
  return { columns: matched.map(({ attribute }) => attribute.name), rows: kept.length, holes: (row) => kept[row] };
}
