import { VhgmError } from "../../base/errors.js";
import { MAX_TEXT } from "./text.js";

/** One record of a CSV file. A wholly blank line is a record without cells; a line with "" has one empty cell. */
export interface CsvRecord {
  readonly cells: string[];
  /** Line of the file on which the record starts, from 1. */
  readonly line: number;
}

/** Takes text in pieces of any length and returns the records completed by each. */
export interface CsvParser {
  push(text: string): CsvRecord[];
  end(): CsvRecord[];
}

/** Delimiters that are looked for, in order of preference. */
export const DELIMITERS = [",", ";", "\t", "|"] as const;

const LF = 10;
const CR = 13;
const QUOTE = 34;

type State = "start" | "plain" | "quoted" | "closed";

/**
 * An RFC 4180 parser that keeps cells as they stand. Lines end with LF, CRLF or CR, also mixed; a quote counts only at
 * the start of a cell (5"7 is text); spaces are kept.
 *
 * DuckDB's reader is not used here. Without a word it drops surplus cells and text behind a closing quote
 * (strict_mode=false), a delimiter at the end of every row, and all rows if the first CR of a file stands in quotes;
 * with strict_mode=true it refuses mixed line ends.
 *
 * @throws VhgmError "data" for text behind a closing quote, a quote never closed, or a cell above MAX_TEXT characters.
 */
export function csvParser(name: string, delimiter: string): CsvParser {
  const separator = delimiter.charCodeAt(0);
  let state: State = "start";
  let cells: string[] = [];
  let cell = "";
  let line = 1;
  let recordLine = 1;
  let quoteLine = 1;
  let hasQuote = false;
  let afterCr = false;

  const endCell = (): void => {
    cells.push(cell);
    cell = "";
    state = "start";
  };
  const endRecord = (): CsvRecord => {
    endCell();
    const blank = cells.length === 1 && cells[0] === "" && !hasQuote;
    const record = { cells: blank ? [] : cells, line: recordLine };
    cells = [];
    hasQuote = false;
    return record;
  };
  const checkLength = (): void => {
    if (cell.length <= MAX_TEXT) return;
    const why = state === "quoted" ? `; is the quote that opens there ever closed?` : ".";
    throw new VhgmError("data", `${name}, line ${recordLine}: a cell is longer than ${MAX_TEXT} characters${why}`);
  };

  const push = (text: string): CsvRecord[] => {
    const records: CsvRecord[] = [];
    const n = text.length;
    let i = 0;
    if (afterCr && n > 0) {
      afterCr = false;
      if (text.charCodeAt(0) === LF) i = 1;
    }
    while (i < n) {
      if (state === "start") {
        if (text.charCodeAt(i) === QUOTE) {
          state = "quoted";
          hasQuote = true;
          quoteLine = line;
          i++;
        } else state = "plain";
        continue;
      }
      if (state === "quoted") {
        const quote = text.indexOf('"', i);
        const end = quote < 0 ? n : quote;
        const piece = text.slice(i, end);
        for (let at = piece.indexOf("\n"); at >= 0; at = piece.indexOf("\n", at + 1)) line++;
        cell += piece;
        i = end;
        if (quote < 0) break;
        state = "closed";
        i++;
        continue;
      }
      let code = text.charCodeAt(i);
      if (state === "plain") {
        const start = i;
        while (code !== separator && code !== LF && code !== CR && ++i < n) code = text.charCodeAt(i);
        cell += text.slice(start, i);
        if (i === n) break;
      } else if (code === QUOTE) {
        cell += '"';
        state = "quoted";
        i++;
        continue;
      }
      i++;
      if (code === separator) endCell();
      else if (code === LF || code === CR) {
        records.push(endRecord());
        recordLine = ++line;
        if (code === CR) {
          if (i === n) afterCr = true;
          else if (text.charCodeAt(i) === LF) i++;
        }
      } else {
        const column = cells.length + 1;
        throw new VhgmError(
          "data",
          `${name}, line ${line}: cell ${column} has text behind its closing quote; write a quote within quotes as "".`,
        );
      }
    }
    checkLength();
    return records;
  };

  const end = (): CsvRecord[] => {
    if (state === "quoted") {
      throw new VhgmError("data", `${name}, line ${quoteLine}: a quote is opened here and never closed.`);
    }
    return state === "start" && cells.length === 0 ? [] : [endRecord()];
  };

  return { push, end };
}

/**
 * The delimiter with which most records of a sample have as many cells as the first; among equals the one that gives
 * the most cells. A comma if none splits the first record.
 * @param complete whether the sample is the whole file, so that its last record counts
 */
export function sniffDelimiter(sample: string, complete: boolean): string {
  let best = { delimiter: ",", agreement: -1, width: 1 };
  for (const delimiter of DELIMITERS) {
    const parser = csvParser("sample", delimiter);
    let records: CsvRecord[];
    try {
      records = parser.push(sample);
      if (complete) records = [...records, ...parser.end()];
    } catch {
      continue;
    }
    const filled = records.filter((record) => record.cells.length > 0);
    const width = filled[0]?.cells.length ?? 0;
    if (width < 2 || !splitsOutsideQuotes(sample, delimiter)) continue;
    const rows = filled.slice(1);
    const agreement = rows.length === 0 ? 0 : rows.filter((row) => row.cells.length === width).length / rows.length;
    if (agreement > best.agreement || (agreement === best.agreement && width > best.width)) {
      best = { delimiter, agreement, width };
    }
  }
  return best.delimiter;
}

/** Whether the delimiter stands in the first record outside quotes, wherever in a cell the quotes open. */
function splitsOutsideQuotes(sample: string, delimiter: string): boolean {
  let quoted = false;
  for (const c of sample) {
    if (c === '"') quoted = !quoted;
    else if (!quoted && c === delimiter) return true;
    else if (!quoted && (c === "\n" || c === "\r")) return false;
  }
  return false;
}
