import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { joinTables } from "../sources.js";
import type { TextRow } from "../table.js";
import { openTable } from "./open.js";
import { createTableWriter } from "./write.js";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "vhgm-dialect-"))));
afterAll(() => rm(folder, { recursive: true }));

/** Reads a file and writes its rows under another name, as a command that completes a table does. */
async function copy(content: string, from: string, to: string): Promise<{ rows: TextRow[]; text: string }> {
  const source = join(folder, from);
  await writeFile(source, from.endsWith(".gz") ? gzipSync(content) : content);
  const { columns, dialect, batches } = await openTable(source);
  const target = join(folder, to);
  const writer = await createTableWriter(target, columns, { dialect });
  const rows: TextRow[] = [];
  for await (const batch of batches()) {
    rows.push(...batch);
    await writer.write(batch);
  }
  await writer.finish();
  const bytes = await readFile(target);
  return { rows, text: (to.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8") };
}

test.each([
  ["semicolons with decimal commas", "a;b\n1,5;2\n"],
  ["tabs", "a\tb\n1,5\t2\n"],
  ["a byte order mark and CRLF", "\ufeffa,b\r\n1,2\r\n"],
  ["Excel's first line", "sep=;\r\na;b\r\n1,5;2\r\n"],
  ["a mark before it", "\ufeffsep=|\na|b\n1;5|2\n"],
  ["line breaks in quotes before the first line end", 'a;"b\nc"\r\n1;2\r\n'],
])("a copy of a .csv keeps %s", async (_, content) => {
  expect(await copy(content, "in.csv", "out.csv")).toMatchObject({ rows: [[expect.any(String), "2"]], text: content });
  expect((await copy(content, "in.csv.gz", "out.csv.gz")).text).toBe(content);
});

test("the output's ending says what separates its cells, and mark and line ends stay", async () => {
  expect((await copy("\ufeffsep=;\r\na;b\r\n1,5;2\r\n", "in.csv", "out.tsv")).text).toBe("\ufeffa\tb\r\n1,5\t2\r\n");
  expect((await copy("a\tb\r\n1,5\t2\r\n", "in.tsv", "out.csv")).text).toBe('a,b\r\n"1,5",2\r\n');
  expect((await copy("a\tb\r\n1,5\t2\r\n", "in.tsv", "out.tsv")).text).toBe("a\tb\r\n1,5\t2\r\n");
  expect((await copy("a;b\n1;2\n", "in.csv", "out.jsonl")).text).toBe('{"a":1,"b":2}\n');
});

test("lines are counted with Excel's first line", async () => {
  await writeFile(join(folder, "in.csv"), "sep=;\na;b\n1;2\n3\n");
  const { batches } = await openTable(join(folder, "in.csv"));
  await expect(batches()[Symbol.asyncIterator]().next()).rejects.toThrow("in.csv, line 4: the row has 1 cell, but the header has 2 columns.");
});

test("several tables as one are written as they all are", async () => {
  const open = async (name: string, content: string) => {
    await writeFile(join(folder, name), content);
    return openTable(join(folder, name));
  };
  const [a, b, c] = [await open("a.csv", "a;b\n1;2\n"), await open("b.csv", "a;c\n1;2\n"), await open("c.csv", "a,c\n1,2\n")];
  expect(joinTables([a, b]).dialect).toMatchObject({ delimiter: ";" });
  expect(joinTables([a, c]).dialect).toBeUndefined();
});
