import type { TextTable } from "./backend/backend.js";

/** Why a text is no table; rows count from 1 behind the header, 0 is the header itself. */
export type Fault =
  | { readonly kind: "encoding" }
  | { readonly kind: "quote"; readonly row: number }
  | { readonly kind: "length"; readonly row: number; readonly cells: number; readonly columns: number };

export class CsvError extends Error {
  override readonly name = "CsvError";
  constructor(readonly fault: Fault) {
    super(`no table: ${JSON.stringify(fault)}`);
  }
}

/**
 * A file's bytes as text. Other encodings are refused: their letters would come back as something else.
 * @throws CsvError for bytes that are not UTF-8
 */
export function decodeText(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new CsvError({ kind: "encoding" });
  }
}

const delimiters = [",", ";", "\t", "|"] as const;

/** The delimiter that the header uses most, outside quotes. */
export function guessDelimiter(text: string): string {
  const header = text.slice(0, 65_536).split(/\r\n|\n|\r/, 1)[0].replace(/"[^"]*"/g, "");
  const count = (d: string): number => header.split(d).length - 1;
  return delimiters.reduce((best, d) => (count(d) > count(best) ? d : best));
}

/**
 * Reads delimited text (RFC 4180: quoted cells, doubled quotes, any line end). Blank lines of tables with several columns are
 * passed over.
 * @throws CsvError for a quote that is never closed, or a row of another length than the header
 */
export function parseCsv(text: string, delimiter = guessDelimiter(text)): TextTable {
  const lines: string[][] = [];
  let cells: string[] = [];
  let cell = "";
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const endLine = (): void => {
    cells.push(cell);
    if (cells.length > 1 || cells[0] !== "" || lines[0]?.length === 1) lines.push(cells);
    cells = [];
    cell = "";
  };
  while (at < text.length) {
    const c = text[at];
    if (c === '"' && cell === "") {
      at++;
      for (;;) {
        const end = text.indexOf('"', at);
        if (end < 0) throw new CsvError({ kind: "quote", row: lines.length });
        cell += text.slice(at, end);
        at = end + 1;
        if (text[at] !== '"') break;
        cell += '"';
        at++;
      }
    } else if (c === delimiter) {
      cells.push(cell);
      cell = "";
      at++;
    } else if (c === "\n" || c === "\r") {
      at += c === "\r" && text[at + 1] === "\n" ? 2 : 1;
      endLine();
    } else {
      const from = at;
      while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at++;
      cell += text.slice(from, at);
    }
  }
  if (cell !== "" || cells.length > 0) endLine();
  const [columns = [], ...rows] = lines;
  const odd = rows.findIndex((row) => row.length !== columns.length);
  if (odd >= 0) throw new CsvError({ kind: "length", row: odd + 1, cells: rows[odd].length, columns: columns.length });
  return { columns, rows };
}

/** Comma-separated text with a header; cells are quoted where they must be. */
export function formatCsv({ columns, rows }: TextTable): string {
  const line = (cells: readonly string[]): string => (cells.length === 1 && cells[0] === "" ? '""\n' : `${cells.map(quote).join(",")}\n`);
  return line(columns) + rows.map(line).join("");
}

const quote = (cell: string): string => (/[",\r\n]|^[ \t\ufeff]|[ \t]$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
