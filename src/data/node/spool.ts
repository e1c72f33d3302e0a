import type { TextRow } from "../table.js";
import { pendingFile } from "./atomic.js";
import { csvFormatter } from "./csvformat.js";
import { isJsonNumber } from "./json.js";
import { fileSink } from "./sink.js";

/** What the cells of a column allow, the empty ones left aside; `integer` fits in 18 digits and keeps its digits. */
export type ColumnKind = "empty" | "integer" | "decimal" | "text";

/**
 * Rows set aside in a temporary CSV file without header (comma, LF), for formats whose column types are known only
 * when all rows are. Line breaks within cells are escaped: DuckDB guesses a file's line ends from its first CR or LF,
 * even from one in quotes, and then returns no rows without an error.
 */
export interface Spool {
  readonly path: string;
  write(rows: readonly TextRow[]): Promise<void>;
  /** Completes the file. */
  end(): Promise<SpoolSummary>;
  /** Removes the file. */
  destroy(): Promise<void>;
}

export interface SpoolSummary {
  readonly kinds: readonly ColumnKind[];
  /** Whether a column has cells that must be unescaped. */
  readonly escaped: readonly boolean[];
  /** Upper bound of the bytes of a row. */
  readonly longestRow: number;
}

/** Characters that don't stand in the spool as they are, each with what stands for it. */
export const ESCAPES = [
  ["\r", "\u001br"],
  ["\n", "\u001bn"],
  // Last, so that undoing them one after the other in this order is right.
  ["\u001b", "\u001be"],
] as const;

const escape = (cell: string): string =>
  cell.replace(/[\r\n\u001b]/g, (found) => ESCAPES.find(([char]) => char === found)?.[1] ?? found);

/** Undoes the escapes of a cell. */
export const unescape = (cell: string): string => ESCAPES.reduce((text, [char, code]) => text.replaceAll(code, char), cell);

const KINDS: readonly ColumnKind[] = ["empty", "integer", "decimal", "text"];

/** A spool beside the file that is to be made of it. */
export async function createSpool(path: string, width: number): Promise<Spool> {
  const { temporary, discard } = await pendingFile(path);
  const sink = await fileSink(temporary, false).catch(async (cause: unknown) => {
    await discard();
    throw cause;
  });
  const { row: format } = csvFormatter(",");
  const kinds = new Uint8Array(width);
  const escaped = new Array<boolean>(width).fill(false);
  let longest = 0;
  return {
    path: temporary,
    async write(rows) {
      for (const row of rows) {
        const cells = row.map((cell, j) => {
          if (kinds[j] < 3 && cell !== "") kinds[j] = Math.max(kinds[j], kindOf(cell));
          if (!/[\r\n\u001b]/.test(cell)) return cell;
          escaped[j] = true;
          return escape(cell);
        });
        const line = format(cells);
        longest = Math.max(longest, line.length);
        await sink.write(line);
      }
    },
    async end() {
      await sink.end();
      // A UTF-16 unit takes at most three bytes of UTF-8.
      return { kinds: Array.from(kinds, (kind) => KINDS[kind]), escaped, longestRow: 3 * longest };
    },
    async destroy() {
      await sink.destroy();
      await discard();
    },
  };
}

/** Position in KINDS. Leading zeros ("007") and more than 18 digits make text, since a number would lose them. */
function kindOf(cell: string): number {
  if (!isJsonNumber(cell)) return 3;
  if (/^(?:0|-?[1-9]\d*)$/.test(cell)) return cell.length <= 18 ? 1 : 3;
  return Number.isFinite(Number(cell)) ? 2 : 3;
}
