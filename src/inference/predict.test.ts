import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peopleCells, peopleRows, peopleSchema } from "../../test/support/people.js";
import { trainedPredictor } from "../../test/support/trained.js";
import { encodeCells } from "../data/encode.js";
import { numberMean } from "../model/predictive.js";
import type { Schema } from "../schema/schema.js";
import { bestPoint, centralInterval, columnDistribution } from "./distribution.js";
import { predict, readGiven, type Given, type PredictOptions, type Prediction } from "./predict.js";
import { predictCells, type Predictor } from "./predictor.js";
import { explain, surprise } from "./why.js";

const learned = peopleRows(300, 1);
let prototypes: Predictor;
let rows: Predictor;
beforeAll(async () => {
  const cells = peopleCells(learned);
  prototypes = await trainedPredictor(cells, { epochs: 12, steps: 200 });
  rows = await trainedPredictor(cells, { memory: "rows" });
});
afterAll(() => Promise.all([prototypes.close(), rows.close()]));

const ask = (given: Given, options: PredictOptions = {}, predictor = prototypes): Promise<Prediction> => predict(predictor, peopleSchema, given, options);

describe("an answer", () => {
  test("of every type holds what its type has, in order", async () => {
    const { answers } = await ask({ age: 40 });
    const by = Object.fromEntries(answers.map((a) => [a.name, a]));
    expect(Object.keys(by).sort()).toEqual(["health", "height", "income", "region", "sex", "smokes", "visit"]);
    for (const name of ["height", "income"]) {
      const { mean, sd, median, interval, quantiles, levels } = by[name];
      expect(levels).toBeUndefined();
      expect(sd).toBeGreaterThan(0);
      expect(quantiles!.every(({ value }, k) => k === 0 || Number(value) >= Number(quantiles![k - 1].value))).toBe(true);
      expect(quantiles!.find((q) => q.u === 0.5)!.value).toBe(median);
      for (const [end, u] of [[interval!.low, 0.05], [interval!.high, 0.95]] as const) expect(end).toBeCloseTo(Number(quantiles!.find((q) => q.u === u)!.value), 6);
      expect(mean).toBeGreaterThan(Number(quantiles![0].value));
      expect(mean).toBeLessThan(Number(quantiles!.at(-1)!.value));
    }
    expect(by.height.unit).toBe("cm");
    expect(by.visit.median).toMatch(/^20\d\d-\d\d-\d\d$/);
    for (const name of ["sex", "health", "region", "smokes"]) {
      const { levels, mode, mean } = by[name];
      expect(mean).toBeUndefined();
      expect(levels!.map((l) => l.level)).toEqual(peopleSchema.attributes.find((a) => a.name === name)!.levels);
      expect(levels!.reduce((s, l) => s + l.probability, 0)).toBeCloseTo(1, 6);
      expect(levels!.reduce((a, b) => (b.probability > a.probability ? b : a)).level).toBe(mode);
    }
    expect(by.health.interval).toMatchObject({ level: 0.9 });
    expect(by.region.interval).toBeUndefined();
  });

  test("follows what is given", async () => {
    const height = async (sex: string): Promise<number> => (await ask({ sex }, { ask: ["height"] })).answers[0].mean!;
    expect(await height("M")).toBeGreaterThan((await height("F")) + 4);
  });

  test("does not depend on the order or on what else is asked", async () => {
    const one = await ask({ age: 33, sex: "M", smokes: "no" }, { ask: ["income"] });
    const other = await ask({ smokes: "no", sex: "M", age: 33 }, { ask: ["height", "income"] });
    expect(other.answers[1]).toEqual(one.answers[0]);
  });

  test("has the interval that was asked for", async () => {
    const [wide, narrow] = [await ask({}, { ask: ["height"], level: 0.95 }), await ask({}, { ask: ["height"], level: 0.5 })].map((p) => p.answers[0].interval!);
    expect([wide.level, narrow.level]).toEqual([0.95, 0.5]);
    expect(Number(wide.high) - Number(wide.low)).toBeGreaterThan(1.5 * (Number(narrow.high) - Number(narrow.low)));
  });

  test("tells what it rests on if asked", async () => {
    const { answers } = await ask({ age: 40 }, { why: true });
    for (const { why } of answers) {
      expect(why!.similarPeople).toBeGreaterThan(1);
      expect(why!.similarPeople).toBeLessThanOrEqual(300);
      expect(why!.paths.linear + why!.paths.similarPeople + why!.paths.network).toBeCloseTo(1, 9);
    }
    const { answers: byTrees } = await ask({ age: 40 }, { why: true }, rows);
    for (const { why } of byTrees) {
      const { linear, similarPeople, network, trees } = why!.paths;
      expect(trees).toBeGreaterThanOrEqual(0);
      expect(linear + similarPeople + network + trees!).toBeCloseTo(1, 9);
    }
    expect((await ask({ age: 40 })).answers[0].why).toBeUndefined();
  });
});

describe("what is given", () => {
  test("may be texts, numbers, yes or no, dates, aliases, or nothing", async () => {
    const { answers } = await ask({ AGE: "40", smokes: true, visit: "2019-05-01", health: "good", income: null, region: "", height: "NA" });
    expect(answers.map((a) => a.name).sort()).toEqual(["height", "income", "region", "sex"]);
    expect(await ask({ smokes: true }, { ask: ["income"] })).toEqual(await ask({ smokes: "yes" }, { ask: ["income"] }));
    expect(await ask({ age: 40 }, { ask: ["income"] })).toEqual(await ask({ AGE: 40 }, { ask: ["income"] }));
  });

  test("may have the table's decimal comma or a point", () => {
    const schema: Schema = { version: 1, attributes: [{ name: "height", role: "attribute", type: "positive", decimal: "," }] };
    for (const height of [171.8, "171.8", "171,8"]) expect(readGiven(schema, { height })).toEqual(new Map([["height", 171.8]]));
  });

  test("is compared with the rest: rare values are named, usual ones are not", async () => {
    const usual = await ask({ sex: "F", height: 163, age: 45 });
    expect([usual.typicality.unusual, usual.notes]).toEqual([[], []]);
    expect(usual.typicality.meanSurprise).toBeLessThan(1.5);
    const odd = await ask({ sex: "F", height: 215, age: 120 });
    const unusual = (name: string) => odd.typicality.unusual.find((u) => u.name === name);
    expect(unusual("height")).toMatchObject({ value: "215", percentile: expect.any(Number) });
    expect(unusual("height")!.percentile).toBeGreaterThan(0.99);
    expect(unusual("age")).toMatchObject({ value: "120" });
    expect(odd.typicality.meanSurprise).toBeGreaterThan(usual.typicality.meanSurprise);
    expect(odd.notes).toContain("height = 215 is unusual given the rest; answers may rest on few people like this.");
  });

  test.each([
    [{ hight: 3 }, {}, "The model has no attribute 'hight'; it knows age, sex, height,"],
    [{ heigh: 3 }, {}, "The model has no attribute 'heigh'; did you mean height?"],
    [{ person: "p1" }, {}, "The model has no attribute 'person'"],
    [{ age: "old" }, {}, "'old' was given for 'age', which takes a number."],
    [{ height: true }, {}, "'true' was given for 'height', which takes a number (cm)."],
    [{ income: 1e31 }, {}, "'1e+31' was given for 'income', which takes a number."],
    [{ visit: "May 2019" }, {}, "'May 2019' was given for 'visit', which takes a date (YYYY-MM-DD)."],
    [{ sex: "X" }, {}, "'X' was given for 'sex', which takes one of: F, M."],
    [{}, { ask: ["weight"] }, "The model has no attribute 'weight'"],
    [{}, { ask: ["unused"] }, "'unused' was asked for, but no cell of it was ever observed"],
    [{}, { level: 90 }, "The level 90 is not allowed; it must lie between 0 and 1, such as 0.9."],
    [{}, { level: NaN }, "The level NaN is not allowed"],
    [{}, { quantiles: [0.5, 1] }, "The quantile of 1 is not defined; probabilities must lie between 0 and 1."],
    [{ age: 40 }, { ask: ["height", "AGE"] }, "'age' was both given and asked for; leave it out of one of them."],
  ])("%o with %o is refused", async (given, options, sentence) => {
    await expect(ask(given as Given, options)).rejects.toMatchObject({ code: "usage", message: expect.stringContaining(sentence) });
  });
});

describe("a person in the row memory", () => {
  const names = ["age", "sex", "height", "income", "visit", "health", "region", "smokes"];
  const complete = learned.findIndex((row) => names.every((_, k) => row[k + 1] !== "" && row[k + 1] !== "NA"));
  const given = Object.fromEntries(names.map((name, k) => [name, learned[complete][k + 1]]));

  test("is found by its cells, and does not vouch for itself", async () => {
    const own = await ask(given, {}, rows);
    const asStranger: Predictor = { ...rows, run: (cells) => rows.run(cells, new BigInt64Array(cells.rows).fill(-1n)) };
    const stranger = await ask(given, {}, asStranger);
    expect(own.typicality.meanSurprise).toBeGreaterThan(stranger.typicality.meanSurprise);
  });

  test("is not found when it holds other cells", async () => {
    const cells = peopleCells([learned[complete], learned[complete].with(1, "19")]);
    const encoded = encodeCells(cells, rows.model.layout);
    expect(rows.find(encoded)[0]).toBeGreaterThanOrEqual(0n);
    expect(rows.find(encoded)[1]).toBe(-1n);
    expect(prototypes.find(encodeCells(cells, prototypes.model.layout))).toEqual(BigInt64Array.of(-1n, -1n));
  });
});

test("points are the paths' mean, near the distribution's, or its mode; intervals are the distribution's", async () => {
  const paths = await predictCells(prototypes, peopleCells(learned.slice(0, 3)));
  prototypes.model.layout.columns.forEach(({ kind }, j) => {
    const d = columnDistribution(prototypes.model, paths, 1, j);
    if (kind === "number") {
      const point = bestPoint(prototypes.model, paths, 1, j);
      expect(point).toBe(numberMean(prototypes.model, paths, 1, j));
      expect(Math.abs(point - d.mean())).toBeLessThan(0.5 * Math.sqrt(d.variance()));
    } else expect(bestPoint(prototypes.model, paths, 1, j)).toBe(d.mode());
    centralInterval(d, 0.8).forEach((end, k) => expect(end).toBeCloseTo(d.quantile(0.1 + 0.8 * k), 6));
    expect(explain(prototypes.model, paths, 1, j).paths.linear).toBe(prototypes.model.columns[j].weights[0]);
  });
});

test("surprise is a standard deviation's worth", () => {
  expect([surprise(0.5), surprise(0.975), surprise(0.025)].map((x) => Math.round(100 * x) / 100)).toEqual([0, 1.96, 1.96]);
  expect(Number.isFinite(surprise(0)) && Number.isFinite(surprise(1))).toBe(true);
});
