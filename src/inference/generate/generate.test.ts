import { afterAll, beforeAll, describe, expect, test } from "vitest";
import fc from "fast-check";
import { peopleCells, peopleRows, peopleSchema } from "../../../test/support/people.js";
import { trainedPredictor } from "../../../test/support/trained.js";
import { createRng } from "../../base/random.js";
import { cellReader } from "../../data/cells.js";
import { memoryTable, type TableWriter, type TextRow } from "../../data/table.js";
import type { Schema } from "../../schema/schema.js";
import { columnDistribution } from "../distribution.js";
import { recorded } from "../gates.js";
import type { Predictor } from "../predictor.js";
import { createGenerator, type GenerateOptions, type Generator } from "./generate.js";
import { generateTable } from "./generateTable.js";
import { readPattern } from "./pattern.js";
import { learn, nobody, type World } from "./people.js";

const learned = peopleRows(400, 1);
let predictor: Predictor;
beforeAll(async () => void (predictor = await trainedPredictor(peopleCells(learned), { epochs: 12, steps: 300 })));
afterAll(() => predictor.close());

/** The same people under rules and with a number that follows from others. */
const changed = (fields: Record<string, object>): Schema => ({ ...peopleSchema, attributes: peopleSchema.attributes.map((a) => ({ ...a, ...fields[a.name] })) });
const ruled = changed({ smokes: { applies_when: "age >= 40" }, region: { applies_when: "smokes = 'yes'" }, income: { equals: "10 * age + height" } });

const generator = (options: GenerateOptions = {}, schema = peopleSchema): Promise<Generator> => createGenerator(predictor, schema, options);
type Person = Record<string, string>;
async function people(count: number, options: GenerateOptions = {}, schema = peopleSchema): Promise<Person[]> {
  const made = await generator(options, schema);
  return named(made, await made.rows(0, count));
}
const named = (made: Generator, rows: readonly TextRow[]): Person[] => rows.map((row) => Object.fromEntries(made.columns.map((name, k) => [name, row[k]])));
const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

describe("invented people", () => {
  test("have a value of every attribute that was learned, as the dictionary records it", async () => {
    const made = await generator();
    expect(made.columns).toEqual(["age", "sex", "height", "income", "visit", "health", "region", "smokes"]);
    for (const person of named(made, await made.rows(0, 60))) {
      for (const attribute of peopleSchema.attributes.filter(({ name }) => made.columns.includes(name))) {
        const text = person[attribute.name];
        const value = cellReader(attribute).read(text, () => attribute.name);
        expect(Number.isFinite(value), `${attribute.name} ${text}`).toBe(true);
        if (attribute.resolution) expect(Math.abs(value / attribute.resolution - Math.round(value / attribute.resolution))).toBeLessThan(1e-6);
      }
      expect(Number(person.age)).toBeGreaterThanOrEqual(18);
      expect(Number(person.age)).toBeLessThanOrEqual(90);
    }
    expect(made.report()).toEqual({ rounds: 8, unlearned: ["unused"] });
  });

  test.each<GenerateOptions>([{}, { rounds: 3 }, { where: "age >= 60" }, { where: "age >= 50 and income > 1500 and sex = 'F'" }])("do not depend on how many are asked for together: %o", async (options) => {
    const whole = await (await generator(options)).rows(0, 300);
    const made = await generator(options);
    const parts: TextRow[] = [];
    for (const [from, count] of [[0, 1], [1, 7], [8, 200], [208, 92]]) parts.push(...(await made.rows(from, count)));
    expect(parts).toEqual(whole);
    expect(await (await generator({ ...options, seed: 2 })).rows(0, 5)).not.toEqual(whole.slice(0, 5));
  });

  test("are as many as were asked for, written once", async () => {
    const made = await generator();
    const written: TextRow[] = [];
    const calls: string[] = [];
    const writer: TableWriter = { write: async (rows) => void written.push(...rows), prepare: async () => {}, finish: async () => void calls.push("finish"), abort: async () => void calls.push("abort") };
    await generateTable({ generator: made, rows: 37, writer, batch: 10 });
    expect(written).toEqual(await made.rows(0, 37));
    await expect(generateTable({ generator: made, rows: 37, writer, batch: 10 }, { stopped: () => true })).rejects.toThrow(/stopped; nothing was written/);
    expect(calls).toEqual(["finish", "abort"]);
  });

  test("can have the holes and the columns of a table", async () => {
    const table = memoryTable("holes.csv", ["note", "height", "AGE", "sex"], [["x", "", "20", "F"], ["x", "170", "NA", "F"]]);
    const pattern = await readPattern(table, peopleSchema);
    const made = await generator({ pattern });
    expect(made.columns).toEqual(["age", "sex", "height"]);
    const shapes = (await made.rows(0, 60)).map((row) => row.map((cell) => (cell === "" ? "-" : "+")).join(""));
    expect(new Set(shapes)).toEqual(new Set(["++-", "-++"]));
    await expect(readPattern(memoryTable("other.csv", ["x"], [["1"]]), peopleSchema)).rejects.toThrow(/No column of other\.csv is an attribute/);
    await expect(readPattern(memoryTable("empty.csv", ["age"], []), peopleSchema)).rejects.toThrow(/empty\.csv has no rows/);
  });

  test("obey the dictionary: what does not apply is empty, what follows is calculated", async () => {
    for (const options of [{}, { rounds: 2 }, { where: "height > 170" }]) {
      const all = await people(150, options, ruled);
      for (const { age, height, income, smokes, region } of all) {
        expect(smokes !== "").toBe(Number(age) >= 40);
        expect(region !== "").toBe(smokes === "yes");
        expect(Number(income)).toBe(Math.round((10 * Number(age) + Number(height)) / 10) * 10);
      }
      expect(all.filter(({ region }) => region !== "").length).toBeGreaterThan(3);
    }
  });
});

describe("a condition", () => {
  test.each<[string, (p: Person) => boolean]>([
    ["sex = 'M' and age = 44", (p) => p.sex === "M" && p.age === "44"],
    ["age >= 60", (p) => Number(p.age) >= 60],
    ["AGE > 30 and AGE < 33", (p) => Number(p.age) > 30 && Number(p.age) < 33],
    ["health in ('poor', 'fair')", (p) => p.health === "poor" || p.health === "fair"],
    ["health <= 'fair' and not region in ('North', 'None')", (p) => ["poor", "fair"].includes(p.health) && ["South", "East"].includes(p.region)],
    ["(sex = 'F' and height > 170) or age < 25", (p) => (p.sex === "F" && Number(p.height) > 170) || Number(p.age) < 25],
    ["visit >= 2019-06-01 and income < 1000", (p) => p.visit >= "2019-06-01" && Number(p.income) < 1000],
    ["height = 171.5", (p) => p.height === "171.5"],
    ["height > age and income < 1500", (p) => Number(p.height) > Number(p.age) && Number(p.income) < 1500],
  ])("holds of everybody: %s", async (where, holds) => {
    const all = await people(40, { where });
    expect(all.length).toBe(40);
    for (const person of all) expect(holds(person), JSON.stringify(person)).toBe(true);
  });

  test("on one number keeps every draw inside its range, wherever that lies", async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 18, max: 76 }), fc.integer({ min: 0, max: 20 }), async (low, width) => {
      for (const { age } of await people(8, { where: `age >= ${low} and age <= ${low + width}`, rounds: 2 })) {
        expect(Number(age)).toBeGreaterThanOrEqual(low);
        expect(Number(age)).toBeLessThanOrEqual(low + width);
      }
    }), { numRuns: 12 });
  });

  test("holds beside rules and derived numbers", async () => {
    for (const { age, smokes, region, sex } of await people(40, { where: "region = 'South' and sex = 'F'" }, ruled)) {
      expect([smokes, region, sex]).toEqual(["yes", "South", "F"]);
      expect(Number(age)).toBeGreaterThanOrEqual(40);
    }
    const made = await generator({ where: "income >= 700 and age <= 60" }, ruled);
    for (const { age, income, height } of named(made, await made.rows(0, 60))) {
      expect(Number(age)).toBeLessThanOrEqual(60);
      expect(Number(income)).toBeGreaterThanOrEqual(700);
      expect(Number(income)).toBe(Math.round((10 * Number(age) + Number(height)) / 10) * 10);
    }
    expect(made.report().where).toMatchObject({ exact: false });
    for (const { age, smokes } of await people(30, { where: "not smokes = 'yes' and age > 35 and age < 45" }, ruled)) expect([Number(age) < 40 ? "" : "no", smokes]).toEqual([smokes, smokes]);
  });

  test("counts no more independent people than were asked for", async () => {
    const made = await generator({ where: "age >= 40 and income > 800", seed: 5 });
    await made.rows(0, 10);
    expect(made.report().where!.effective).toBe(10);
    await made.rows(10, 290);
    expect(made.report().where!.effective).toBeGreaterThan(150);
    expect(made.report().where!.effective).toBeLessThanOrEqual(300);
  });

  test("leaves what it does not name as the model has it, and tells how many people meet it", async () => {
    const all = await people(1200);
    const made = await generator({ where: "age >= 60", seed: 5 });
    const some = named(made, await made.rows(0, 400));
    const older = all.filter(({ age }) => Number(age) >= 60);
    const { share, exact, effective } = made.report().where!;
    expect({ exact, effective }).toEqual({ exact: true, effective: 400 });
    expect(share).toBeCloseTo(older.length / all.length, 1);
    const poor = (list: readonly Person[]): number => mean(list.map(({ health }) => Number(health === "poor" || health === "fair")));
    expect(Math.abs(poor(some) - poor(older))).toBeLessThan(0.12);
    expect(Math.abs(poor(some) - poor(all))).toBeGreaterThan(0.12);
  });

  test("on two ranges and an order is drawn as rejection would draw it", async () => {
    const attributes = peopleSchema.attributes.filter(({ role }) => role === "attribute");
    const place = (name: string): number => attributes.findIndex((a) => a.name === name);
    const [age, height, income] = ["age", "height", "income"].map(place);
    const made = await generator({ where: "income > height and income < 1400 and age >= 45", seed: 4 });
    const weighted = named(made, await made.rows(0, 1024));
    expect(weighted.every((p) => Number(p.income) > Number(p.height) && Number(p.income) < 1400 && Number(p.age) >= 45)).toBe(true);
    const { share, effective } = made.report().where!;
    expect(effective).toBeGreaterThan(500);
    // In the same order, which is a part of what a model of densities says, and only those kept who meet it.
    const columnOf = new Int32Array(attributes.length).fill(-1);
    predictor.model.layout.columns.forEach(({ source }, j) => (columnOf[source] = j));
    const world: World = { model: predictor.model, rules: { attributes, rules: [], ruleOf: [], depth: [], gates: [], dependents: attributes.map(() => []) }, columnOf, derived: [], less: [] };
    const rng = createRng(78);
    const crowd = nobody(world, 6000);
    for (const at of [income, age, height]) {
      const paths = await predictor.run(crowd.encoded);
      for (let r = 0; r < crowd.rows; r++) learn(world, crowd, r, at, recorded(columnDistribution(predictor.model, paths, r, columnOf[at]).sample(rng.uniform()), attributes[at]));
    }
    const kept = crowd.values.filter((v) => v[income] > v[height] && v[income] < 1400 && v[age] >= 45);
    expect(Math.abs(share - kept.length / crowd.rows)).toBeLessThan(0.15 * share);
    for (const [at, name] of [[age, "age"], [height, "height"], [income, "income"]] as const) {
      const own = kept.map((v) => v[at]);
      const spread = Math.sqrt(mean(own.map((x) => (x - mean(own)) ** 2)));
      expect(Math.abs(mean(weighted.map((p) => Number(p[name]))) - mean(own)) / spread, name).toBeLessThan(0.15);
    }
  });

  test("of the dictionary that a number is less than another holds in every row", async () => {
    const ordered = changed({ age: { less_than: "height" }, height: { less_than: "income" } });
    for (const options of [{}, { rounds: 2 }, { where: "income < 400" }]) {
      for (const { age, height, income } of await people(200, options, ordered)) {
        expect(Number(age)).toBeLessThan(Number(height));
        expect(Number(height)).toBeLessThan(Number(income));
      }
    }
    await expect(generator({}, changed({ age: { less_than: "sex" } }))).rejects.toThrow(/^age: age \(count\) can't be less than sex \(binary\); less_than compares two modelled numbers/);
    await expect(generator({}, changed({ age: { less_than: "length" } }))).rejects.toThrow(/^age: no attribute has the name length; there are height, income, unused; less_than compares/);
    await expect(generator({}, changed({ age: { less_than: "hieght" } }))).rejects.toThrow(/^age: no attribute has the name hieght; near to it is height; less_than compares/);
    await expect(generator({}, changed({ age: { less_than: "height" }, height: { less_than: "age" } }))).rejects.toThrow(/less_than leads back to the attribute itself/);
  });

  test("on several ranges is drawn as rejection would draw it", async () => {
    // The same sequence without the condition, and only those kept who meet it.
    const made = await generator({ where: "income >= 2000 and health <= 'fair'", seed: 3 });
    const weighted = named(made, await made.rows(0, 1024));
    const { layout } = predictor.model;
    const columnOf = new Int32Array(9).fill(-1);
    layout.columns.forEach(({ source }, j) => (columnOf[source] = j));
    const attributes = peopleSchema.attributes.filter(({ role }) => role === "attribute");
    const world: World = { model: predictor.model, rules: { attributes, rules: [], ruleOf: [], depth: [], gates: [], dependents: attributes.map(() => []) }, columnOf, derived: [], less: [] };
    const order = ["income", "health"].map((name) => attributes.findIndex((a) => a.name === name));
    const rng = createRng(77);
    const kept: number[] = [];
    let tried = 0;
    for (let part = 0; part < 16; part++) {
      const crowd = nobody(world, 500);
      for (const at of order) {
        const paths = await predictor.run(crowd.encoded);
        for (let r = 0; r < crowd.rows; r++) learn(world, crowd, r, at, recorded(columnDistribution(predictor.model, paths, r, columnOf[at]).sample(rng.uniform()), attributes[at]));
      }
      tried += crowd.rows;
      for (const values of crowd.values) if (values[order[0]] >= 2000 && values[order[1]] <= 1) kept.push(values[order[0]]);
    }
    const { share, exact, drawn, effective } = made.report().where!;
    expect(exact).toBe(false);
    expect(drawn).toBeGreaterThanOrEqual(1024);
    expect(effective).toBeGreaterThan(500);
    expect(Math.abs(share - kept.length / tried)).toBeLessThan(0.3 * share);
    const income = weighted.map((p) => Number(p.income));
    const spread = Math.sqrt(mean(kept.map((x) => (x - mean(kept)) ** 2)));
    expect(Math.abs(mean(income) - mean(kept))).toBeLessThan(0.2 * spread);
  });

  test.each<[string, RegExp]>([
    ["sex = 'F' and sex = 'M'", /^Nobody can meet the condition sex = 'F' and sex = 'M': sex can't be both 'F' and 'M'\.$/],
    ["age > 120", /it leaves no value of age, which the model knows from 18 to/],
    ["age >= 50 and age < 40", /leaves no value of age/],
    ["age = 17", /age = 17 lies outside of what the model has seen of age, 18 to/],
    ["age = 44.5", /age = 44\.5 is no value that age can have, which is recorded in steps of 1/],
    ["weight > 70", /no attribute has the name weight/],
    ["sex = 'X'", /'X' is no level of sex; its levels are 'F', 'M'/],
    ["unused > 1", /The condition names unused, of which the model has seen no value/],
    ["age >", /a value is expected/],
    ["age > sex", /age \(count\) is compared with sex \(binary\); allowed are two different numbers, or two dates/],
    ["person = 'p1'", /person has the role id/],
    ["(sex = 'F' or sex = 'M') and not sex in ('F', 'M')", /leaves no value of sex/],
  ])("that nobody meets is refused: %s", async (where, message) => {
    await expect(generator({ where })).rejects.toMatchObject({ code: "usage", message: expect.stringMatching(message) });
  });

  test("between two numbers that nobody meets is refused when people are drawn", async () => {
    await expect(people(5, { where: "height < age and age <= 20" })).rejects.toThrow(/Of \d+ people drawn towards the condition height < age and age <= 20 none met it; allow more, or leave a part of it out/);
  });

  test("against a rule is refused", async () => {
    await expect(generator({ where: "smokes = 'yes' and age = 30" }, ruled)).rejects.toThrow(/Nobody can meet .*: smokes = 'yes', but it applies only where age >= 40\./);
    await expect(generator({ where: "region = 'East' and smokes = 'no'" }, ruled)).rejects.toThrow(/region = 'East', but it applies only where smokes = 'yes'/);
    await expect(generator({ where: "region = 'East' and age < 40" }, ruled)).rejects.toThrow(/Nobody can meet/);
  });
});
