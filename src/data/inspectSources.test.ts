import { expect, test } from "vitest";
import { createRng } from "../base/random.js";
import { formatDictionary, parseDictionary } from "../schema/dictionary.js";
import { firstToLookAt } from "../schema/worthALook.js";
import { inspectSources, type SourcesInspection } from "./inspectSources.js";
import { memoryTable, type Table } from "./table.js";

const inspect = (...tables: Table[]): Promise<SourcesInspection> => inspectSources(tables.map((table) => ({ name: table.name.replace(".csv", ""), table })));
const rng = createRng(3);
const people = (n: number, row: (i: number) => string[]): string[][] => Array.from({ length: n }, (_, i) => row(i));
const checkup = memoryTable("checkup.csv", ["id", "age", "glucose", "sex", "pregnant"], people(200, (i) => {
  const sex = rng.uniform() < 0.5 ? "F" : "M";
  return [`P${i}`, String(30 + rng.int(40)), (95 + 12 * rng.normal()).toFixed(0), sex, sex === "F" ? (rng.uniform() < 0.1 ? "yes" : "no") : ""];
}));
const lab = memoryTable("lab.csv", ["id", "age", "glucose", "sex", "crp"], people(120, (i) => [`P${i + 150}`, String(40 + rng.int(40)), (5.3 + 0.7 * rng.normal()).toFixed(1), rng.uniform() < 0.5 ? "1" : "2", (1 + rng.uniform()).toFixed(2)]));

test("one dictionary over all tables says where each attribute is, and hints at other units, levels and a key", async () => {
  const found = await inspect(checkup, lab);
  const { schema, notes, rows } = found;
  const note = (name: string) => notes.find((n) => n.name === name)!;
  const attribute = (name: string) => schema.attributes.find((a) => a.name === name)!;
  expect(rows).toBe(320);
  expect(schema.attributes.map(({ name }) => name)).toEqual(["id", "age", "glucose", "sex", "pregnant", "crp"]);
  expect(attribute("age")).toMatchObject({ type: "count", min: 30, max: expect.any(Number) });
  expect(attribute("age").max).toBeGreaterThan(75);
  expect(note("age").reason).toMatch(/^In checkup and lab: /);
  expect(note("crp")).toMatchObject({ reason: expect.stringMatching(/^Only in lab: /), missingRate: 0 });
  expect(note("glucose").suggestions).toEqual([expect.stringMatching(/^conversions: \[\{column: "glucose", source: "lab", multiply: 18\.016\}\] {2}# the median is 5\.\d in lab/)]);
  expect(note("sex").suggestions).toEqual([expect.stringMatching(/^tables differ: lab has only levels that checkup lacks: "[12]", "[12]"; check that both use the same codes$/)]);
  expect(attribute("id").role).toBe("id");
  expect(note("id").suggestions).toEqual(["role: key  # about 50 values of checkup stand in lab too: if these are the same people, a key joins their rows"]);
  expect(note("pregnant").suggestions.some((s) => s.startsWith("applies_when"))).toBe(true);
  expect(found.sources.map(({ name, rows }) => [name, rows])).toEqual([["checkup", 200], ["lab", 120]]);
});

test("a constant of one table is set aside, one of all is kept", async () => {
  const one = memoryTable("one.csv", ["age", "wave", "country"], people(40, (i) => [String(20 + i), "A", "JP"]));
  const other = memoryTable("other.csv", ["age", "country"], people(40, (i) => [String(20 + i), "JP"]));
  const { schema, notes } = await inspect(one, other);
  expect(schema.attributes.slice(1)).toMatchObject([{ name: "wave", role: "ignore", levels: ["A"] }, { name: "country", role: "attribute", levels: ["JP"] }]);
  expect(notes[1].reason).toMatch(/^Only in one: Every cell with a value holds "A", so nothing tells/);
});

test("its dictionary is read back, also with the suggestions taken", async () => {
  const found = await inspect(checkup, lab);
  const text = formatDictionary(found);
  expect(parseDictionary(text, "d.yaml")).toEqual(found.schema);
  const taken = text.replace("    # conversions:", "    conversions:").replace("role: id  # or key", "role: key  # was id");
  const edited = parseDictionary(taken, "d.yaml").attributes;
  expect(edited[0].role).toBe("key");
  expect(edited[2].conversions).toEqual([{ column: "glucose", source: "lab", multiply: 18.016 }]);
});

test("a column of numbers in one table and texts in another is worth a look", async () => {
  const numbers = memoryTable("a.csv", ["age"], people(80, (i) => [String(20 + ((i * 7) % 53))]));
  const texts = memoryTable("b.csv", ["age"], people(60, (i) => [i % 2 ? "old" : "young"]));
  for (const tables of [[numbers, texts], [texts, numbers]]) {
    const { notes, schema } = await inspect(...tables);
    expect(schema.attributes[0].type).not.toBe("count");
    expect(notes[0].suggestions).toContainEqual(expect.stringMatching(/^tables differ: a has numbers, b texts such as "(old|young)", so that all count as texts; rename/));
    expect(firstToLookAt(notes, ["a.csv", "b.csv"])[0]).toMatch(/^Worth a look \(not applied\): age: tables differ: /);
  }
});

test("columns of different tables whose names differ in spelling alone are worth a look, and joined by the line that says so", async () => {
  const rows = (n: number): string[][] => people(n, (i) => [`P${i}`, String(20 + ((i * 7) % 53)), String(60 + (i % 9)), String(i % 31)]);
  const one = memoryTable("one.csv", ["id", "age", "body_weight", "bmi"], rows(60));
  const two = memoryTable("two.csv", ["ID", "AGE", "Body Weight", "crp"], rows(50));
  const found = await inspect(one, two, memoryTable("three.csv", ["Id", "age ", "bmi", "BMI"], rows(40)));
  const aliases = found.notes.map(({ name, suggestions }) => [name, suggestions.filter((text) => text.startsWith("aliases"))] as const).filter(([, lines]) => lines.length > 0);
  expect(aliases).toEqual([
    ["id", ['aliases: ["ID", "Id"]  # "ID" of two and "Id" of three may be the same attribute: if so, take this line and take out their entries']],
    ["age", ['aliases: ["AGE", "age "]  # "AGE" of two and "age " of three may be the same attribute: if so, take this line and take out their entries']],
    ["body_weight", ['aliases: ["Body Weight"]  # "Body Weight" of two may be the same attribute: if so, take this line and take out its entry']],
  ]);
  const taken = formatDictionary(found).replace('# aliases: ["AGE"', 'aliases: ["AGE"');
  expect(() => parseDictionary(taken, "d.yaml")).toThrow(/attribute "age": the alias "AGE" also belongs to attribute \d+; it must name one column/);
  expect(firstToLookAt(found.notes, ["one.csv", "two.csv"])[0]).toMatch(/^Worth a look \(not applied\): id: aliases: /);
});
