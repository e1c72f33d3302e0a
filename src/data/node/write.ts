import { basename } from "node:path";
import { VhgmError } from "../../base/errors.js";
import type { Dialect, TableWriter, TextRow } from "../table.js";
import { diskError, pendingFile } from "./atomic.js";
import { csvFormatter } from "./csvformat.js";
import { checkColumns } from "./filetable.js";
import { outputFormat, type CsvFormat } from "./format.js";
import { writeJsonLines } from "./jsonlwrite.js";
import { checkParquetColumns, writeParquet } from "./parquetwrite.js";
import { fileSink } from "./sink.js";
import { createSpool } from "./spool.js";

export interface WriterOptions {
  /** Type of each column in the table that the rows come from (`Table.nativeTypes`), for .parquet and .jsonl. */
  nativeTypes?: readonly string[];
  /** How the delimited file was written that the rows come from (`Table.dialect`); its delimiter is for .csv only. */
  dialect?: Dialect;
}

/** The content of one output while it is made. */
interface Output {
  write(rows: readonly TextRow[]): Promise<void>;
  /** The temporary file is complete. */
  end(): Promise<void>;
  destroy(): Promise<void>;
}

/** @throws VhgmError "usage" for an unknown extension, "data" for columns that a file of this kind can't hold; for before long work */
export function checkOutputColumns(path: string, columns: readonly string[]): void {
  const name = basename(path);
  checkColumns(name, columns);
  if (outputFormat(path).kind === "parquet") checkParquetColumns(name, columns);
}

/**
 * Writes a table: .csv, .tsv, .jsonl, .ndjson (each also with .gz) or .parquet, by the name's extension. The file
 * appears under its name when `finish` has returned; until then it stands beside it under a temporary name, which
 * `abort`, any failure and `abortAll` remove. Await each `write` before the next.
 *
 * CSV gets commas and LF line ends, unless a dialect is given, and quotes only where they are needed. Parquet and JSON lines have types: a column keeps its
 * native type if every cell fits in it without loss; otherwise, and where there is none, it becomes a number if every
 * cell is one and text if not. Their rows are set aside on the disk first, so they need about twice the space.
 *
 * @throws VhgmError "usage" for an unknown extension or folder; "data" for column names or a row that don't fit;
 *   "disk" if writing fails
 */
export async function createTableWriter(
  path: string,
  columns: readonly string[],
  { nativeTypes, dialect }: WriterOptions = {},
): Promise<TableWriter> {
  const format = outputFormat(path);
  const name = basename(path);
  checkOutputColumns(path, columns);
  if (nativeTypes && nativeTypes.length !== columns.length) {
    throw new VhgmError("data", `${name} has ${columns.length} columns, but ${nativeTypes.length} native types are given.`);
  }
  const target = await pendingFile(path);

  let output: Output;
  try {
    if (format.kind === "csv") output = await delimitedOutput(target.temporary, columns, format, dialect);
    else {
      const spool = await createSpool(target.path, columns.length);
      const end = async (): Promise<void> => {
        const table = { spool: spool.path, columns, nativeTypes, ...(await spool.end()) };
        if (format.kind === "jsonl") await writeJsonLines(target.temporary, table, format.gzip);
        else await writeParquet(target.temporary, table);
        await spool.destroy();
      };
      output = { write: spool.write, end, destroy: spool.destroy };
    }
  } catch (cause) {
    await target.discard();
    throw diskError(path, cause);
  }

  let open = true;
  let prepared = false;
  const complete = async (): Promise<void> => {
    if (prepared) return;
    await output.end();
    await target.sync();
    prepared = true;
  };
  const give = async (): Promise<void> => {
    open = false;
    // The error that led here matters more than one in clearing up.
    await output.destroy().catch(() => {});
    await target.discard();
  };
  const attempt = async (step: () => Promise<void>): Promise<void> => {
    if (!open) throw new VhgmError("disk", `"${path}" is closed already; nothing more can be written to it.`);
    try {
      await step();
    } catch (cause) {
      await give();
      throw diskError(path, cause);
    }
  };
  return {
    write: (rows) =>
      attempt(async () => {
        for (const row of rows) if (row.length !== columns.length) throw misfit(name, row.length, columns.length);
        await output.write(rows);
      }),
    prepare: () => attempt(complete),
    finish: () =>
      attempt(async () => {
        await complete();
        await target.commit();
        open = false;
      }),
    async abort() {
      if (open) await give();
    },
  };
}

const misfit = (name: string, cells: number, columns: number): VhgmError =>
  new VhgmError("data", `A row of ${cells} cells can't be written to ${name}, which has ${columns} columns.`);

async function delimitedOutput(path: string, columns: readonly string[], format: CsvFormat, { delimiter: usual = ",", lineEnd = "\n", mark, sepLine }: Partial<Dialect> = {}): Promise<Output> {
  const { delimiter = usual, gzip } = format;
  const { header, row } = csvFormatter(delimiter, lineEnd);
  const sink = await fileSink(path, gzip);
  await sink.write(`${mark ? "\ufeff" : ""}${sepLine && format.delimiter === undefined ? `sep=${delimiter}${lineEnd}` : ""}${header(columns)}`);
  return {
    async write(rows) {
      for (const cells of rows) await sink.write(row(cells));
    },
    end: sink.end,
    destroy: sink.destroy,
  };
}
