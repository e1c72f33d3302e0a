import { inferSchema, createProfiler, type InferredSchema } from "../schema/infer.js";
import type { Table } from "./table.js";

/** What `inspectTable` found: the guessed dictionary with its notes, and the number of rows. */
export interface Inspection extends InferredSchema {
  readonly rows: number;
}

/**
 * Reads a table once and guesses what each column is. Memory does not grow with the rows.
 * @param onRows is told how many rows were read so far; what it throws ends the reading
 * @throws VhgmError "data" where the table cannot be read
 */
export async function inspectTable(table: Table, onRows?: (rows: number) => void): Promise<Inspection> {
  const profiler = createProfiler(table.columns, { missing: table.known?.map((column) => column?.missing) });
  let rows = 0;
  for await (const batch of table.batches()) {
    profiler.add(batch);
    rows += batch.length;
    onRows?.(rows);
  }
  return { ...inferSchema(profiler.finish(), { labels: table.labels, nativeTypes: table.nativeTypes, known: table.known }), rows };
}
