import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng, permutation } from "../base/random.js";
import type { Attribute, Schema } from "../schema/schema.js";
import { isJoined, joinTables, type JoinOptions } from "./sources.js";
import { memoryTable, type Table, type TextRow } from "./table.js";

const read = async (table: Table, batch?: number): Promise<TextRow[]> => {
  const out: TextRow[] = [];
  for await (const rows of table.batches(batch)) out.push(...rows);
  return out;
};
const attribute = (name: string, more: Partial<Attribute> = {}): Attribute => ({ name, role: "attribute", type: "real", ...more });
const schemaOf = (...attributes: Attribute[]): Schema => ({ version: 1, attributes });
const checkup = memoryTable("checkup.csv", ["id", "age", "glucose"], [["1", "50", "97"], ["2", "60", ""], ["3", "", "110"]]);
const lab = memoryTable("lab.parquet", ["id", "glu", "crp"], [["2", "5.5", "1.2"], ["9", "", "3"], ["1", "5.4", "NA"]]);

describe("without a key", () => {
  test("rows follow each other, columns are those of all tables, and the last column names the source", async () => {
    const joined = joinTables([checkup, lab]);
    expect(joined.columns).toEqual(["id", "age", "glucose", "glu", "crp", "source"]);
    const expected = [
      ["1", "50", "97", "", "", "checkup"], ["2", "60", "", "", "", "checkup"], ["3", "", "110", "", "", "checkup"],
      ["2", "", "", "5.5", "1.2", "lab"], ["9", "", "", "", "3", "lab"], ["1", "", "", "5.4", "NA", "lab"],
    ];
    expect(await read(joined)).toEqual(expected);
    expect(await read(joined, 2)).toEqual(expected);
    expect([joined.originOf("checkup"), joined.originOf("lab")]).toEqual([[0], [1]]);
    expect([isJoined(joined), isJoined(lab)]).toEqual([true, false]);
  });

  test("aliases and conversions bring columns under the attribute's name and unit", async () => {
    const schema = schemaOf(attribute("age"), attribute("glucose", { resolution: 1, conversions: [{ column: "glu", source: "lab", multiply: 18.016 }] }), attribute("CRP", { aliases: ["crp"] }));
    const joined = joinTables([checkup, lab], { schema });
    expect(joined.columns).toEqual(["id", "age", "glucose", "CRP", "source"]);
    expect((await read(joined)).slice(3)).toEqual([["2", "", "99", "1.2", "lab"], ["9", "", "", "3", "lab"], ["1", "", "97", "NA", "lab"]]);
    expect(joined.sources.map((s) => s.columns)).toEqual([["id", "age", "glucose"], ["id", "glucose", "CRP"]]);
  });

  test("a converted cell that is no number stays, for the reader to refuse", async () => {
    const schema = schemaOf(attribute("glucose", { conversions: [{ column: "glu", multiply: 18.016 }] }));
    expect(await read(joinTables([memoryTable("lab.csv", ["glu"], [["high"]])], { schema }))).toEqual([["high", "lab"]]);
  });

  test("a converted cell keeps its decimal comma", async () => {
    const schema = schemaOf(attribute("glucose", { resolution: 0.5, decimal: ",", conversions: [{ column: "glu", multiply: 18.016 }] }));
    expect(await read(joinTables([memoryTable("lab.csv", ["glu"], [["5,4"], ["NA"]])], { schema }))).toEqual([["97,5", "lab"], ["NA", "lab"]]);
  });

  test("names of sources and of the source column are made unique", async () => {
    const one = memoryTable("a.csv", ["source", "x"], [["s", "1"]]);
    const joined = joinTables([one, memoryTable("a.tsv", ["x"], [["2"]]), memoryTable("b+c.csv", ["x"], [])]);
    expect(joined.sources.map(({ name }) => name)).toEqual(["a", "a_2", "b_c"]);
    expect(joined.sourceColumn).toBe("source_2");
    expect(await read(joined)).toEqual([["s", "1", "a"], ["", "2", "a_2"]]);
  });

  test("a conversion is for the source that it names, also where files are named alike", async () => {
    const schema = schemaOf(attribute("height", { conversions: [{ column: "height", source: "a_2", multiply: 100 }] }));
    const joined = joinTables([memoryTable("a.csv", ["height"], [["170"]]), memoryTable("a.csv", ["height"], [["1.6"]])], { schema });
    expect(await read(joined)).toEqual([["170", "a"], ["160", "a_2"]]);
    expect(joined.notes).toEqual([]);
  });

  test("conversions of a source, or a column, that there is not are named", () => {
    const conversions = [{ column: "glu", source: "labs", multiply: 18 }, { column: "gluc", source: "lab", multiply: 18 }, { column: "glu", source: "lab", multiply: 18 }];
    const { notes } = joinTables([checkup, lab], { schema: schemaOf(attribute("id"), attribute("glucose", { conversions })) });
    expect(notes).toEqual([
      "The dictionary converts 'glu' of labs to 'glucose', but the sources are checkup, lab, so nothing is converted by that line.",
      "The dictionary converts 'gluc' of lab to 'glucose', but lab.parquet has no such column.",
    ]);
  });

  test("tables that nothing links are named", () => {
    const other = memoryTable("other.csv", ["x", "y"], []);
    expect(joinTables([checkup, lab, other]).notes).toEqual([expect.stringMatching(/^other\.csv shares no column with the other tables, so nothing links it/)]);
    expect(joinTables([checkup, lab]).notes).toEqual([]);
  });

  test("native types stand where all tables agree", () => {
    const typed = (name: string, columns: string[], nativeTypes: string[]): Table => ({ ...memoryTable(name, columns, []), nativeTypes });
    expect(joinTables([typed("a", ["x", "y"], ["DOUBLE", "DATE"]), typed("b", ["y", "x"], ["DATE", "BIGINT"])]).nativeTypes).toEqual(["VARCHAR", "DATE", "VARCHAR"]);
    expect(joinTables([typed("a", ["x"], ["DOUBLE"]), memoryTable("b", ["x"], [])]).nativeTypes).toBeUndefined();
  });
});

describe("with a key", () => {
  const schema = schemaOf(attribute("id", { role: "key", type: "categorical", levels: [] }), attribute("age"), attribute("glucose", { resolution: 1, conversions: [{ column: "glu", multiply: 18.016 }] }), attribute("crp"));

  test.each<JoinOptions>([{ schema }, { schema, key: "id" }])("a person's rows become one, the first source's cell winning", async (options) => {
    const joined = joinTables([checkup, lab], options);
    expect(await read(joined)).toEqual([
      ["1", "50", "97", "", "checkup+lab"],
      ["2", "60", "99", "1.2", "checkup+lab"],
      ["3", "", "110", "", "checkup"],
      ["9", "", "", "3", "lab"],
    ]);
    expect(joined.key).toBe("id");
    expect(joined.originOf("checkup+lab")).toEqual([0, 1]);
    expect(joined.notes).toEqual(["2 people are in several tables and were joined into one row each."]);
    expect(await read(joined)).toHaveLength(4);
    expect(joined.notes).toHaveLength(1);
  });

  test("cells that differ are counted, numbers that are spelled otherwise are not", async () => {
    const a = memoryTable("a.csv", ["id", "x", "y", "z"], [["1", "2", "5", "u"], ["2", "1", "", "u"]]);
    const b = memoryTable("b.csv", ["id", "x", "y", "z"], [["1", "2.0", "6", "u"], ["2", "3", "7", "v"]]);
    const joined = joinTables([a, b], { key: "id" });
    expect(await read(joined)).toEqual([["1", "2", "5", "u", "a+b"], ["2", "1", "7", "u", "a+b"]]);
    expect(joined.notes.at(-1)).toBe("3 cells of joined rows differ between tables, where the first table's stands; for instance, 'y' of 1 is 5 in an earlier table and 6 in b.csv.");
  });

  test("rows without a key, and tables without the dictionary's key, are other people", async () => {
    const a = memoryTable("a.csv", ["id", "x"], [["", "1"], ["NA", "2"], ["1", "3"]]);
    const b = memoryTable("b.csv", ["id", "x"], [["", "4"], ["1", ""]]);
    const c = memoryTable("c.csv", ["x"], [["5"]]);
    const joined = joinTables([a, b, c], { schema });
    expect((await read(joined)).map((row) => row.at(-1))).toEqual(["a", "a", "a+b", "b", "c"]);
    expect(joined.notes).toEqual([
      "c.csv has no column 'id', so its rows are taken as other people.",
      "One person is in several tables and was joined into one row.",
      "3 rows have no 'id' and were taken as other people.",
    ]);
    expect(() => joinTables([a, b, c], { key: "id" })).toThrow("The key column 'id' is not in c.csv; its columns are x. Every table needs the key; leave --key out to take each row as another person.");
  });

  test("keys that differ in their spelling alone are told, not joined", async () => {
    const a = memoryTable("a.csv", ["id", "x"], [["7", "1"], ["8", "2"]]);
    const joined = joinTables([a, memoryTable("b.csv", ["id", "y"], [["007", "3"], ["9", "4"]])], { key: "id" });
    expect(await read(joined)).toHaveLength(4);
    expect(joined.notes).toEqual([
      "Nobody is in several tables: no value of 'id' stands in two of them, so no rows were joined.",
      "One person's 'id' differs between tables in case, zeros or signs alone, such as '7' in a.csv and '007' in b.csv: they were taken as other people; spell them alike if they are the same.",
    ]);
  });

  test("a person twice in one source is refused with source, key and rows", async () => {
    const twice = memoryTable("visits.csv", ["id", "x"], [["1", "1"], ["2", "2"], ["1", "3"]]);
    await expect(read(joinTables([lab, twice], { key: "id" }))).rejects.toThrow("The id '1' stands twice in visits.csv, in rows 1 and 3; with a key a person may have one row in each table");
    await expect(read(joinTables([twice, lab], { key: "id" }))).rejects.toThrow("in rows 1 and 3");
  });

  test("joining a table that was split into tables of some columns and rows gives it back", async () => {
    const shape = fc.record({ rows: fc.integer({ min: 1, max: 12 }), columns: fc.integer({ min: 1, max: 5 }), parts: fc.integer({ min: 2, max: 4 }), seed: fc.nat() });
    await fc.assert(
      fc.asyncProperty(shape, async ({ rows, columns, parts, seed }) => {
        const rng = createRng(seed);
        const names = Array.from({ length: columns }, (_, j) => `c${j}`);
        const truth = new Map(Array.from({ length: rows }, (_, i) => [`k${i}`, names.map(() => String(rng.int(100)))]));
        // Every column is in some part for every person; a part holds a random set of columns, its rows in a random order.
        const owner = names.map(() => rng.int(parts));
        const tables = Array.from({ length: parts }, (_, s) => {
          const own = names.filter((_name, j) => owner[j] === s || rng.uniform() < 0.3);
          const order = [...permutation(rows, rng)];
          return memoryTable(`t${s}.csv`, ["key", ...own], order.map((i) => [`k${i}`, ...own.map((name) => truth.get(`k${i}`)![names.indexOf(name)])]));
        });
        const joined = joinTables(tables, { key: "key" });
        const at = names.map((name) => joined.columns.indexOf(name));
        const back = (await read(joined)).map((row) => [row[0], at.map((j) => row[j])] as const);
        expect(new Map(back)).toEqual(truth);
        expect(back).toHaveLength(rows);
        expect(joined.notes.some((note) => note.includes("differ"))).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});
