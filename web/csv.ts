import type { Dialect } from "../src/data/table.js";
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
 * A file's bytes as text, a byte order mark included. Other encodings are refused: their letters would come back as something else.
 * @throws CsvError for bytes that are not UTF-8
 */
export function decodeText(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CsvError({ kind: "encoding" });
  }
}

const delimiters = [",", ";", "\t", "|"] as const;
const mark = "\ufeff";
/** Excel's first line that names the delimiter. */
const sepLine = /^sep=([^\r\n"])(?:\r\n|\r|\n|$)/i;
/** What a table is written with unless it came otherwise. */
export const plain: Required<Dialect> = { delimiter: ",", lineEnd: "\n", mark: false, sepLine: false };

/** How a file is written; its delimiter is a tab in .tsv, what a line "sep=;" says, or what the header uses most outside quotes. */
export function dialectOf(text: string, file = ""): Required<Dialect> {
  const isMarked = text.startsWith(mark);
  const sample = text.slice(isMarked ? 1 : 0, 65_536);
  const sep = sepLine.exec(sample);
  const header = sample.slice(sep?.[0].length ?? 0).replace(/"[^"]*"/g, "").split(/\r\n|\n|\r/, 1)[0];
  const count = (d: string): number => header.split(d).length - 1;
  const most = delimiters.reduce((best, d) => (count(d) > count(best) ? d : best));
  const [lineEnd] = /\r?\n/.exec(sample.replace(/"[^"]*"/g, "")) ?? ["\n"];
  return { delimiter: sep?.[1] ?? (/\.tsv$/i.test(file) ? "\t" : most), lineEnd: lineEnd as Dialect["lineEnd"], mark: isMarked, sepLine: sep !== null };
}

/**
 * Reads delimited text (RFC 4180: quoted cells, doubled quotes, any line end). Blank lines of tables with several columns are
 * passed over.
 * @throws CsvError for a quote that is never closed, or a row of another length than the header
 */
export function parseCsv(text: string, dialect: Pick<Required<Dialect>, "delimiter" | "sepLine"> = dialectOf(text)): TextTable {
  const { delimiter } = dialect;
  const lines: string[][] = [];
  let cells: string[] = [];
  let cell = "";
  let at = text.startsWith(mark) ? 1 : 0;
  if (dialect.sepLine) at += sepLine.exec(text.slice(at, at + 7))![0].length;
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

/** Delimited text with a header, with commas unless a dialect is given; cells are quoted where they must be. */
export function formatCsv({ columns, rows }: TextTable, { delimiter, lineEnd, mark: isMarked, sepLine: hasSepLine } = plain): string {
  // In the header all delimiters are quoted, so that nobody who looks for the delimiter is misled.
  const line = (cells: readonly string[], special: readonly string[]): string => (cells.length === 1 && cells[0] === "" ? '""' : cells.map((cell) => quote(cell, special)).join(delimiter)) + lineEnd;
  const before = `${isMarked ? mark : ""}${hasSepLine ? `sep=${delimiter}${lineEnd}` : ""}`;
  return before + line(columns, [...delimiters, delimiter]) + rows.map((row) => line(row, [delimiter])).join("");
}

const quote = (cell: string, special: readonly string[]): string =>
  /["\r\n]|^[ \t\ufeff]|[ \t]$/.test(cell) || special.some((each) => cell.includes(each)) ? `"${cell.replaceAll('"', '""')}"` : cell;
