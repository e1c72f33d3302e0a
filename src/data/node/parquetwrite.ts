import type { DuckDBConnection } from "@duckdb/node-api";
import { VhgmError } from "../../base/errors.js";
import { connect, identifier, literal, pathLiteral } from "./duckdb.js";
import type { SpooledTable } from "./jsonlwrite.js";
import { ESCAPES, type ColumnKind } from "./spool.js";

/** Cells that a row group gathers in memory (16 bytes each and more). */
const ROW_GROUP_CELLS = 4_000_000;

/** @throws VhgmError "data" for names that differ only in the case of ASCII letters, which DuckDB can't write */
export function checkParquetColumns(name: string, columns: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const column of columns) {
    const folded = column.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    const other = seen.get(folded);
    if (other !== undefined) {
      throw new VhgmError(
        "data",
        `${name} can't hold both "${other}" and "${column}", which differ only in case; rename one, or write CSV.`,
      );
    }
    seen.set(folded, column);
  }
}

/** Makes a Parquet file of a spool; empty cells become null. */
export async function writeParquet(path: string, table: SpooledTable): Promise<void> {
  const { columns } = table;
  const from = spoolQuery(table);
  const connection = await connect();
  try {
    const types = await columnTypes(connection, table, from);
    const select = columns.map((column, j) => `TRY_CAST(c${j} AS ${types[j]}) AS ${identifier(column)}`);
    const rowGroup = Math.min(122_880, Math.max(2048, Math.floor(ROW_GROUP_CELLS / columns.length)));
    const options = `FORMAT parquet, ROW_GROUP_SIZE ${rowGroup}, USE_TMP_FILE false`;
    await connection.run(`COPY (SELECT ${select.join(", ")} FROM ${from}) TO ${literal(path)} (${options})`);
  } finally {
    connection.closeSync();
  }
}

/** The spool's cells as columns c0, c1, … */
function spoolQuery({ spool, columns, escaped, longestRow }: SpooledTable): string {
  const names = columns.map((_, j) => `c${j}`);
  // DuckDB gives up on lines above this size, and its buffer must hold several.
  const lineSize = Math.max(1 << 21, longestRow + 2);
  const options = [
    "header = false, auto_detect = false, parallel = false, delim = ',', quote = '\"', escape = '\"'",
    `max_line_size = ${lineSize}, buffer_size = ${4 * lineSize}`,
    `columns = {${names.map((name) => `${name}: 'VARCHAR'`).join(", ")}}`,
  ];
  const cells = names.map((name, j) => {
    if (!escaped[j]) return name;
    const undo = ESCAPES.reduce((sql, [char, code]) => `replace(${sql}, ${literal(code)}, ${literal(char)})`, name);
    return `${undo} AS ${name}`;
  });
  return `(SELECT ${cells.join(", ")} FROM read_csv(${pathLiteral(spool)}, ${options.join(", ")}))`;
}

/** The native type where every cell fits, else DOUBLE or VARCHAR; without native types what the cells look like. */
async function columnTypes(connection: DuckDBConnection, { nativeTypes, kinds }: SpooledTable, from: string): Promise<string[]> {
  if (!nativeTypes) return kinds.map(kindType);
  const checks = nativeTypes.flatMap((type, j) => (isChecked(type) ? [fits(`c${j}`, type), fits(`c${j}`, "DOUBLE")] : []));
  if (checks.length === 0) return nativeTypes.map(() => "VARCHAR");
  const all = checks.map((check) => `coalesce(bool_and(${check}), true)`);
  const results = (await connection.runAndReadAll(`SELECT ${all.join(", ")} FROM ${from}`)).getRows()[0] as boolean[];
  let next = 0;
  return nativeTypes.map((type) => {
    if (!isChecked(type)) return "VARCHAR";
    const [native, double] = results.slice(next, (next += 2));
    return native ? type : double && isNumeric(type) ? "DOUBLE" : "VARCHAR";
  });
}

const kindType = (kind: ColumnKind): string => (kind === "integer" ? "BIGINT" : kind === "decimal" ? "DOUBLE" : "VARCHAR");

const isNumeric = (type: string): boolean => /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL)/.test(type);

/** Plain types are cast back; nested ones and enumerations are written as text. */
const isChecked = (type: string): boolean =>
  type !== "VARCHAR" && /^[A-Z_]+(?: WITH TIME ZONE)?(?:\(\d+, ?\d+\))?$/.test(type);

/** SQL that is true where a cell is empty or can be cast to `type` with nothing lost, such as a fraction or a time. */
function fits(cell: string, type: string): string {
  const cast = `TRY_CAST(${cell} AS ${type})`;
  // Moments may be spelled in any zone.
  if (type === "DOUBLE" || type === "FLOAT" || type === "TIMESTAMP WITH TIME ZONE") return `(${cell} IS NULL OR ${cast} IS NOT NULL)`;
  const sameText = `${cast}::VARCHAR = ${cell}`;
  const same = isNumeric(type) ? `${sameText} OR TRY_CAST(${cast} AS DOUBLE) = TRY_CAST(${cell} AS DOUBLE)` : sameText;
  return `(${cell} IS NULL OR coalesce(${same}, false))`;
}
