import { VhgmError } from "../base/errors.js";
import type { KnownColumn } from "../schema/known.js";

/**
 * Rows of text cells as they stand in a file: '' is an empty cell. Everything that reads tables yields this form,
 * so that observed cells can be written back byte for byte.
 */
export type TextRow = readonly string[];

/** How a delimited file is written, so that a table made of it opens in the same programs. */
export interface Dialect {
  /** Absent where the file's name says it (.tsv), which says nothing of files with other names. */
  readonly delimiter?: string;
  readonly lineEnd: "\n" | "\r\n";
  /** It begins with a byte order mark, by which Excel knows UTF-8. */
  readonly mark: boolean;
  /** Its first line is Excel's "sep=;". */
  readonly sepLine: boolean;
}

/** A table that can be read from the start any number of times, in batches of rows, in file order. */
export interface Table {
  /** For messages: the file's name or 'table'. */
  readonly name: string;
  readonly columns: readonly string[];
  /** Native type of each column where the format has one (Parquet); undefined for text formats. */
  readonly nativeTypes?: readonly string[];
  /** Label of each column where the format has one (XPT). */
  readonly labels?: readonly (string | undefined)[];
  /** What the source's codebook says of each column, where there is one (NHANES). */
  readonly known?: readonly (KnownColumn | undefined)[];
  /** Of a delimited file. */
  readonly dialect?: Dialect;
  batches(rowsPerBatch?: number): AsyncIterable<TextRow[]>;
  close(): Promise<void>;
}

/** @param before rows of the table that came earlier @throws VhgmError "data" for a row of another length than the header */
export function requireWidth(rows: readonly TextRow[], width: number, name: string, before = 0): void {
  const odd = rows.findIndex((row) => row.length !== width);
  if (odd >= 0) throw new VhgmError("data", `${name}, row ${before + odd + 1}: the row has ${rows[odd].length} ${rows[odd].length === 1 ? "cell" : "cells"}, but the table has ${width} ${width === 1 ? "column" : "columns"}.`);
}

/**
 * A table held in memory.
 * @param rows text cells, '' for a hole
 * @throws VhgmError "data" for a row of another length than the columns
 */
export function memoryTable(name: string, columns: readonly string[], rows: readonly TextRow[]): Table {
  requireWidth(rows, columns.length, name);
  return {
    name,
    columns,
    async *batches(rowsPerBatch = 1024) {
      for (let i = 0; i < rows.length; i += rowsPerBatch) yield rows.slice(i, i + rowsPerBatch);
    },
    async close() {},
  };
}

/** Where completed rows go. `finish` makes the output appear whole under its name; `abort` leaves nothing behind. */
export interface TableWriter {
  write(rows: readonly TextRow[]): Promise<void>;
  /** Completes the content, so that `finish` only has to name it: several outputs that are prepared appear together. */
  prepare(): Promise<void>;
  finish(): Promise<void>;
  abort(): Promise<void>;
}
