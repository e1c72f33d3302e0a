import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { TextRow } from "../table.js";
import { abortAll } from "./atomic.js";
import { openTable } from "./open.js";
import { createTableWriter, type WriterOptions } from "./write.js";

let root: string;
let folder: string;
beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), "vhgm-write-"))));
beforeEach(async () => void (folder = await mkdtemp(join(root, "test-"))));
afterAll(() => rm(root, { recursive: true }));

async function write(name: string, columns: string[], rows: TextRow[], options?: WriterOptions): Promise<string> {
  const path = join(folder, name);
  const writer = await createTableWriter(path, columns, options);
  for (let i = 0; i < rows.length; i += 3) await writer.write(rows.slice(i, i + 3));
  await writer.finish();
  return path;
}

async function read(path: string): Promise<{ columns: readonly string[]; rows: TextRow[]; nativeTypes?: readonly string[] }> {
  const table = await openTable(path);
  const rows: TextRow[] = [];
  for await (const batch of table.batches()) rows.push(...batch);
  return { columns: table.columns, rows, nativeTypes: table.nativeTypes };
}

const FORMATS = [".csv", ".tsv", ".csv.gz", ".tsv.gz", ".jsonl", ".ndjson", ".jsonl.gz", ".parquet"];

describe("delimited files", () => {
  test("quotes only where they are needed, LF line ends", async () => {
    const rows = [
      ["1", "x y", ""],
      ["a,b", 'say "hi"', "5;6|7\t8"],
      [" a", "a ", "\ta"],
      ["a\nb", "a\rb", "日本"],
    ];
    const path = await write("t.csv", ["a", "b;c", "d"], rows);
    expect(await readFile(path, "utf8")).toBe(
      'a,"b;c",d\n1,x y,\n"a,b","say ""hi""",5;6|7\t8\n" a","a ","\ta"\n"a\nb","a\rb",日本\n',
    );
    expect(await readFile(await write("t.tsv", ["a", "b"], [["1,2", "3\t4"]]), "utf8")).toBe('a\tb\n1,2\t"3\t4"\n');
  });
  test("the only cell of an empty row is quoted", async () => {
    const path = await write("t.csv", ["a"], [[""], ["1"]]);
    expect(await readFile(path, "utf8")).toBe('a\n""\n1\n');
    expect((await read(path)).rows).toEqual([[""], ["1"]]);
  });
  test("gzip holds the same text", async () => {
    const path = await write("t.csv.gz", ["a"], [["1"]]);
    expect(gunzipSync(await readFile(path)).toString()).toBe("a\n1\n");
  });
});

describe("round trips", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.array(fc.constantFrom(...',;\t|"\n\r \ufeff\u001ba1e0rn日'), { maxLength: 8 }).map((c) => c.join("")),
  );
  const cell = text.filter((value) => !value.includes("\0"));
  const table = fc.uniqueArray(cell.filter((name) => name !== ""), { minLength: 1, maxLength: 4 }).chain((columns) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.array(fc.array(cell, { minLength: columns.length, maxLength: columns.length }), { maxLength: 6 }),
    }),
  );
  test.each([".csv", ".tsv", ".csv.gz"])("any text survives %s", async (extension) => {
    await fc.assert(
      fc.asyncProperty(table, async ({ columns, rows }) => {
        expect(await read(await write(`t${extension}`, columns, rows))).toEqual({ columns, rows });
      }),
      { numRuns: 150 },
    );
  });
  test.each([".jsonl", ".parquet"])("any text survives %s", async (extension) => {
    await fc.assert(
      fc.asyncProperty(table, async ({ columns, rows }) => {
        // Empty files of JSON lines name no columns; DuckDB takes names that differ in case for the same, and its client
        // drops a byte order mark at the start of a text.
        fc.pre(rows.length > 0 && new Set(columns.map((name) => name.toLowerCase())).size === columns.length);
        fc.pre(extension === ".jsonl" || ![...columns, ...rows.flat()].some((text) => text.startsWith("\ufeff")));
        const path = await write(`t${extension}`, columns, rows, { nativeTypes: columns.map(() => "VARCHAR") });
        expect(await read(path)).toMatchObject({ columns, rows });
      }),
      { numRuns: 60 },
    );
  });
  test("DuckDB reads from our CSV what was written", async () => {
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    await fc.assert(
      fc.asyncProperty(table, async ({ columns, rows }) => {
        // DuckDB guesses line ends from the first CR or LF, even in quotes.
        fc.pre(![...columns, ...rows.flat()].some((text) => text.startsWith("\ufeff") || text.includes("\r")));
        const path = await write("t.csv", columns, rows);
        const types = columns.map((_, j) => `c${j}: 'VARCHAR'`).join();
        const query = `FROM read_csv('${path}', header = true, auto_detect = false, columns = {${types}})`;
        const back = (await connection.runAndReadAll(query)).getRows().map((row) => row.map((value) => value ?? ""));
        expect(back).toEqual(rows);
      }),
      { numRuns: 100 },
    );
  });
  test.each(FORMATS)("many rows in order, and long cells, through %s", async (extension) => {
    const rows = Array.from({ length: 5000 }, (_, i) => [String(i), i % 3 ? `text ${i}` : "", String(i / 8)]);
    rows[4000][1] = `"long", ${"日".repeat(1_000_000)}`;
    expect((await read(await write(`t${extension}`, ["i", "t", "x"], rows))).rows).toEqual(rows);
  });
  test.each(FORMATS)("no rows through %s", async (extension) => {
    const path = await write(`t${extension}`, ["a", "b"], []);
    if (extension.includes("json")) await expect(openTable(path)).rejects.toThrow(/is empty/);
    else expect(await read(path)).toMatchObject({ columns: ["a", "b"], rows: [] });
  });
});

describe("types", () => {
  const columns = ["int", "num", "id", "long", "text", "none"];
  const rows = [
    ["1", "1.50", "007", "1234567890123456789", "a", ""],
    ["", "-2e3", "8", "1", "", ""],
  ];

  test("Parquet: a column of numbers is numeric if nothing is lost", async () => {
    const { nativeTypes, rows: back } = await read(await write("t.parquet", columns, rows));
    expect(nativeTypes).toEqual(["BIGINT", "DOUBLE", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR"]);
    expect(back).toEqual([["1", "1.5", ...rows[0].slice(2)], ["", "-2000", ...rows[1].slice(2)]]);
  });
  test("JSON lines: the same, and numbers keep their text", async () => {
    const path = await write("t.jsonl", columns, rows);
    expect(await readFile(path, "utf8")).toBe(
      '{"int":1,"num":1.50,"id":"007","long":"1234567890123456789","text":"a","none":null}\n' +
        '{"int":null,"num":-2e3,"id":"8","long":"1","text":null,"none":null}\n',
    );
  });
  test("native types are kept where every cell fits, and widened where one doesn't", async () => {
    const cases: [type: string, cells: string[], written: string][] = [
      ["INTEGER", ["1", "-5"], "INTEGER"],
      ["INTEGER", ["1", "2.5"], "DOUBLE"],
      ["TINYINT", ["1", "300"], "DOUBLE"],
      ["INTEGER", ["1", "Refused"], "VARCHAR"],
      ["DECIMAL(10,2)", ["1.50", "2"], "DECIMAL(10,2)"],
      ["DECIMAL(10,2)", ["1.50", "2.125"], "DOUBLE"],
      ["FLOAT", ["0.1", "0.25"], "FLOAT"],
      ["DOUBLE", ["1", "x"], "VARCHAR"],
      ["DATE", ["2020-01-02", ""], "DATE"],
      ["DATE", ["2020-01-02", "2020-01-02 10:00:00"], "VARCHAR"],
      ["TIMESTAMP", ["2020-01-02 03:04:05.5", ""], "TIMESTAMP"],
      ["TIMESTAMP WITH TIME ZONE", ["2020-01-02 03:04:05.5Z", "2020-01-02 03:04:05Z"], "TIMESTAMP WITH TIME ZONE"],
      ["BOOLEAN", ["true", "false"], "BOOLEAN"],
      ["BOOLEAN", ["true", "1"], "VARCHAR"],
      ["VARCHAR", ["1", "2"], "VARCHAR"],
      ["INTEGER", ["", ""], "INTEGER"],
      ["INTEGER[]", ["[1]", ""], "VARCHAR"],
    ];
    const names = cases.map((_, j) => `c${j}`);
    const nativeTypes = cases.map(([type]) => type);
    const rows = [0, 1].map((i) => cases.map(([, cells]) => cells[i]));
    const path = await write("t.parquet", names, rows, { nativeTypes });
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM '${path}'`);
    expect(described.getRows().map((row) => row[1])).toEqual(cases.map(([, , written]) => written));
    const { rows: back } = await read(path);
    expect(back[0]).toEqual(["1", "1", "1", "1", "1.50", "1.5", ...rows[0].slice(6)]);
    expect(back[1]).toEqual(["-5", "2.5", "300", "Refused", "2.00", ...rows[1].slice(5)]);
  });
  test("JSON lines: native types decide, cells that don't fit are strings", async () => {
    const nativeTypes = ["BIGINT", "VARCHAR", "BOOLEAN", "JSON"];
    const source = '{"a":1,"b":"1","c":true,"d":{"x":[1]}}\n{"a":"Refused","b":null,"c":"maybe","d":"{"}\n';
    const rows = [["1", "1", "true", '{"x":[1]}'], ["Refused", "", "maybe", "{"]];
    expect(await readFile(await write("t.jsonl", ["a", "b", "c", "d"], rows, { nativeTypes }), "utf8")).toBe(source);
  });
});

describe("failures leave nothing behind", () => {
  afterEach(() => vi.restoreAllMocks());
  const rows = Array.from({ length: 20_000 }, (_, i) => [String(i), `text ${i}`]);

  /** From its n-th call on, a method of every file handle fails as on a full disk. */
  async function fail(method: "writeFile" | "sync", calls: number): Promise<void> {
    const path = join(root, "handle");
    const handle = await open(path, "w");
    await handle.close();
    await rm(path);
    const prototype = Object.getPrototypeOf(handle) as typeof handle;
    const original = prototype[method] as (...args: unknown[]) => Promise<void>;
    let count = 0;
    vi.spyOn(prototype, method).mockImplementation(function (this: unknown, ...args: unknown[]) {
      if (++count < calls) return original.apply(this, args);
      return Promise.reject(Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }));
    });
  }

  for (const extension of FORMATS) {
    test(`the disk is full, ${extension}`, async () => {
      for (const [method, calls] of [["writeFile", 1], ["writeFile", 2], ["sync", 1]] as const) {
        await fail(method, calls);
        const path = join(folder, `t${extension}`);
        await writeFile(path, "old");
        const written = write(`t${extension}`, ["a", "b"], rows);
        await expect(written).rejects.toMatchObject({
          code: "disk",
          message: `There is no space left to write "${path}"; nothing was left behind.`,
        });
        vi.restoreAllMocks();
        expect(await readdir(folder)).toEqual([`t${extension}`]);
        expect(await readFile(path, "utf8")).toBe("old");
      }
    });

    test(`abort, ${extension}`, async () => {
      const writer = await createTableWriter(join(folder, `t${extension}`), ["a", "b"]);
      await writer.write(rows);
      expect(await readdir(folder)).not.toEqual([]);
      await writer.abort();
      await writer.abort();
      expect(await readdir(folder)).toEqual([]);
      await expect(writer.finish()).rejects.toThrow(/is closed already/);
    });

    test(`abortAll, ${extension}`, async () => {
      const writer = await createTableWriter(join(folder, `t${extension}`), ["a", "b"]);
      await writer.write(rows);
      abortAll();
      expect(await readdir(folder)).toEqual([]);
      await expect(writer.finish()).rejects.toMatchObject({ code: "disk" });
      expect(await readdir(folder)).toEqual([]);
    });
  }

  test("a row of the wrong width", async () => {
    const writer = await createTableWriter(join(folder, "t.csv"), ["a", "b"]);
    await expect(writer.write([["1", "2"], ["3"]])).rejects.toMatchObject({
      code: "data",
      message: "A row of 1 cells can't be written to t.csv, which has 2 columns.",
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test("outputs that can't be", async () => {
    const create = (name: string, columns: string[], options?: WriterOptions) =>
      createTableWriter(join(folder, name), columns, options);
    await expect(create("t.xpt", ["a"])).rejects.toMatchObject({
      code: "usage",
      message:
        `"${join(folder, "t.xpt")}" has no extension of a table that can be written; allowed are .csv, .tsv, .csv.gz, .tsv.gz, ` +
        ".parquet, .jsonl, .ndjson, .jsonl.gz, .ndjson.gz.",
    });
    await expect(create("t.csv", ["a", "a"])).rejects.toMatchObject({ code: "data" });
    await expect(create("t.csv", [])).rejects.toMatchObject({ code: "data" });
    await expect(create("t.csv", ["a"], { nativeTypes: [] })).rejects.toMatchObject({ code: "data" });
    await expect(create("t.parquet", ["a", "A"])).rejects.toThrow('can\'t hold both "a" and "A"');
    await expect(create("none/t.csv", ["a"])).rejects.toMatchObject({ code: "usage" });
    expect(await readdir(folder)).toEqual([]);
  });
});
