/** Rules in inference: chains, gates that are holes, gates that other values decide on, and how probable it is that something applies. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { trainedPredictor } from "../../test/support/trained.js";
import { createRng } from "../base/random.js";
import { CellsBuilder, type Cells } from "../data/cells.js";
import type { TextRow } from "../data/table.js";
import { compileRules, whichApply } from "../schema/rules.js";
import type { Attribute, Schema } from "../schema/schema.js";
import { compare } from "./compare.js";
import { createImputer, type ImputeOptions } from "./impute.js";
import { parseGraph } from "./intervene/graph.js";
import { intervene, type InterveneOptions } from "./intervene/intervene.js";
import { nextMeasurements } from "./next.js";
import { predict, type Given, type PredictOptions } from "./predict.js";
import type { Predictor } from "./predictor.js";

const attribute = (name: string, type: Attribute["type"], more: Partial<Attribute> = {}): Attribute => ({ name, role: "attribute", type, ...more });
/** smoker gates amount (of daily smokers), amount gates brand_years; sex and age together gate births. */
const schema: Schema = {
  version: 1,
  attributes: [
    attribute("brand_years", "count", { resolution: 1, min: 0, applies_when: "amount >= 10" }),
    attribute("amount", "count", { resolution: 1, min: 1, max: 40, applies_when: "smoker = 'daily'" }),
    attribute("smoker", "ordinal", { levels: ["never", "former", "daily"] }),
    attribute("age", "count", { resolution: 1, min: 18, max: 80 }),
    attribute("sex", "binary", { levels: ["F", "M"] }),
    attribute("births", "count", { resolution: 1, min: 0, applies_when: "sex = 'F' and age >= 30" }),
    attribute("height", "positive", { resolution: 1 }),
    attribute("ghost", "binary", { levels: ["no", "yes"] }),
    attribute("haunted", "real", { resolution: 1, applies_when: "ghost = 'yes'" }),
  ],
};
const names = schema.attributes.map((a) => a.name);
const at = (name: string): number => names.indexOf(name);
const rules = compileRules(schema);

function people(count: number, seed: number, holes: number): TextRow[] {
  const rng = createRng(seed, 7);
  return Array.from({ length: count }, () => {
    const smoker = ["never", "former", "daily", "daily"][rng.int(4)];
    const amount = 1 + rng.int(30);
    const [age, sex] = [18 + rng.int(60), rng.uniform() < 0.5 ? "F" : "M"];
    const daily = smoker === "daily";
    const row: Record<string, string> = {
      smoker, age: String(age), sex,
      amount: daily ? String(amount) : "",
      brand_years: daily && amount >= 10 ? String(Math.round(amount / 2 + 3 * rng.uniform())) : "",
      births: sex === "F" && age >= 30 ? String(rng.int(4)) : "",
      height: String(Math.round((sex === "M" ? 178 : 165) + 5 * rng.normal())),
      ghost: "", haunted: rng.uniform() < 0.5 ? String(rng.int(9)) : "",
    };
    return names.map((name) => (rng.uniform() < holes ? "" : row[name]));
  });
}

function cellsOf(rows: readonly TextRow[]): Cells {
  const builder = new CellsBuilder(schema, names, "table");
  builder.add(rows);
  return builder.finish();
}

let predictor: Predictor;
beforeAll(async () => {
  predictor = await trainedPredictor(cellsOf(people(300, 1, 0.15)), { members: 2 });
});
afterAll(() => predictor.close());

async function complete(rows: readonly TextRow[], options: ImputeOptions = {}, batch = 500): Promise<TextRow[][]> {
  const imputer = createImputer(predictor, schema, names, "table", options);
  const tables: TextRow[][] = Array.from({ length: imputer.tables }, () => []);
  for (let i = 0; i < rows.length; i += batch) (await imputer.complete(rows.slice(i, i + batch))).forEach((part, k) => tables[k].push(...part));
  return tables;
}

/** Read again, a completed table has a value exactly where an attribute applies; nothing is known of ghost. */
function expectConsistent(given: readonly TextRow[], completed: readonly TextRow[]): void {
  const cells = cellsOf(completed.map((row) => row.slice(0, names.length)));
  completed.forEach((row, i) => {
    const applies = whichApply(rules, (place) => cells.values[place][i]);
    names.forEach((name, j) => {
      if (given[i][j] !== "") expect(row[j]).toBe(given[i][j]);
      else if (name === "ghost" || name === "haunted") expect(row[j]).toBe("");
      else expect(row[j] !== "", `${name} of row ${i}: ${row.join(",")}`).toBe(applies[j]);
      if (given[i][j] !== "" && name !== "haunted") expect(applies[j]).toBe(true);
    });
  });
}

const holed = people(150, 2, 0.45);

describe("a completed table", () => {
  test.each([{}, { draws: 3 }, { draws: 2, rounds: 2 }])("keeps every rule, whatever is a hole: %o", async (options) => {
    for (const table of await complete(holed, options)) expectConsistent(holed, table);
  });

  test.each([{ intervals: 0.8, why: true }, { draws: 2, rounds: 3 }])("does not depend on the batch: %o", async (options) => {
    const whole = await complete(holed, options);
    expect(await complete(holed, options, 7)).toEqual(whole);
  });

  test("has gates that fit what hangs on them", async () => {
    const row = (known: Record<string, string>): TextRow => names.map((name) => known[name] ?? "");
    const rows = [row({ births: "2" }), row({ amount: "3", height: "170" }), row({ brand_years: "7", height: "160" }), row({ births: "0", height: "195" })];
    const tables = [...(await complete(rows)), ...(await complete(rows, { draws: 4 }))];
    for (const table of tables) {
      expect([table[0][at("sex")], table[3][at("sex")]]).toEqual(["F", "F"]);
      expect(Math.min(Number(table[0][at("age")]), Number(table[3][at("age")]))).toBeGreaterThanOrEqual(30);
      expect([table[1][at("smoker")], table[2][at("smoker")]]).toEqual(["daily", "daily"]);
      expect(table[1][at("brand_years")]).toBe("");
      expect(Number(table[2][at("amount")])).toBeGreaterThanOrEqual(10);
    }
  });

  test("says what stays empty, and why", async () => {
    const imputer = createImputer(predictor, schema, names, "table");
    const man = names.map((name) => ({ sex: "M", births: "3", smoker: "sometimes", age: "40" })[name] ?? "");
    const [[row]] = await imputer.complete([man]);
    expect(row[at("births")]).toBe("3");
    // A text that is no level of smoker is not 'daily'.
    expect([row[at("amount")], row[at("brand_years")], row[at("smoker")]]).toEqual(["", "", "sometimes"]);
    expect(imputer.report()).toMatchObject({
      filled: 1, doNotApply: 2, undecided: 1, left: 1, withheld: 0,
      contradictions: [{ name: "births", condition: "sex = 'F' and age >= 30", count: 1 }],
    });
    // What contradicts a rule is not used.
    const clean = await imputer.complete([man.with(at("births"), "")]);
    expect(clean[0][0].with(at("births"), "3")).toEqual(row);
  });

  test("may lack the column of a gate", async () => {
    const columns = names.filter((name) => name !== "sex" && name !== "smoker");
    const imputer = createImputer(predictor, schema, columns, "table");
    const [rows] = await imputer.complete(holed.map((row) => row.filter((_, j) => names[j] !== "sex" && names[j] !== "smoker")));
    const births = rows.map((row, i) => [row[columns.indexOf("births")] !== "", Number(row[columns.indexOf("age")]), holed[i][at("births")]] as const);
    expect(births.some(([filled, , given]) => filled && given === "")).toBe(true);
    for (const [filled, age, given] of births) if (filled && given === "") expect(age).toBeGreaterThanOrEqual(30);
  });
});

describe("an answer", () => {
  const ask = async (given: Given, name: string, options: PredictOptions = {}) => (await predict(predictor, schema, given, { ask: [name], ...options })).answers[0];
  const level = async (given: Given, name: string, which: string) => (await ask(given, name)).levels!.find((l) => l.level === which)!.probability;

  test("of what does not apply has no numbers; of what applies, its rule", async () => {
    expect(await ask({ smoker: "never" }, "brand_years")).toEqual({ name: "brand_years", type: "count", applies: { probability: 0, rule: "amount >= 10" } });
    const some = await ask({ smoker: "daily", amount: 20 }, "brand_years");
    expect(some).toMatchObject({ applies: { probability: 1, rule: "amount >= 10" }, mean: expect.any(Number) });
    expect(await ask({ sex: "F" }, "height")).not.toHaveProperty("applies");
  });

  test("carries the probability of its gate, by levels and by numbers", async () => {
    const amount = await ask({ height: 170 }, "amount");
    expect(amount.applies!.probability).toBeCloseTo(await level({ height: 170 }, "smoker", "daily"), 6);
    const given = { sex: "F", height: 165 };
    const births = await ask(given, "births");
    const ages = (await predict(predictor, schema, given, { ask: ["age"] })).answers[0];
    const under = ages.quantiles!.filter(({ value }) => Number(value) < 29.5).at(-1)!.u;
    const upTo = ages.quantiles!.find(({ value }) => Number(value) >= 29.5)!.u;
    expect(births.applies!.probability).toBeLessThanOrEqual(1 - under);
    expect(births.applies!.probability).toBeGreaterThanOrEqual(1 - upTo);
  });

  test("is the answer given that it applies", async () => {
    const given = { height: 170 };
    const known = await ask({ ...given, smoker: "daily" }, "amount");
    expect((await ask(given, "amount")).mean).toBeCloseTo(known.mean!, 6);
  });

  test("multiplies along a chain and over gates", async () => {
    const chain = (await ask({}, "brand_years")).applies!.probability!;
    const first = await level({}, "smoker", "daily");
    const second = (await ask({ smoker: "daily" }, "brand_years")).applies!.probability!;
    expect(chain).toBeCloseTo(first * second, 6);
    expect(chain).toBeGreaterThan(0.1);
    expect(await ask({}, "brand_years")).toEqual(await ask({}, "brand_years"));
  });

  test("takes one run more for all attributes that hang on the same unknown gates", async () => {
    const runs: number[] = [];
    const counting: Predictor = { ...predictor, run: (rows, own) => (runs.push(rows.rows), predictor.run(rows, own)) };
    const all = (await predict(counting, schema, { height: 170 })).answers;
    // The person with and without its height; how smoking may lie; sex and age for births; amounts for years of a brand.
    expect(runs.length).toBeLessThanOrEqual(5);
    for (const name of ["amount", "brand_years", "births"]) expect(all.find((answer) => answer.name === name)).toEqual(await ask({ height: 170 }, name));
  });

  test("of a gate rules out what the given values rule out", async () => {
    expect(await level({ births: 2, height: 190 }, "sex", "M")).toBeLessThan(1e-9);
    // One of the grid's cells reaches from 28.5 to 31.5: what stands for ages from 30 is kept of it.
    const [lowest] = (await ask({ births: 2 }, "age", { quantiles: [1e-6] })).quantiles!;
    expect(lowest.value).toBeGreaterThan(29.49);
    expect(lowest.value).toBeLessThan(29.7);
    expect((await ask({ births: 2 }, "smoker")).levels!.every(({ probability }) => probability > 0)).toBe(true);
  });

  test("whose gate was never seen says that nothing is known of it", async () => {
    expect((await ask({}, "haunted")).applies).toEqual({ probability: null, rule: "ghost = 'yes'" });
    expect((await ask({ ghost: "no" }, "haunted")).applies).toEqual({ probability: 0, rule: "ghost = 'yes'" });
  });

  test.each([
    [{ sex: "M", births: 1 }, "'births' was given, but it applies only where sex = 'F' and age >= 30, and sex = M was given; leave out one of them."],
    [{ age: 20, births: 1 }, "and age = 20 was given"],
    [{ smoker: "never", brand_years: 4 }, "'brand_years' was given, but it applies only where amount >= 10; leave out one of them."],
  ])("%o is refused", async (given, message) => {
    await expect(predict(predictor, schema, given)).rejects.toMatchObject({ code: "usage", message: expect.stringContaining(message) });
  });

  test("needs no run of its own where it hangs on one unknown gate with levels", async () => {
    const rows: number[] = [];
    const counted: Predictor = { ...predictor, run: (encoded, own) => (rows.push(encoded.rows), predictor.run(encoded, own)) };
    const { answers } = await predict(counted, schema, { height: 180 }, { ask: ["amount", "smoker"] });
    expect(rows).toEqual([5]); // the question, height hidden, and one row per level of smoker
    const daily = answers[1].levels!.find(({ level }) => level === "daily")!.probability;
    expect(answers[0].applies!.probability).toBeCloseTo(daily, 12);
    const known = await predict(predictor, schema, { height: 180, smoker: "daily" }, { ask: ["amount"] });
    expect(answers[0].quantiles).toEqual(known.answers[0].quantiles);
  });
});

describe("a comparison", () => {
  test("says of what does not apply in all scenarios that no difference is told", async () => {
    const scenarios = [{ name: "women", given: { sex: "F", age: 50 } }, { name: "men", given: { sex: "M", age: 50 } }];
    const { attributes, notes } = await compare(predictor, schema, {}, scenarios, { ask: ["births", "height"] });
    expect(attributes.find(({ name }) => name === "births")!.contrasts).toEqual([]);
    expect(notes).toContain("births does not apply in every scenario; no difference is told from or to one where that is so.");
    const alike = await compare(predictor, schema, { sex: "M" }, [{ name: "a", given: { age: 50 } }, { name: "b", given: { age: 60 } }]);
    expect(alike.notes.some((note) => note.includes("no difference"))).toBe(false);
  });
});

describe("the next measurement", () => {
  test("is not looked for where the target does not apply", async () => {
    await expect(nextMeasurements(predictor, schema, { sex: "M" }, { targets: ["births"] })).rejects.toThrow("'births' was named as a target, but it applies only where sex = 'F' and age >= 30, and sex = M was given");
  });
});

describe("an intervention", () => {
  const births = parseGraph("digraph { sex -> {births height}; age -> births; births -> height }", "g.dot");
  const ask = (action: Given, options: InterveneOptions, graph = births) => intervene(predictor, schema, graph, action, { draws: 300, ...options });

  test("finds no value of what does not apply, and no effect on it", async () => {
    const { attributes } = await ask({ sex: "M" }, { against: { sex: "F" }, ask: ["births", "height"] });
    const [found, height] = attributes;
    expect(found.under).toEqual({ applies: 0 });
    expect(found.against!.applies).toBeGreaterThan(0.7);
    expect(found.against!.applies).toBeLessThan(0.9);
    expect(found.against!.mean).toBeGreaterThan(0.5);
    expect(found.effect).toBeUndefined();
    expect(height.under.applies).toBeUndefined();
    expect(height.effect).toMatchObject({ value: expect.any(Number) as number });
  });

  test("is about those to whom an attribute applies, and says how many they are", async () => {
    const { attributes, notes } = await ask({ sex: "F" }, { ask: ["births"] });
    const { applies } = attributes[0].under;
    expect(notes).toContain(`births applies only where sex = 'F' and age >= 30: to ${Number((100 * applies!).toFixed(1))}% of the simulated people.`);
    const young = await ask({ sex: "F" }, { given: { age: 20 }, ask: ["births"] });
    expect(young.attributes[0].under).toEqual({ applies: 0 });
  });

  test("sets and gives a value only to those to whom it applies", async () => {
    const { attributes, effectiveSize, notes } = await ask({ births: 3 }, { against: { births: 0 }, ask: ["sex", "height"] });
    expect(attributes[0].under.levels).toEqual([{ level: "F", probability: expect.closeTo(1, 9) as number }, { level: "M", probability: 0 }]);
    expect(effectiveSize).toBeLessThan(200);
    expect(notes).toContain("births applies only where sex = 'F' and age >= 30: the answer is about the people of whom that is true.");
    await expect(ask({ births: 3 }, { given: { sex: "M" } })).rejects.toThrow("'births' applies to none of the 300 simulated people, since it applies only where sex = 'F' and age >= 30");
  });

  test("needs a graph in which gates come before what they gate", async () => {
    await expect(ask({ age: 50 }, {}, parseGraph("digraph { age -> births; sex -> height }", "g.dot"))).rejects.toThrow("the graph does not let sex act on it; add sex -> births");
    const { attributes } = await ask({ age: 50 }, {}, parseGraph("digraph { age -> births }", "g.dot"));
    expect(attributes[0].under.applies).toBe(1);
  });
});
