import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Table, TextRow } from "../table.js";
import { openTable } from "./open.js";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "vhgm-csv-"))));
afterAll(() => rm(folder, { recursive: true }));

async function file(content: string | Uint8Array, name = "t.csv"): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function rowsOf(table: Table, rowsPerBatch?: number): Promise<TextRow[]> {
  const rows: TextRow[] = [];
  for await (const batch of table.batches(rowsPerBatch)) rows.push(...batch);
  return rows;
}

async function read(content: string | Uint8Array, name?: string): Promise<{ columns: readonly string[]; rows: TextRow[] }> {
  const table = await openTable(await file(content, name));
  const rows = await rowsOf(table);
  await table.close();
  return { columns: table.columns, rows };
}

describe("what is read", () => {
  const cases: Record<string, [text: string, columns: string[], rows: string[][]]> = {
    "numbers keep their text": ["a,b\n01.50,1e3\n,NA\n", ["a", "b"], [["01.50", "1e3"], ["", "NA"]]],
    "byte order mark and CRLF": ["\ufeffa,b\r\n1,2\r\n", ["a", "b"], [["1", "2"]]],
    "names with line breaks, in Japanese": ['"年\n齢",身長\n三十,170\n', ["年\n齢", "身長"], [["三十", "170"]]],
    "mixed line ends": ["a,b\n1,2\r\n3,4\n", ["a", "b"], [["1", "2"], ["3", "4"]]],
    "semicolons with decimal commas": ["a;b\n1,5;2\n", ["a", "b"], [["1,5", "2"]]],
    "blank lines are no rows": ["\n\na,b\n1,2\n\n\n3,4\n\n", ["a", "b"], [["1", "2"], ["3", "4"]]],
    "in one column they are": ["a\n1\n\n3\n", ["a"], [["1"], [""], ["3"]]],
    "an all-empty row is a row": ["a,b\n,\n1,2\n", ["a", "b"], [["", ""], ["1", "2"]]],
    "a header alone": ["a,b\n", ["a", "b"], []],
    "a header alone without line end": ["a,b", ["a", "b"], []],
    "names that differ in case": ["a,A\n1,2\n", ["a", "A"], [["1", "2"]]],
  };
  for (const [name, [text, columns, rows]] of Object.entries(cases)) {
    test(name, async () => expect(await read(text)).toEqual({ columns, rows }));
  }

  test("a tab separates .tsv whatever else there is", async () => {
    expect(await read("a,x;y\n1,2\n", "t.tsv")).toEqual({ columns: ["a,x;y"], rows: [["1,2"]] });
    expect((await read("a\tb\n1\t2\n", "t.TSV")).rows).toEqual([["1", "2"]]);
  });
  test(".txt is looked at as .csv is", async () => {
    expect((await read("a|b\n1|2\n", "t.txt")).rows).toEqual([["1", "2"]]);
  });
  test("a given delimiter wins", async () => {
    const table = await openTable(await file("a:b,c\n1:2,3\n"), { delimiter: ":" });
    expect(table.columns).toEqual(["a", "b,c"]);
  });
  test("gzip, also of several members", async () => {
    const packed = Buffer.concat([gzipSync("a,b\n1,"), gzipSync("2\n")]);
    expect((await read(packed, "t.csv.gz")).rows).toEqual([["1", "2"]]);
  });
  test("a cell of three million characters, and rows wider than a piece of the file", async () => {
    const long = "日".repeat(1_000_000) + "x".repeat(2_000_000);
    expect((await read(`a,b\n"${long}",2\n3,4\n`)).rows).toEqual([[long, "2"], ["3", "4"]]);
    const wide = Array.from({ length: 20_000 }, (_, j) => `column ${j}`);
    const { columns, rows } = await read(`${wide.join()}\n${wide.join()}\n`);
    expect(columns).toEqual(wide);
    expect(rows).toEqual([wide]);
  });
  test("file order, batches of the size asked for, again and again, also after leaving early", async () => {
    const numbers = Array.from({ length: 5000 }, (_, i) => [String(i), String(i % 7)]);
    const table = await openTable(await file(`a,b\n${numbers.map((row) => row.join()).join("\n")}\n`));
    for await (const batch of table.batches(7)) {
      expect(batch).toEqual(numbers.slice(0, 7));
      break;
    }
    expect(await rowsOf(table)).toEqual(numbers);
    const sizes: number[] = [];
    for await (const batch of table.batches(2000)) sizes.push(batch.length);
    expect(sizes).toEqual([2000, 2000, 1000]);
  });
  test("blank lines are noted once, after reading", async () => {
    const table = await openTable(await file("a,b\n\n1,2\n\n"));
    expect(table.notes).toEqual([]);
    await rowsOf(table);
    await rowsOf(table);
    expect(table.notes).toEqual(["t.csv: 2 blank lines passed over."]);
  });
});

/** A packed table of 9,999 rows. */
const squares = (): Buffer => gzipSync(`n,square\n${Array.from({ length: 9999 }, (_, i) => `${i},${i * i}`).join("\n")}`);

describe("errors", () => {
  const cases: Record<string, [content: string | Uint8Array, message: string]> = {
    "too few cells": ["a,b,c\n1,2,3\n\n4,5\n", "t.csv, line 4: the row has 2 cells, but the header has 3 columns."],
    "too many cells": ["a,b\n1,2\n3,4,5\n", "t.csv, line 3: the row has 3 cells, but the header has 2 columns."],
    "a delimiter at the end": [
      "a,b\n1,2,\n",
      "t.csv, line 2: the row has 3 cells (it ends with a delimiter), but the header has 2 columns.",
    ],
    "lines counted across quoted line breaks": [
      'a,b\n"x\n\ny",1\n2\n',
      "t.csv, line 5: the row has 1 cell, but the header has 2 columns.",
    ],
    "duplicate names": ["a,b,a\n1,2,3\n", 't.csv has two columns named "a" (columns 1 and 3); column names must be unique.'],
    "an empty name": [",a\n1,2\n", "t.csv has no name for column 1 of 2; give every column a name in the header."],
    "an empty name at the end": [
      "a,b,\n1,2,3\n",
      "t.csv has no name for column 3 of 3; give every column a name in the header (or remove the delimiter at its end).",
    ],
    "a title above the names": [
      "Study of 2021\n\na,b\n1,2\n",
      't.csv, line 3: the row has 2 cells, but the header has 1 column, "Study of 2021"; the first line must name the columns.',
    ],
    "only blank lines": ["\n\n\n", "t.csv is empty; its first line must name the columns."],
    "only a byte order mark": ["\ufeff", "t.csv is empty; its first line must name the columns."],
    "an open quote": ['a,b\n1,"2\n', "t.csv, line 2: a quote is opened here and never closed."],
    "Shift_JIS": [
      Buffer.concat([Buffer.from("a,b\n1,2\n"), Buffer.from([0x93, 0xfa, 0x96, 0x7b]), Buffer.from(",2\n")]),
      "t.csv, line 3: the text is not UTF-8; save the file as UTF-8, e.g. iconv -f CP932 -t UTF-8 OLD > NEW.",
    ],
    "Latin-1": [
      Buffer.from("a,b\nné,2\n", "latin1"),
      "t.csv, line 2: the text is not UTF-8; save the file as UTF-8, e.g. iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW.",
    ],
    "Latin-1 that could be Shift_JIS": [
      Buffer.from("id,Größe,Straße\n1,männlich,Göteborg\n", "latin1"),
      "t.csv, line 1: the text is not UTF-8; save the file as UTF-8, e.g. iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW.",
    ],
    "UTF-8 cut within a character": [
      Buffer.from("a,b\n1,日").subarray(0, -1),
      "t.csv, line 2: the text is not UTF-8; save the file as UTF-8, e.g. iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW.",
    ],
    "UTF-16 with a mark": [
      Buffer.from("\ufeffa,b\n1,2\n", "utf16le"),
      "t.csv is UTF-16; save it as UTF-8, e.g. iconv -f UTF-16 -t UTF-8.",
    ],
    "UTF-16 without": [
      Buffer.from("a,b\n1,2\n", "utf16le"),
      "t.csv, line 1: there is a NUL character; if the file is UTF-16, save it as UTF-8 " +
        "(e.g. iconv -f UTF-16LE -t UTF-8), otherwise it is not a text table.",
    ],
    "gzip without .gz": [gzipSync("a,b\n1,2\n"), "t.csv is gzip data; add .gz to its name."],
    "a workbook": [
      Buffer.from("504b0304140006000800000021ff", "hex"),
      "t.csv is a zip archive or an Excel workbook; unpack it, or save the sheet as CSV UTF-8.",
    ],
  };
  for (const [name, [content, message]] of Object.entries(cases)) {
    test(name, async () => {
      await expect(read(content)).rejects.toMatchObject({ name: "VhgmError", code: "data", message });
    });
  }

  test("the line of a bad character far into a file", async () => {
    const good = "日本,2\n".repeat(30_000);
    const content = Buffer.concat([Buffer.from(`a,b\n${good}`), Buffer.from([0xff, 0x0a])]);
    await expect(read(content)).rejects.toThrow("t.csv, line 30002: the text is not UTF-8");
  });
  test("gzip that ends early", async () => {
    await expect(read(squares().subarray(0, -20), "t.csv.gz")).rejects.toMatchObject({
      code: "data",
      message: "t.csv.gz is damaged: its gzip data end too early; copy or download it again.",
    });
  });
  test("gzip that is none, or is damaged within", async () => {
    await expect(read("a,b\n1,2\n", "t.csv.gz")).rejects.toThrow(
      "t.csv.gz is damaged or not gzip (incorrect header check); copy or download it again, or rename it without .gz.",
    );
    const packed = squares();
    packed.fill(0, 1000, 1100);
    await expect(read(packed, "t.csv.gz")).rejects.toThrow(/t.csv.gz is damaged/);
  });
});
