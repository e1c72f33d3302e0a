import { DuckDBInstance } from "@duckdb/node-api";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TextRow } from "../table.js";
import { openTable, type FileTable } from "./open.js";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "vhgm-parquet-"))));
afterAll(() => rm(folder, { recursive: true }));

/** Writes what a query gives, with DuckDB. */
async function parquet(query: string, name = "t.parquet"): Promise<string> {
  const path = join(folder, name);
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
  connection.closeSync();
  return path;
}

async function rowsOf(table: FileTable): Promise<TextRow[]> {
  const rows: TextRow[] = [];
  for await (const batch of table.batches()) rows.push(...batch);
  return rows;
}

test.each([
  ["2.0::DOUBLE", "2", "DOUBLE"],
  ["0.1::DOUBLE", "0.1", "DOUBLE"],
  ["0.1::FLOAT", "0.1", "FLOAT"],
  ["2::FLOAT", "2", "FLOAT"],
  ["'nan'::DOUBLE", "", "DOUBLE"],
  ["'nan'::FLOAT", "", "FLOAT"],
  ["'-inf'::DOUBLE", "-Infinity", "DOUBLE"],
  ["7::TINYINT", "7", "TINYINT"],
  ["9007199254740993::BIGINT", "9007199254740993", "BIGINT"],
  ["1.50::DECIMAL(10,2)", "1.50", "DECIMAL(10,2)"],
  ["true", "true", "BOOLEAN"],
  ["DATE '2020-01-02'", "2020-01-02", "DATE"],
  ["TIMESTAMP '2020-01-02 03:04:05.5'", "2020-01-02 03:04:05.5", "TIMESTAMP"],
  ["TIMESTAMPTZ '2020-01-02 03:04:05+09'", "2020-01-01 18:04:05Z", "TIMESTAMP WITH TIME ZONE"],
  ["'日本'", "日本", "VARCHAR"],
  ["''", "", "VARCHAR"],
  ["NULL::INTEGER", "", "INTEGER"],
  ["'bytes'::BLOB", "bytes", "VARCHAR"],
  ["[1, 2]", "[1, 2]", "INTEGER[]"],
])("%s is the cell %j", async (sql, cell, type) => {
  const table = await openTable(await parquet(`SELECT ${sql} AS x`));
  expect([table.columns, table.nativeTypes, await rowsOf(table)]).toEqual([["x"], [type], [[cell]]]);
});

test("names with quotes, dots and nested columns beside them", async () => {
  const table = await openTable(await parquet(`SELECT 1 AS "a""b", {'x': 1, 'y': {'z': 2}} AS "s.t", [1] AS l, 2 AS "身 長"`));
  expect(table.columns).toEqual(['a"b', "s.t", "l", "身 長"]);
  expect(await rowsOf(table)).toEqual([["1", "{'x': 1, 'y': {'z': 2}}", "[1]", "2"]]);
});

test("file order over many row groups, twice, at the same time, and after leaving early", async () => {
  const table = await openTable(await parquet("SELECT (i * 7919) % 10007 AS i, i::VARCHAR AS t FROM range(10000) r(i)"));
  const expected = Array.from({ length: 10_000 }, (_, i) => [String((i * 7919) % 10_007), String(i)]);
  for await (const batch of table.batches(10)) {
    expect(batch).toEqual(expected.slice(0, 10));
    break;
  }
  expect(await Promise.all([rowsOf(table), rowsOf(table)])).toEqual([expected, expected]);
  await table.close();
});

test("no rows", async () => {
  const table = await openTable(await parquet("SELECT 1 AS a WHERE false"));
  expect(table.columns).toEqual(["a"]);
  expect(await rowsOf(table)).toEqual([]);
});

test("a path that looks like a pattern", async () => {
  await parquet("SELECT 'other' AS a", "a1.parquet");
  const path = await parquet("SELECT 'this' AS a", "a[1]*?.parquet");
  expect(await rowsOf(await openTable(path))).toEqual([["this"]]);
});

test("damaged files", async () => {
  const whole = await readFile(await parquet("SELECT i, i::VARCHAR AS t FROM range(5000) r(i)"));
  const cut = join(folder, "cut.parquet");
  await writeFile(cut, whole.subarray(0, 3000));
  await expect(openTable(cut)).rejects.toMatchObject({
    code: "data",
    message: expect.stringMatching(/^cut\.parquet can't be read as Parquet and may be damaged: No magic bytes/) as string,
  });
  const spoiled = join(folder, "spoiled.parquet");
  await writeFile(spoiled, Buffer.from(whole).fill(0xff, 4, 2000));
  await expect(openTable(spoiled).then(rowsOf)).rejects.toMatchObject({
    code: "data",
    message: expect.stringMatching(/^spoiled/) as string,
  });
});
