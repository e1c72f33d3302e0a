import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TextRow } from "../table.js";
import { openTable, type FileTable } from "./open.js";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "vhgm-jsonl-"))));
afterAll(() => rm(folder, { recursive: true }));

async function open(content: string | Uint8Array, name = "t.jsonl"): Promise<FileTable> {
  const path = join(folder, name);
  await writeFile(path, content);
  return openTable(path);
}

async function rowsOf(table: FileTable): Promise<TextRow[]> {
  const rows: TextRow[] = [];
  for await (const batch of table.batches()) rows.push(...batch);
  return rows;
}

test("columns in order of first appearance, text of values kept, absent and null empty", async () => {
  const table = await open(
    '\ufeff{"b":1,"2":"x"}\r\n\n{"a":true,"b":null}\n{"年齢":{"k":[1]},"b":2,"d":1.50,"2":""}\n' +
      '{"b":3,"mix":"t","all":null}\n{"mix":5}',
  );
  expect(table.columns).toEqual(["b", "2", "a", "年齢", "d", "mix", "all"]);
  expect(table.nativeTypes).toEqual(["BIGINT", "VARCHAR", "BOOLEAN", "JSON", "DOUBLE", "VARCHAR", "VARCHAR"]);
  const rows = [
    ["1", "x", "", "", "", "", ""],
    ["", "", "true", "", "", "", ""],
    ["2", "", "", '{"k":[1]}', "1.50", "", ""],
    ["3", "", "", "", "", "t", ""],
    ["", "", "", "", "", "5", ""],
  ];
  expect(await rowsOf(table)).toEqual(rows);
  expect(await rowsOf(table)).toEqual(rows);
});

test("gzip, .ndjson, and lines longer than a piece of the file", async () => {
  const long = "x".repeat(300_000);
  const text = `{"a":"${long}"}\n{"a":"y"}\n`;
  for (const [content, name] of [[text, "t.ndjson"], [gzipSync(text), "t.jsonl.gz"]] as const) {
    expect(await rowsOf(await open(content, name))).toEqual([[long], ["y"]]);
  }
});

test("batches have the size asked for, in file order", async () => {
  const table = await open(Array.from({ length: 2500 }, (_, i) => `{"i":${i}}`).join("\n"));
  const batches: TextRow[][] = [];
  for await (const batch of table.batches(1000)) batches.push(batch);
  expect(batches.map((batch) => batch.length)).toEqual([1000, 1000, 500]);
  expect(batches.flat().map(([i]) => Number(i))).toEqual(Array.from({ length: 2500 }, (_, i) => i));
});

test.each([
  ['{"a":1}\n\n{"a":2\n', /^t\.jsonl, line 3: \{"a":2 is no JSON object \(.+\)\.$/],
  ["[1,2]\n", /^t\.jsonl, line 1: \[1,2\] is no JSON object \(not an object\)\.$/],
  ['{"a":1,"a":2}\n', /^t\.jsonl, line 1: .* \(the key "a" occurs twice\)\.$/],
  ["\n \n", /^t\.jsonl is empty; each line must be a JSON object\.$/],
  ["{}\n{}\n", /^t\.jsonl has no columns; a table needs at least one\.$/],
  ['{"":1}\n', /^t\.jsonl has no name for column 1 of 1/],
  [`[${"1,".repeat(100)}1]`, /^t\.jsonl, line 1: .{60}… is no JSON object/],
])("%j is refused", async (content, message) => {
  await expect(open(content)).rejects.toMatchObject({ code: "data", message: expect.stringMatching(message) as string });
});

test("text that is not UTF-8, and damaged gzip", async () => {
  await expect(open(Buffer.from('{"a":"é"}', "latin1"))).rejects.toThrow("t.jsonl, line 1: the text is not UTF-8");
  await expect(open(gzipSync('{"a":1}\n').subarray(0, -4), "t.jsonl.gz")).rejects.toThrow("its gzip data end too early");
});
