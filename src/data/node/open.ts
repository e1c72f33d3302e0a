import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { VhgmError } from "../../base/errors.js";
import type { Table } from "../table.js";
import { openCsv } from "./csv.js";
import type { FileTable } from "./filetable.js";
import { inputFormat } from "./format.js";
import { openJsonLines } from "./jsonl.js";
import { openParquet } from "./parquet.js";
import { readError } from "./text.js";
import { openXpt } from "./xpt.js";

export type { FileTable } from "./filetable.js";

export interface OpenOptions {
  /** One character between the cells of a delimited file; found by looking at the file if absent (a tab for .tsv). */
  delimiter?: string;
}

/**
 * Opens a table: .csv, .tsv, .txt, .jsonl, .ndjson (each also with .gz), .parquet or .xpt (SAS XPORT).
 *
 * Cells are text as it stands in the file, '' for an empty or null cell. Rows are streamed, in file order, as often as
 * `batches` is called; memory doesn't grow with the file. A cell may share memory with the piece of the file (64 kB)
 * that it was cut from, so whoever keeps few long cells of very many rows should keep copies.
 * A table may have no rows: see `requireRows`.
 *
 * @throws VhgmError "usage" if there is no such file or its extension is unknown; "data" if it can't be read as what
 *   its extension says (the sentence names the line), both here and while rows are read
 */
export async function openTable(path: string, options: OpenOptions = {}): Promise<FileTable> {
  await checkFile(path);
  const name = basename(path);
  const format = inputFormat(path);
  switch (format.kind) {
    case "csv": {
      const table = await openCsv({ path, name, gzip: format.gzip }, options.delimiter ?? format.delimiter);
      return format.delimiter === undefined ? table : { ...table, dialect: { ...table.dialect!, delimiter: undefined } };
    }
    case "jsonl":
      return openJsonLines({ path, name, gzip: format.gzip });
    case "parquet":
      return openParquet(path, name);
    case "xpt":
      return openXpt(path, name);
  }
}

/**
 * For work that needs at least one row, such as training.
 * @throws VhgmError "data" if the table has none
 */
export async function requireRows(table: Table): Promise<void> {
  for await (const batch of table.batches(1)) if (batch.length > 0) return;
  throw new VhgmError("data", `${table.name} names ${table.columns.length} columns but has no rows; at least one is needed.`);
}

async function checkFile(path: string): Promise<void> {
  let info;
  try {
    info = await stat(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") throw new VhgmError("usage", `There is no file "${path}".`, { cause });
    throw readError(path, cause);
  }
  if (info.isDirectory()) throw new VhgmError("data", `"${path}" is a folder; give a file that holds a table.`);
  if (!info.isFile()) {
    throw new VhgmError("data", `"${path}" is not a regular file; tables are read more than once, so save it as a file first.`);
  }
  if (info.size === 0) {
    throw new VhgmError("data", `${basename(path)} is empty (0 bytes); a table needs at least its column names.`);
  }
}
