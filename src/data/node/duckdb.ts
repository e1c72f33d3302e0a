import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

let instance: Promise<DuckDBInstance> | undefined;

/**
 * A connection to this process's DuckDB, which keeps nothing on disk, loads nothing over the network and works with one
 * thread, so that rows come in file order and memory stays small. A connection holds at most one stream: take one each.
 */
export async function connect(): Promise<DuckDBConnection> {
  instance ??= start();
  const connection = await (await instance).connect();
  await connection.run("SET TimeZone = 'UTC'");
  return connection;
}

/** Loads the native library only where it is used: that takes a quarter of a second. */
async function start(): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  return DuckDBInstance.create(":memory:", {
    threads: "1",
    temp_directory: "",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
}

/** A name in SQL. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text in SQL. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A path for DuckDB's readers, in SQL: they take * ? [ in a path for a pattern. */
export const pathLiteral = (path: string): string => literal(path.replace(/[*?[]/g, "[$&]"));

/** The first line of a DuckDB error, without its kind: the rest is advice on SQL. */
export const reason = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0].replace(/^[A-Z][A-Za-z ]* Error: /, "");
