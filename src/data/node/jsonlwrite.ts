import { isVhgmError } from "../../base/errors.js";
import { csvRecords } from "./csv.js";
import { isJsonNumber } from "./json.js";
import { fileSink } from "./sink.js";
import { unescape, type ColumnKind, type SpoolSummary } from "./spool.js";

/** A complete spool and what is known of its columns. */
export interface SpooledTable extends SpoolSummary {
  readonly spool: string;
  readonly columns: readonly string[];
  readonly nativeTypes?: readonly string[];
}

type JsonType = "number" | "boolean" | "json" | "string";

/** Writes one object per line with all keys; an empty cell is null. A cell that does not fit its column's type is a string. */
export async function writeJsonLines(path: string, table: SpooledTable, gzip: boolean): Promise<void> {
  const { columns, nativeTypes, kinds, escaped } = table;
  const keys = columns.map((column) => JSON.stringify(column));
  const types = kinds.map((kind, j) => jsonType(nativeTypes?.[j], kind));
  const sink = await fileSink(path, gzip);
  try {
    for await (const records of csvRecords({ path: table.spool, name: path, gzip: false }, ",")) {
      for (const { cells } of records) {
        const members = keys.map((key, j) => `${key}:${jsonValue(escaped[j] ? unescape(cells[j]) : cells[j], types[j])}`);
        await sink.write(`{${members.join(",")}}\n`);
      }
    }
    await sink.end();
  } catch (cause) {
    // The spool is our own: what fails in reading it is the disk's fault, not that of somebody's data.
    throw isVhgmError(cause) ? (cause.cause ?? cause) : cause;
  } finally {
    await sink.destroy();
  }
}

function jsonType(nativeType: string | undefined, kind: ColumnKind): JsonType {
  if (nativeType === undefined) return kind === "integer" || kind === "decimal" ? "number" : "string";
  if (nativeType === "BOOLEAN") return "boolean";
  if (nativeType === "JSON") return "json";
  return /INT|^(?:DOUBLE|FLOAT|DECIMAL)/.test(nativeType) ? "number" : "string";
}

function jsonValue(cell: string, type: JsonType): string {
  if (cell === "") return "null";
  if (type === "number" && isJsonNumber(cell)) return cell;
  if (type === "boolean" && (cell === "true" || cell === "false")) return cell;
  if (type === "json" && isJson(cell)) return cell;
  return JSON.stringify(cell);
}

function isJson(text: string): boolean {
  if (/[\r\n]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
