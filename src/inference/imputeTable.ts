import { VhgmError } from "../base/errors.js";
import { pipelined } from "../base/pipelined.js";
import type { Table, TableWriter, TextRow } from "../data/table.js";
import type { Imputer } from "./impute.js";
import { requireCount } from "./required.js";
import type { ImputeReport } from "./tally.js";

export interface ImputeTableInput {
  readonly imputer: Imputer;
  readonly table: Table;
  /** One per completed table (`imputer.tables`), with the imputer's columns. */
  readonly writers: readonly TableWriter[];
  /** Rows completed at a time; the result does not depend on it. */
  readonly batch?: number;
}

export interface ImputeTableHooks {
  onRows?(rows: number): void;
  stopped?(): boolean;
}

/**
 * Completes a table row by row. The outputs appear together when all are complete; after a failure none does.
 * @throws VhgmError "usage" for another table than the imputer was made for, or another number of writers than it makes tables;
 *   "data" or "disk" from reading and writing, "cancelled" when stopped
 */
export async function imputeTable({ imputer, table, writers, batch = 256 }: ImputeTableInput, hooks: ImputeTableHooks = {}): Promise<ImputeReport> {
  let written = 0;
  const write = async (completed: readonly TextRow[][]): Promise<void> => {
    for (const [k, writer] of writers.entries()) await writer.write(completed[k]);
    hooks.onRows?.((written += completed[0].length));
    if (hooks.stopped?.()) throw new VhgmError("cancelled", "The imputation was stopped; nothing was written.");
  };
  try {
    requireCount(batch, "rows at a time", "batch", 1);
    requireFit(imputer, table, writers);
    // While a worker's session runs one batch, what went before it is written and what follows is read.
    for await (const completed of pipelined(table.batches(batch), (rows) => imputer.complete(rows))) await write(completed);
    for (const writer of writers) await writer.prepare();
    for (const writer of writers) await writer.finish();
  } catch (cause) {
    for (const writer of writers) await writer.abort();
    throw cause;
  }
  return imputer.report();
}

function requireFit({ tables, columns }: Imputer, table: Table, writers: readonly TableWriter[]): void {
  if (writers.length !== tables) throw new VhgmError("usage", `The imputer makes ${tables} completed ${tables === 1 ? "table" : "tables"}, but the number of writers is ${writers.length}; give one for each.`);
  const odd = table.columns.findIndex((name, k) => name !== columns[k]);
  if (odd >= 0) throw new VhgmError("usage", `Column ${odd + 1} of ${table.name} is '${table.columns[odd]}', where the table that the imputer was made for has another; make an imputer for each table's columns.`);
}
