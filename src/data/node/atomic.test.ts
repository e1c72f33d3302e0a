import { chmod, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { abortAll, diskError, pendingFile, writeFileAtomic } from "./atomic.js";

let root: string;
let folder: string;
beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), "vhgm-atomic-"))));
beforeEach(async () => void (folder = await mkdtemp(join(root, "test-"))));
afterAll(() => rm(root, { recursive: true }));

test("a file appears whole and replaces an older one", async () => {
  const path = join(folder, "a.txt");
  await writeFileAtomic(path, "日本");
  await writeFileAtomic(path, new Uint8Array([1, 2]));
  expect([...(await readFile(path))]).toEqual([1, 2]);
  expect(await readdir(folder)).toEqual(["a.txt"]);
});

test("a link is followed and stays a link", async () => {
  await writeFile(join(folder, "real.txt"), "old");
  await symlink(join(folder, "real.txt"), join(folder, "link.txt"));
  await writeFileAtomic(join(folder, "link.txt"), "new");
  expect(await readFile(join(folder, "real.txt"), "utf8")).toBe("new");
  expect((await readdir(folder)).sort()).toEqual(["link.txt", "real.txt"]);
});

test.skipIf(process.getuid?.() === 0)("a folder that takes no files is told before there is anything to write", async () => {
  await chmod(folder, 0o555);
  const path = join(folder, "a.txt");
  await expect(pendingFile(path)).rejects.toMatchObject({ code: "disk", message: `"${path}" can't be written: permission denied.` });
  await chmod(folder, 0o755);
});

test("until commit the old content stands; discard leaves it", async () => {
  const path = join(folder, "a.txt");
  await writeFile(path, "old");
  const file = await pendingFile(path);
  await writeFile(file.temporary, "new");
  expect(await readFile(path, "utf8")).toBe("old");
  await file.discard();
  await file.discard();
  expect(await readFile(path, "utf8")).toBe("old");
  expect(await readdir(folder)).toEqual(["a.txt"]);
});

test("abortAll removes what is under way and nothing else, and commit then fails", async () => {
  const done = await pendingFile(join(folder, "done.txt"));
  await writeFile(done.temporary, "x");
  await done.commit();
  const half = await pendingFile(join(folder, "half.txt"));
  await writeFile(half.temporary, "x");
  await pendingFile(join(folder, "not-begun.txt"));
  abortAll();
  expect(await readdir(folder)).toEqual(["done.txt"]);
  await expect(half.commit()).rejects.toMatchObject({ code: "disk" });
  expect(await readdir(folder)).toEqual(["done.txt"]);
});

test("a folder, a device, or a folder that doesn't exist can't be written to", async () => {
  await expect(writeFileAtomic(folder, "x")).rejects.toMatchObject({
    code: "usage",
    message: `"${folder}" is a folder; name a file to write.`,
  });
  const lost = join(folder, "none", "a.txt");
  await expect(writeFileAtomic(lost, "x")).rejects.toMatchObject({
    code: "usage",
    message: `"${lost}" can't be written: there is no folder "${join(folder, "none")}".`,
  });
  if (process.platform !== "win32") await expect(writeFileAtomic("/dev/null", "x")).rejects.toThrow("not a regular file");
  expect(await readdir(folder)).toEqual([]);
});

test.skipIf(process.platform !== "linux")("what the file system says about a full disk becomes one sentence", async () => {
  const full = await open("/dev/full", "w");
  const cause: unknown = await full.writeFile("x").catch((error: unknown) => error);
  await full.close();
  expect(diskError("out.csv", cause)).toMatchObject({
    code: "disk",
    message: 'There is no space left to write "out.csv"; nothing was left behind.',
    cause,
  });
});

test("other causes", () => {
  const denied = Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
  expect(diskError("out.csv", denied).message).toBe('"out.csv" can\'t be written: permission denied.');
  expect(diskError("out.csv", new Error("EIO: i/o error")).message).toBe('"out.csv" can\'t be written: EIO: i/o error.');
});
