import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peopleCells, peopleRows, peopleSchema } from "../../../test/support/people.js";
import { trainedPredictor, withSayOfTrees } from "../../../test/support/trained.js";
import type { Cells } from "../../data/cells.js";
import type { TextRow } from "../../data/table.js";
import type { Sampler } from "../../model/sampler.js";
import type { Schema } from "../../schema/schema.js";
import { openSession } from "../../engine/node/session.js";
import { openPredictor, type Predictor } from "../predictor.js";
import { createGenerator, type GenerateOptions, type Generator } from "./generate.js";
import { learnSampler } from "./learnSampler.js";
import { fitFactors } from "./mixture.js";

const learned = peopleRows(400, 1);
/** Two sources: the second never asks for the region and has older people. */
const cells: Cells = ((): Cells => {
  const one = peopleCells(learned);
  const isSecond = (i: number): boolean => one.values[0][i] > 55;
  return {
    ...one,
    values: one.values.map((column, at) => (one.attributes[at].name === "region" ? column.map((x, i) => (isSecond(i) ? NaN : x)) : column)),
    source: Uint16Array.from({ length: one.rows }, (_, i) => (isSecond(i) ? 1 : 0)),
    origins: [[0], [1]],
    sources: [{ name: "north", measures: new Uint8Array(9).fill(1) }, { name: "south", measures: new Uint8Array(9).fill(1) }],
  };
})();
let predictor: Predictor;
let sampler: Sampler;
let plain: Predictor;
beforeAll(async () => {
  plain = await trainedPredictor(cells, { epochs: 12, steps: 300 });
  sampler = await learnSampler(plain, peopleSchema, cells, 1);
  predictor = { ...plain, model: { ...plain.model, sampler } };
});
afterAll(() => plain.close());

type Person = Record<string, string>;
const named = (made: Generator, rows: readonly TextRow[]): Person[] => rows.map((row) => Object.fromEntries(made.columns.map((name, k) => [name, row[k]])));
async function people(count: number, options: GenerateOptions = {}, schema: Schema = peopleSchema): Promise<Person[]> {
  const made = await createGenerator(predictor, schema, options);
  return named(made, await made.rows(0, count));
}
const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
const share = (list: readonly Person[], holds: (p: Person) => boolean): number => list.filter(holds).length / list.length;

describe("people drawn by a learned sampler", () => {
  test("have the learned distributions and relations", async () => {
    const all = await people(900);
    const known = (name: string): number[] => [...cells.values[peopleSchema.attributes.filter(({ role }) => role === "attribute").findIndex((a) => a.name === name)]].filter((x) => !Number.isNaN(x));
    expect(Math.abs(mean(all.map(({ age }) => Number(age))) - mean(known("age")))).toBeLessThan(2.5);
    expect(Math.abs(mean(all.map(({ height }) => Number(height))) - mean(known("height")))).toBeLessThan(1);
    expect(Math.abs(share(all, ({ smokes }) => smokes === "yes") - mean(known("smokes")))).toBeLessThan(0.06);
    const tall = (sex: string): number => mean(all.filter((p) => p.sex === sex).map(({ height }) => Number(height)));
    expect(tall("M") - tall("F")).toBeGreaterThan(8);
    const poor = all.filter(({ health }) => health === "poor" || health === "fair");
    expect(mean(poor.map(({ age }) => Number(age)))).toBeGreaterThan(mean(all.map(({ age }) => Number(age))) + 6);
  });

  test.each<GenerateOptions>([{}, { holes: true, rounds: 2 }, { likeSource: "south" }, { where: "age >= 50 and income > 1500" }])("do not depend on how many are asked for together: %o", async (options) => {
    const whole = await (await createGenerator(predictor, peopleSchema, options)).rows(0, 70);
    const made = await createGenerator(predictor, peopleSchema, options);
    const parts: TextRow[] = [];
    for (const [from, count] of [[0, 1], [1, 7], [8, 62]]) parts.push(...(await made.rows(from, count)));
    expect(parts).toEqual(whole);
    expect(await (await createGenerator(predictor, peopleSchema, { ...options, seed: 2 })).rows(0, 5)).not.toEqual(whole.slice(0, 5));
  });

  test("are learned to be drawn once, whoever asks later", async () => {
    let ran = 0;
    const counted: Predictor = { ...predictor, run: (rows, own) => ((ran += rows.rows), predictor.run(rows, own)) };
    const first = await (await createGenerator(counted, peopleSchema, { where: "health = 'poor'" })).rows(0, 5);
    expect(ran).toBeGreaterThan(1000);
    ran = 0;
    expect(await (await createGenerator(counted, peopleSchema, { where: "health = 'poor'" })).rows(0, 5)).toEqual(first);
    expect(ran).toBeLessThan(200);
  });

  test("can lack what people like them lacked, and be of one source", async () => {
    const all = await people(500, { holes: true });
    expect(Math.abs(share(all, ({ height }) => height === "") - 0.25)).toBeLessThan(0.06);
    const south = await people(400, { holes: true, likeSource: "south" });
    expect(share(south, ({ region }) => region === "")).toBe(1);
    expect(mean(south.filter(({ age }) => age !== "").map(({ age }) => Number(age)))).toBeGreaterThan(58);
    expect(share(await people(200, { likeSource: "south" }), ({ region }) => region !== "")).toBe(1);
    await expect(people(1, { likeSource: "west" })).rejects.toThrow(/^No source of the model is called west; its sources are north, south\.$/);
  });

  test("obey the dictionary and conditions", async () => {
    const changed = (fields: Record<string, object>): Schema => ({ ...peopleSchema, attributes: peopleSchema.attributes.map((a) => ({ ...a, ...fields[a.name] })) });
    const ruled = changed({ smokes: { applies_when: "age >= 40" }, region: { applies_when: "smokes = 'yes'" }, income: { equals: "10 * age + height" } });
    const own = await learnSampler(plain, ruled, cells, 1);
    const made = await createGenerator({ ...plain, model: { ...plain.model, sampler: own } }, ruled, { where: "sex = 'F'" });
    const women = named(made, await made.rows(0, 150));
    for (const { age, sex, height, income, smokes, region } of women) {
      expect(sex).toBe("F");
      expect(smokes !== "").toBe(Number(age) >= 40);
      expect(region !== "").toBe(smokes === "yes");
      expect(Number(income)).toBe(Math.round((10 * Number(age) + Number(height)) / 10) * 10);
    }
    expect(mean(women.map(({ height }) => Number(height)))).toBeLessThan(167);
  });

  test("take only values that several people share, or others within the learned cells", () => {
    for (const shared of sampler.shared.filter((s) => s !== null)) expect(shared.counts.every((n) => n >= 5)).toBe(true);
    expect(sampler.origins.map(({ sources, rows }) => [sources, rows])).toEqual([[["north"], cells.rows - sampler.origins[1].rows], [["south"], sampler.origins[1].rows]]);
  });

  test("need a model that has learned how", async () => {
    await expect(createGenerator(plain, peopleSchema, { holes: true })).rejects.toThrow(/does not know which cells people lack; train it anew/);
    await expect(createGenerator(plain, peopleSchema, { likeSource: "south" })).rejects.toThrow(/does not know which people come from which source/);
  });
});

describe("people drawn by a model with trees", () => {
  let open: Predictor;
  let withTrees: Predictor;
  beforeAll(async () => {
    open = await trainedPredictor(cells, { memory: "rows", epochs: 2, steps: 60, trees: 10 });
    const model = withSayOfTrees(open.model);
    withTrees = await openPredictor(model, openSession);
    withTrees = { ...withTrees, model: { ...model, sampler: await learnSampler(withTrees, peopleSchema, cells, 1) } };
  });
  afterAll(() => Promise.all([open.close(), withTrees.close()]));

  test.each<[string, boolean]>([["sampler", true], ["density alone", false]])("do not depend on how many are asked for together: %s", async (_, sampled) => {
    const asked = sampled ? withTrees : { ...withTrees, model: { ...withTrees.model, sampler: undefined } };
    expect(asked.model.forest!.some((trees) => trees !== null)).toBe(true);
    const made = await createGenerator(asked, peopleSchema, { rounds: 1 });
    const whole = await made.rows(0, 80);
    for (let i = 0; i < 80; i++) expect(await made.rows(i, 1)).toEqual([whole[i]]);
  });
});

test("factors bring the average of many densities to a target", () => {
  const parts = Array.from({ length: 200 }, (_, i) => ({ q: Float64Array.of(0.6 - i / 1000, 0.3, 0.1 + i / 1000), share: 1 }));
  const target = Float64Array.of(0.3, 0.5, 0.2);
  const factors = fitFactors(parts, target, parts.length);
  const average = [0, 1, 2].map((k) => mean(parts.map(({ q }) => (q[k] * factors[k]) / q.reduce((sum, x, b) => sum + x * factors[b], 0))));
  average.forEach((x, k) => expect(x).toBeCloseTo(target[k], 4));
});
