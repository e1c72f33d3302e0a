import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TextRow } from "../table.js";
import { openTable, type FileTable } from "./open.js";
import { library, member, toIbm, type XptCell, type XptColumn } from "../../../test/support/xpt.js";
import { ibmToNumber } from "./xpt.js";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "vhgm-xpt-"))));
afterAll(() => rm(folder, { recursive: true }));

async function open(content: Buffer, name = "t.xpt"): Promise<FileTable> {
  const path = join(folder, name);
  await writeFile(path, content);
  return openTable(path);
}

async function rowsOf(table: FileTable, rowsPerBatch?: number): Promise<TextRow[]> {
  const rows: TextRow[] = [];
  for await (const batch of table.batches(rowsPerBatch)) rows.push(...batch);
  return rows;
}

const read = async (columns: XptColumn[], rows: XptCell[][], options = {}): Promise<TextRow[]> =>
  rowsOf(await open(Buffer.concat([library(), member(columns, rows, options)])));

describe("IBM numbers", () => {
  test.each([
    ["0000000000000000", 0],
    ["8000000000000000", 0],
    ["4110000000000000", 1],
    ["c110000000000000", -1],
    ["c276a00000000000", -118.625],
    ["401999999999999a", 0.1],
    ["434e200000000000", 1250],
    ["7fffffffffffffff", 7.237005577332262e75],
    // A fraction of 56 bits is rounded to the nearest double, ties to even.
    ["4e20000000000001", 2 ** 53 + 0],
    ["4e20000000000003", 2 ** 53 + 4],
    ["0010000000000000", 0],
    ["0020000000000000", 2 ** -259],
    ["2e00000000000000", undefined],
    ["4100000000000000", undefined],
    ["5a00000000000000", undefined],
    ["5f00000000000000", undefined],
    ["4c10", 16 ** 11],
  ])("%s", (hex, value) => expect(ibmToNumber(Buffer.from(hex, "hex"))).toBe(value));

  test("every double of the range survives", () => {
    const doubles = fc.double({ min: 1e-70, max: 1e70, noNaN: true });
    fc.assert(fc.property(doubles, fc.boolean(), (x, negative) => ibmToNumber(toIbm(negative ? -x : x)) === (negative ? -x : x)));
  });
});

describe("tables", () => {
  const columns: XptColumn[] = [
    { name: "SEQN", label: "Respondent sequence number" },
    { name: "X", length: 3 },
    { name: "NAME", text: true, length: 10 },
  ];
  const rows: XptCell[][] = [
    [93703, 1, "a b"],
    [5.397605346934028e-79, 0.5, ""],
    [{ missing: "." }, { missing: "A" }, "  日本  "],
    [{ missing: "_" }, { missing: "Z" }, "1234567890"],
  ];
  const expected = [
    ["93703", "1", "a b"],
    ["0", "0.5", ""],
    ["", "", "  日本"],
    ["", "", "1234567890"],
  ];

  test.each([140, 136])("numbers, short numbers, missing values and texts; descriptions of %d bytes", async (size) => {
    const table = await open(Buffer.concat([library(), member(columns, rows, { size })]), "T.XPT");
    expect(table.columns).toEqual(["SEQN", "X", "NAME"]);
    expect(table.labels).toEqual(["Respondent sequence number", undefined, undefined]);
    expect(table.nativeTypes).toEqual(["DOUBLE", "DOUBLE", "VARCHAR"]);
    expect(await rowsOf(table)).toEqual(expected);
    expect(await rowsOf(table, 1)).toEqual(expected);
    expect(table.notes).toEqual([]);
  });

  test("version 8: long names and labels", async () => {
    const label = "A label that is longer than the forty characters of version 5";
    const long: XptColumn[] = [{ name: "a_rather_long_name" }, { name: "b", label, text: true, length: 1 }];
    const table = await open(Buffer.concat([library(8), member(long, [[1, "x"], [2, "y"]], { version: 8 })]));
    expect(table.columns).toEqual(["a_rather_long_name", "b"]);
    expect(table.labels).toEqual([undefined, label]);
    expect(await rowsOf(table)).toEqual([["1", "x"], ["2", "y"]]);
  });

  test("texts that are not UTF-8 are Windows-1252", async () => {
    const bytes = member([{ name: "A", text: true, length: 4 }], [["caf?"]]);
    bytes[bytes.lastIndexOf("?")] = 0xe9;
    expect(await rowsOf(await open(Buffer.concat([library(), bytes])))).toEqual([["café"]]);
  });

  test("the filling of the last record makes no rows, however many rows it could hold", async () => {
    for (let n = 0; n <= 81; n++) {
      const numbers = Array.from({ length: n }, (_, i) => [i]);
      expect(await read([{ name: "A", length: 8 }], numbers)).toEqual(numbers.map(([i]) => [String(i)]));
      expect(await read([{ name: "A", text: true, length: 1 }], numbers.map(() => ["x"]))).toHaveLength(n);
    }
  });

  test("blank texts are rows, but for those at the end that could be filling", async () => {
    const texts = (...lengths: number[]): XptCell[][] =>
      lengths.flatMap((n, i) => Array.from({ length: n }, () => [i % 2 ? "x" : ""]));
    expect(await read([{ name: "A", text: true, length: 1 }], texts(3, 1, 200))).toHaveLength(161);
    expect(await read([{ name: "A", text: true, length: 1 }], texts(200, 1))).toHaveLength(201);
    expect(await read([{ name: "A", text: true, length: 100 }], texts(1, 1, 2))).toHaveLength(4);
  });

  test("many rows, whose length doesn't divide a piece of the file", async () => {
    const many = Array.from({ length: 30_000 }, (_, i) => [i, -i / 8, `t${i}`]);
    const odd: XptColumn[] = [{ name: "A" }, { name: "B", length: 5 }, { name: "C", text: true, length: 7 }];
    const table = await open(Buffer.concat([library(), member(odd, many)]));
    const texts = many.map(([a, b, c]) => [String(a), String(b === 0 ? 0 : b), c]);
    expect(await rowsOf(table, 999)).toEqual(texts);
  });

  test("of several members the first is read, with a note", async () => {
    const first = member([{ name: "A", text: true, length: 80 }], [["HEADER RECORD*******OBS"], ["x"]]);
    const table = await open(Buffer.concat([library(), first, member(columns, rows)]));
    expect(await rowsOf(table)).toEqual([["HEADER RECORD*******OBS"], ["x"]]);
    await rowsOf(table);
    expect(table.notes).toEqual(["t.xpt holds more than one table; only the first is read."]);
  });

  const whole = Buffer.concat([library(), member([{ name: "A" }, { name: "B", text: true, length: 90 }], [[1, "x"], [2, "y"]])]);
  test("a file that is cut off", async () => {
    await expect(open(whole.subarray(0, 900))).rejects.toMatchObject({
      code: "data",
      message: "t.xpt ends within its header; copy or download it again.",
    });
    const dataStart = whole.indexOf("HEADER RECORD*******OBS") + 80;
    await expect(open(whole.subarray(0, dataStart + 98 + 20)).then((table) => rowsOf(table))).rejects.toMatchObject({
      code: "data",
      message: "t.xpt ends within a row; it was cut off, so copy or download it again.",
    });
    const table = await open(whole.subarray(0, dataStart + 98));
    expect(await rowsOf(table)).toHaveLength(1);
    expect(table.notes).toEqual(["t.xpt is not a whole number of 80-byte records long, so rows may be missing at its end."]);
  });

  test("other files", async () => {
    const cport = Buffer.from("**COMPRESSED** **COMPRESSED** **COMPRESSED**".padEnd(800, "x"));
    await expect(open(cport)).rejects.toThrow("t.xpt is a SAS CPORT file, which only SAS can read; save it with XPORT or as CSV.");
    await expect(open(Buffer.alloc(800, "a,b\n"))).rejects.toMatchObject({
      code: "data",
      message: "t.xpt is no SAS transport file: a LIBRARY header is expected at byte 0.",
    });
    const twice = Buffer.concat([library(), member([{ name: "A" }, { name: "A" }], [])]);
    await expect(open(twice)).rejects.toThrow('two columns named "A"');
    const spoiled = Buffer.from(whole);
    spoiled.writeInt32BE(5000, spoiled.indexOf("HEADER RECORD*******NAMESTR") + 80 + 84);
    await expect(open(spoiled)).rejects.toThrow('t.xpt gives "A" 8 bytes at byte 5000 of a row of 98; it is damaged.');
  });
});
