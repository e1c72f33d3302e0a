import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Schema } from "../schema/schema.js";
import { readAssignments, readGiven } from "./given.js";

const folder = mkdtempSync(join(tmpdir(), "vhgm-given-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a file with a byte order mark is read", async () => {
  const path = join(folder, "person.json");
  writeFileSync(path, '\ufeff{"age": 50}\n');
  expect(await readGiven(`@${path}`)).toEqual({ age: 50 });
});

test("values that are no cell are told by name", async () => {
  await expect(readGiven('{"age": 50, "sex": ["F"]}')).rejects.toThrow("--given gives 'sex' neither a number nor a text;");
  await expect(readGiven('{"age": 1e400}')).rejects.toThrow("--given gives 'age' neither");
  await expect(readGiven("[50]")).rejects.toThrow("--given holds [50];");
  await expect(readGiven('{"age": 50, "age": 20}')).rejects.toThrow("--given gives 'age' twice; once is allowed.");
  await expect(readGiven("null")).rejects.toThrow("--given holds null;");
});

test("attributes may have the names of JavaScript's own properties", async () => {
  const names = ["constructor", "__proto__", "toString"];
  const schema: Schema = { version: 1, attributes: names.map((name) => ({ name, role: "attribute", type: "real" })) };
  expect(Object.entries(await readGiven('{"constructor": 1, "__proto__": 2, "toString": 3}'))).toEqual([["constructor", 1], ["__proto__", 2], ["toString", 3]]);
  expect(Object.entries(readAssignments(names.map((name) => `${name}=1`), schema, "--do"))).toEqual(names.map((name) => [name, "1"]));
  expect(() => readAssignments(["toString=1", "toString=2"], schema, "--do")).toThrow("--do sets 'toString' twice; once is allowed.");
});
