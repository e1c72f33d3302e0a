import { resolve } from "node:path";
import { VhgmError } from "../../base/errors.js";
import type { TextRow } from "../table.js";
import { connect, identifier, pathLiteral, reason } from "./duckdb.js";
import { checkColumns, type FileTable } from "./filetable.js";

/**
 * A table in a Parquet file. Numbers are printed in the shortest form that gives them back ("2", not "2.0"), so
 * that tables from several formats agree; other values are DuckDB's text (its client drops a byte order mark at the
 * start of one). Null and NaN are empty cells.
 * @throws VhgmError "data" for a file that is not Parquet or is damaged, here or while rows are read
 */
export async function openParquet(path: string, name: string): Promise<FileTable> {
  const from = `read_parquet(${pathLiteral(resolve(path))}, binary_as_string = true)`;
  const damaged = (cause: unknown): VhgmError =>
    new VhgmError("data", `${name} can't be read as Parquet and may be damaged: ${reason(cause)}`, { cause });

  const connection = await connect();
  let described: string[][];
  let columns: string[];
  try {
    described = (await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`)).getRows() as string[][];
    const schema = await connection.runAndReadAll(
      `SELECT name, coalesce(num_children, 0)::INTEGER FROM parquet_schema(${pathLiteral(resolve(path))})`,
    );
    columns = topLevel(schema.getRows() as [string, number][]);
  } catch (cause) {
    throw damaged(cause);
  } finally {
    connection.closeSync();
  }
  checkColumns(name, columns);
  const nativeTypes = described.map((row) => row[1]);
  // By DuckDB's own names: it renames a column that differs from another only in case.
  const select = described.map(([column, type]) => expression(identifier(column), type)).join(", ");

  async function* batches(rowsPerBatch = 1024): AsyncGenerator<TextRow[], void, undefined> {
    const connection = await connect();
    try {
      let batch: TextRow[] = [];
      const result = await connection.stream(`SELECT ${select} FROM ${from}`);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (!chunk || chunk.rowCount === 0) break;
        const cells = columns.map((_, j) => chunk.getColumnValues(j) as Value[]);
        for (let i = 0; i < chunk.rowCount; i++) {
          batch.push(cells.map((column) => cellText(column[i])));
          if (batch.length < rowsPerBatch) continue;
          yield batch;
          batch = [];
        }
      }
      if (batch.length > 0) yield batch;
    } catch (cause) {
      throw damaged(cause);
    } finally {
      connection.closeSync();
    }
  }

  return { name, columns, nativeTypes, notes: [], batches, async close() {} };
}

type Value = string | number | bigint | boolean | null;

/** Numbers and booleans are fetched as they are, several times faster than as text. */
function expression(column: string, type: string): string {
  if (/^(?:U?(?:TINY|SMALL|BIG)INT|U?INTEGER|DOUBLE|BOOLEAN)$/.test(type)) return column;
  // A moment's text would follow the zone of the machine.
  if (type === "TIMESTAMP WITH TIME ZONE") return `timezone('UTC', ${column})::VARCHAR || 'Z'`;
  // By way of text a single-precision 0.1 stays 0.1 and doesn't become 0.10000000149011612.
  return type === "FLOAT" ? `${column}::VARCHAR::DOUBLE` : `${column}::VARCHAR`;
}

function cellText(value: Value): string {
  if (typeof value === "string") return value;
  return value === null || Number.isNaN(value) ? "" : String(value);
}

/** Names of the columns in a schema that is listed depth first, the root at its head. */
function topLevel(nodes: readonly (readonly [name: string, children: number])[]): string[] {
  const names: string[] = [];
  const end = (i: number): number => {
    let next = i + 1;
    for (let child = 0; child < nodes[i][1]; child++) next = end(next);
    return next;
  };
  for (let i = 1; i < nodes.length; i = end(i)) names.push(nodes[i][0]);
  return names;
}
