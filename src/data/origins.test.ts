import { describe, expect, test } from "vitest";
import type { Attribute, Schema } from "../schema/schema.js";
import { originsReader, type Origins } from "./origins.js";
import { joinTables } from "./sources.js";
import { memoryTable, type Table } from "./table.js";

const attribute = (name: string, more: Partial<Attribute> = {}): Attribute => ({ name, role: "attribute", type: "real", ...more });
const weightOf = (name: string): Attribute => attribute(name, { role: "weight", type: "positive" });
const schema = (...attributes: Attribute[]): Schema => ({ version: 1, attributes });
const read = async (table: Table, by: Schema): Promise<Origins> => {
  const reader = originsReader(by, table);
  for await (const rows of table.batches(2)) reader.add(rows);
  return reader.finish();
};
const a = memoryTable("a.csv", ["id", "x", "w"], [["1", "5", "10"], ["2", "6", "0.5"], ["3", "", "2e3"]]);
const b = memoryTable("b.csv", ["id", "y"], [["2", "1"], ["9", "2"]]);

test("one table without a weight says nothing of its rows", async () => {
  expect(await read(a, schema(attribute("x")))).toEqual({});
});

test("weights are read where the dictionary gives a column the role", async () => {
  expect(await read(a, schema(attribute("x"), weightOf("w")))).toEqual({ weight: Float64Array.of(10, 0.5, 2000) });
});

test("weights may have decimal commas", async () => {
  const commas = memoryTable("c.csv", ["w"], [["10"], ["0,5"]]);
  expect(await read(commas, schema(attribute("x"), { ...weightOf("w"), decimal: "," }))).toEqual({ weight: Float64Array.of(10, 0.5) });
});

describe("several tables", () => {
  test("say where each row comes from and which attributes each source measures", async () => {
    const by = schema(attribute("x"), attribute("y"), attribute("z"));
    expect(await read(joinTables([a, b], { schema: by }), by)).toEqual({
      source: Uint16Array.of(0, 0, 0, 1, 1),
      origins: [[0], [1]],
      sources: [{ name: "a", measures: Uint8Array.of(1, 0, 0) }, { name: "b", measures: Uint8Array.of(0, 1, 0) }],
    });
  });

  test("joined by a key know the sources of each person; rows of a source without a weight count 1", async () => {
    const by = schema(attribute("x"), attribute("y"), weightOf("w"));
    const found = await read(joinTables([a, b], { schema: by, key: "id" }), by);
    expect(found.source).toEqual(Uint16Array.of(0, 1, 0, 2));
    expect(found.origins).toEqual([[0], [0, 1], [1]]);
    expect(found.weight).toEqual(Float64Array.of(10, 0.5, 2000, 1));
  });

  test("may each have a weight of their own", async () => {
    const c = memoryTable("c.csv", ["id", "x", "w2"], [["2", "1", "7"], ["8", "1", "3"]]);
    const by = schema(attribute("x"), weightOf("w"), weightOf("w2"));
    expect((await read(joinTables([a, c], { schema: by }), by)).weight).toEqual(Float64Array.of(10, 0.5, 2000, 7, 3));
    expect((await read(joinTables([a, c], { schema: by, key: "id" }), by)).weight).toEqual(Float64Array.of(10, 0.5, 2000, 3));
  });
});

test.each(["", "-1", "NA", "inf", "heavy"])("the weight '%s' is refused with its place", async (text) => {
  const table = memoryTable("w.csv", ["w", "x"], [["1", "1"], ["2", "1"], [text, "1"]]);
  const sentence = `'${text}' is no weight, in column 'w', row 3 of w.csv; weights are numbers from 0 on (take such rows out, or give the column the role ignore).`;
  await expect(read(table, schema(weightOf("w")))).rejects.toThrow(sentence);
  const joined = joinTables([b, table]);
  await expect(read(joined, schema(weightOf("w")))).rejects.toThrow(sentence);
});

test("two columns of role weight in one table are refused", () => {
  const table = memoryTable("w.csv", ["w", "v"], []);
  const sentence = "w.csv has 2 columns of role weight (w, v); one is allowed, so give the others the role ignore.";
  expect(() => originsReader(schema(weightOf("w"), weightOf("v")), table)).toThrow(sentence);
  expect(() => originsReader(schema(weightOf("w"), weightOf("v")), joinTables([a, table]))).toThrow(sentence);
});
