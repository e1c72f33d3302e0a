import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readGiven } from "./given.js";

const folder = mkdtempSync(join(tmpdir(), "vhgm-given-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a file with a byte order mark is read", async () => {
  const path = join(folder, "person.json");
  writeFileSync(path, '\ufeff{"age": 50}\n');
  expect(await readGiven(`@${path}`)).toEqual({ age: 50 });
});
