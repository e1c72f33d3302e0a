import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readFiles } from "./files.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vhgm-files-"));
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), "<p>");
  await writeFile(join(folder, "assets", "index-Ab3dEf7h.js"), "1");
  await writeFile(join(folder, "notes.unknown"), "2");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("files stand under the paths that ask for them, with their types; those of other types are left out", async () => {
  const files = await readFiles(folder);
  expect([...files.keys()].sort()).toEqual(["/assets/index-Ab3dEf7h.js", "/index.html"]);
  expect(files.get("/index.html")).toMatchObject({ type: "text/html; charset=utf-8", immutable: false });
  // Its name changes with its content, so that a browser may keep it.
  expect(files.get("/assets/index-Ab3dEf7h.js")).toMatchObject({ immutable: true, bytes: new TextEncoder().encode("1") });
});

test("a tag follows from the content alone", async () => {
  const before = (await readFiles(folder)).get("/index.html")!.etag;
  expect((await readFiles(folder)).get("/index.html")!.etag).toBe(before);
  await writeFile(join(folder, "index.html"), "<b>");
  expect((await readFiles(folder)).get("/index.html")!.etag).not.toBe(before);
});

test("no folder is no files; one that can't be read is said", async () => {
  expect((await readFiles(join(folder, "absent"))).size).toBe(0);
  await expect(readFiles(join(folder, "notes.unknown"))).rejects.toThrow("ENOTDIR");
});
