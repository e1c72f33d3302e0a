import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { memoryTable } from "../table.js";
import { openTable, requireRows } from "./open.js";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "vhgm-open-"))));
afterAll(() => rm(folder, { recursive: true }));

test("an absent file", async () => {
  const path = join(folder, "none.csv");
  await expect(openTable(path)).rejects.toMatchObject({ code: "usage", message: `There is no file "${path}".` });
});

test("a folder", async () => {
  const path = join(folder, "folder.csv");
  await mkdir(path);
  await expect(openTable(path)).rejects.toMatchObject({
    code: "data",
    message: `"${path}" is a folder; give a file that holds a table.`,
  });
});

test("an empty file, of any kind", async () => {
  for (const name of ["e.csv", "e.csv.gz", "e.parquet", "e.jsonl", "e.xpt"]) {
    await writeFile(join(folder, name), "");
    await expect(openTable(join(folder, name))).rejects.toMatchObject({
      code: "data",
      message: `${name} is empty (0 bytes); a table needs at least its column names.`,
    });
  }
});

test("an unknown extension", async () => {
  const path = join(folder, "t.doc");
  await writeFile(path, "x");
  await expect(openTable(path)).rejects.toMatchObject({
    code: "usage",
    message:
      `"${path}" has no extension of a table that can be read; allowed are .csv, .tsv, .txt, .csv.gz, .tsv.gz, .txt.gz, ` +
      ".parquet, .jsonl, .ndjson, .jsonl.gz, .ndjson.gz, .xpt.",
  });
});

test.each([
  ["table.XLSX", "save the sheet as CSV UTF-8"],
  ["table.sav", "export it there as CSV or Parquet"],
])("%s: %s", async (name, advice) => {
  const path = join(folder, name);
  await writeFile(path, "x");
  await expect(openTable(path)).rejects.toThrow(`"${path}" has no extension of a table that can be read; ${advice}; tables that can be read are .csv, `);
});

test.skipIf(process.platform === "win32")("something that is no regular file", async () => {
  await expect(openTable("/dev/null")).rejects.toThrow('"/dev/null" is not a regular file');
});

test("requireRows", async () => {
  await expect(requireRows(memoryTable("t", ["a", "b"], []))).rejects.toMatchObject({
    code: "data",
    message: "t names 2 columns but has no rows; at least one is needed.",
  });
  await requireRows(memoryTable("t", ["a"], [["1"]]));
});
