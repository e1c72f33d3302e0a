import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeFolder } from "./exportFolder.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vhgm-folder-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const bytes = Uint8Array.of(1, 2, 3);

test("a folder appears with all its files, also where an empty one stood", async () => {
  mkdirSync(join(folder, "empty"));
  for (const name of ["new", "empty"]) {
    await writeFolder(join(folder, name), { a: bytes, b: bytes });
    expect(readdirSync(join(folder, name)).sort()).toEqual(["a", "b"]);
    expect([...readFileSync(join(folder, name, "b"))]).toEqual([1, 2, 3]);
  }
  expect(readdirSync(folder).sort()).toEqual(["empty", "new"]);
});

test("a failure leaves nothing behind, and what holds something is refused untouched", async () => {
  await expect(writeFolder(join(folder, "new"), { a: bytes, "no/such": bytes })).rejects.toMatchObject({ code: "disk" });
  expect(readdirSync(folder)).toEqual([]);
  writeFileSync(join(folder, "file"), "x");
  await expect(writeFolder(join(folder, "file"), { a: bytes })).rejects.toMatchObject({ code: "usage" });
  await expect(writeFolder(folder, { a: bytes })).rejects.toThrow("is not empty; name a new one");
  await expect(writeFolder(join(folder, "none", "new"), { a: bytes })).rejects.toThrow("create it first");
  expect(readdirSync(folder)).toEqual(["file"]);
});
