import type { TextRow } from "../table.js";
import { DELIMITERS } from "./csvparse.js";

/**
 * Lines of a delimited file, each with its line end. Cells are quoted only where they would not be read back otherwise:
 * with a delimiter, a quote, a line break, a space or tab at an end, a byte order mark at the start, or as the only cell
 * of an empty row.
 */
export function csvFormatter(delimiter: string, lineEnd = "\n"): { header(columns: TextRow): string; row(cells: TextRow): string } {
  // In the header all delimiters are quoted, so that nobody who looks for the delimiter is misled.
  const inHeader = needsQuotes(DELIMITERS.join("") + delimiter);
  const inRow = needsQuotes(delimiter);
  const format = (cells: TextRow, needs: RegExp): string => {
    if (cells.length === 1 && cells[0] === "") return `""${lineEnd}`;
    return cells.map((cell) => (needs.test(cell) ? quote(cell) : cell)).join(delimiter) + lineEnd;
  };
  return { header: (columns) => format(columns, inHeader), row: (cells) => format(cells, inRow) };
}

const quote = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

const needsQuotes = (delimiters: string): RegExp =>
  new RegExp(`["\\r\\n${delimiters.replace(/[\]\\^-]/g, "\\$&")}]|^[ \\t\\ufeff]|[ \\t]$`);
