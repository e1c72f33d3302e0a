import { VhgmError } from "../../base/errors.js";
import type { Dialect, TextRow } from "../table.js";
import { csvParser, type CsvRecord } from "./csvparse.js";
import { sniffDialect } from "./dialect.js";
import { checkColumns, type FileTable } from "./filetable.js";
import { textChunks, type TextFile } from "./text.js";

/**
 * A table in a delimited text file whose first line that is not blank holds the column names; before it Excel's "sep=;"
 * may stand.
 *
 * A blank line is no row where there are two columns or more, so the rows that follow keep their order but not the
 * distance to the line numbers of the file: messages give lines, and `notes` says how many were passed over. Where
 * there is one column a blank line is a row whose cell is empty.
 *
 * @param delimiter one character; looked for among , ; tab | if absent
 * @throws VhgmError "data" for an empty file or a header that names no columns, here; while rows are read, for a row
 *   with more or fewer cells than the header, or a quote out of place.
 */
export async function openCsv(file: TextFile, delimiter?: string): Promise<FileTable> {
  const { name } = file;
  const dialect = await sniffDialect(file, delimiter);
  const columns = await readHeader(file, dialect);
  checkColumns(name, columns);
  const width = columns.length;
  const notes: string[] = [];

  const ragged = ({ cells, line }: CsvRecord): VhgmError => {
    const tail = cells.length === width + 1 && cells[width] === "" ? " (it ends with a delimiter)" : "";
    // A title, or a delimiter that was not found.
    const sole = width === 1 ? `, ${JSON.stringify(columns[0].slice(0, 80))}; the first line must name the columns` : "";
    return new VhgmError(
      "data",
      `${name}, line ${line}: the row has ${count(cells.length, "cell")}${tail}, but the header has ${count(width, "column")}${sole}.`,
    );
  };

  async function* batches(rowsPerBatch = 1024): AsyncGenerator<TextRow[], void, undefined> {
    let header = true;
    let blank = 0;
    let batch: TextRow[] = [];
    for await (const records of csvRecords(file, dialect.delimiter, dialect.sepLine)) {
      for (const record of records) {
        const { cells } = record;
        if (header) {
          header = cells.length === 0;
          continue;
        }
        if (cells.length === 0) {
          if (width > 1) {
            blank++;
            continue;
          }
          cells.push("");
        }
        if (cells.length !== width) throw ragged(record);
        batch.push(cells);
        if (batch.length >= rowsPerBatch) {
          yield batch;
          batch = [];
        }
      }
    }
    if (batch.length > 0) yield batch;
    if (blank > 0 && notes.length === 0) notes.push(`${name}: ${count(blank, "blank line")} passed over.`);
  }

  return { name, columns, notes, dialect, batches, async close() {} };
}

const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;

/** @param sepLine the first record is no row of the table */
export async function* csvRecords(file: TextFile, delimiter: string, sepLine = false): AsyncGenerator<CsvRecord[], void, undefined> {
  const parser = csvParser(file.name, delimiter);
  let skip = sepLine;
  for await (const text of textChunks(file)) {
    const records = parser.push(text);
    yield skip ? records.slice(1) : records;
    skip &&= records.length === 0;
  }
  yield parser.end().slice(Number(skip));
}

async function readHeader(file: TextFile, { delimiter, sepLine }: Required<Dialect>): Promise<string[]> {
  for await (const records of csvRecords(file, delimiter, sepLine)) {
    const header = records.find((record) => record.cells.length > 0);
    if (header) return header.cells;
  }
  throw new VhgmError("data", `${file.name} is empty; its first line must name the columns.`);
}
