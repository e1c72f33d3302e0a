import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peopleCells, peopleRows, peopleSchema } from "../../test/support/people.js";
import { trainedPredictor } from "../../test/support/trained.js";
import { associationNote, compare, type Scenario } from "./compare.js";
import { parseGraph } from "./intervene/graph.js";
import { intervene } from "./intervene/intervene.js";
import { nextMeasurements } from "./next.js";
import { predict } from "./predict.js";
import type { Predictor } from "./predictor.js";

let predictor: Predictor;
beforeAll(async () => {
  predictor = await trainedPredictor(peopleCells(peopleRows(300, 1)), { epochs: 12, steps: 200, members: 2, memory: "none" });
});
afterAll(() => predictor.close());

const men: Scenario = { name: "men", given: { sex: "M" } };
const women: Scenario = { name: "women", given: { sex: "F" } };

describe("a comparison", () => {
  test("is the difference of two answers, ranked, with an interval over members around it", async () => {
    const { attributes, members } = await compare(predictor, peopleSchema, { age: 50 }, [women, men]);
    expect(members).toBe(2);
    expect(attributes.map((a) => a.size)).toEqual(attributes.map((a) => a.size).sort((a, b) => b - a));
    expect(attributes[0].name).toBe("height");
    const height = attributes[0].contrasts[0];
    const [a, b] = await Promise.all([women, men].map((s) => predict(predictor, peopleSchema, { age: 50, ...s.given }, { ask: ["height"] })));
    expect(height.mean!.value).toBeCloseTo(b.answers[0].mean! - a.answers[0].mean!, 9);
    expect(height.mean!.low).toBeLessThan(height.mean!.value);
    expect(height.mean!.high).toBeGreaterThan(height.mean!.value);
    expect(height.sameRank!.shareHigher).toBeGreaterThan(0.9);
    expect(height.sameRank!.low).toBeLessThanOrEqual(height.sameRank!.median);
    const smokes = attributes.find((x) => x.name === "smokes")!.contrasts[0].levels!;
    expect(smokes.reduce((sum, l) => sum + l.value, 0)).toBeCloseTo(0, 9);
    expect(smokes.find((l) => l.level === "yes")!.value).toBeGreaterThan(0);
  });

  test("of a scenario with itself is nought, and turns its sign with the order", async () => {
    const same = await compare(predictor, peopleSchema, {}, [men, { ...men, name: "again" }]);
    expect(Math.max(...same.attributes.map((a) => a.size))).toBe(0);
    const [there, back] = await Promise.all([[men, women], [women, men]].map((s) => compare(predictor, peopleSchema, {}, s, { ask: ["income"] })));
    const [{ mean, sameRank }, turned] = [there, back].map(({ attributes }) => attributes[0].contrasts[0]);
    expect(mean!.value).toBeCloseTo(-turned.mean!.value, 9);
    expect(sameRank!.low).toBeCloseTo(-turned.sameRank!.high, 9);
    expect(sameRank!.median).toBeCloseTo(-turned.sameRank!.median, 9);
    expect(sameRank!.shareHigher).toBeCloseTo(1 - turned.sameRank!.shareHigher, 9);
  });

  test("says that it is an association, and asks nothing that a scenario gives", async () => {
    const { notes, attributes } = await compare(predictor, peopleSchema, {}, [men, { name: "smoking women", given: { sex: "F", smokes: "yes" } }]);
    expect(notes).toContain(associationNote);
    expect(attributes.map((a) => a.name)).not.toContain("smokes");
    expect(attributes.map((a) => a.name)).not.toContain("sex");
  });

  test("refuses a single scenario, two of one name, and what predict refuses", async () => {
    await expect(compare(predictor, peopleSchema, {}, [men])).rejects.toThrow("a comparison needs at least two");
    await expect(compare(predictor, peopleSchema, {}, [men, men])).rejects.toThrow("Two scenarios are called 'men'");
    await expect(compare(predictor, peopleSchema, {}, [men, { name: "x", given: { seks: "F" } }])).rejects.toThrow("The model has no attribute 'seks'");
  });
});

describe("the next measurement", () => {
  test("is the one that tells most of the target, and shares lie between 0 and 1", async () => {
    const found = await nextMeasurements(predictor, peopleSchema, { age: 50 }, { targets: ["height"] });
    expect(found[0].name).toBe("sex");
    expect(found[0].gain).toBeGreaterThan(0.03);
    for (const { gain, name } of found) {
      expect(gain).toBeGreaterThanOrEqual(0);
      expect(gain).toBeLessThan(1);
      expect(["age", "height"]).not.toContain(name);
    }
  });

  test("is only looked for among the candidates, and averages over targets", async () => {
    const found = await nextMeasurements(predictor, peopleSchema, {}, { targets: ["height", "smokes"], candidates: ["sex", "region"], top: 1 });
    expect(found).toHaveLength(1);
    expect(found[0].gain).toBeCloseTo((found[0].targets[0].gain + found[0].targets[1].gain) / 2, 12);
  });

  test("is nothing that has nothing to do with the target, also where nothing else is known", async () => {
    const found = await nextMeasurements(predictor, peopleSchema, {}, { targets: ["height"] });
    const gainOf = (name: string): number => found.find((x) => x.name === name)!.gain;
    expect(gainOf("sex")).toBeGreaterThan(0.2);
    for (const name of ["region", "income", "visit"]) expect(gainOf(name), name).toBeLessThan(0.02);
  });

  test("needs a target that is not given", async () => {
    await expect(nextMeasurements(predictor, peopleSchema, {}, { targets: [] })).rejects.toThrow("No target was named");
    await expect(nextMeasurements(predictor, peopleSchema, { height: 170 }, { targets: ["height"] })).rejects.toThrow("both given and named as a target");
  });
});

describe("an intervention", () => {
  const graph = parseGraph("digraph { sex -> { height smokes }; age -> { income health }; smokes -> health }", "g.dot");
  const ask = (action: Record<string, string>, options = {}) => intervene(predictor, peopleSchema, graph, action, { draws: 200, ...options });

  test("fixes its attribute, leaves what precedes it as it is, and simulates what follows", async () => {
    const { attributes, effectiveSize } = await ask({ smokes: "yes" }, { against: { smokes: "no" }, ask: ["health", "sex"] });
    expect(effectiveSize).toBeCloseTo(200, 6);
    const sex = attributes.find((a) => a.name === "sex")!;
    expect(sex.under).toEqual(sex.against);
    const health = attributes.find((a) => a.name === "health")!;
    expect(health.under.levels!.reduce((sum, l) => sum + l.probability, 0)).toBeCloseTo(1, 6);
    expect(health.effect).toHaveLength(4);
    expect(health.association).toHaveLength(4);
  });

  test("without parents of its own gives the answer of predict", async () => {
    const lone = parseGraph("digraph { sex -> height }", "g.dot");
    const { attributes } = await intervene(predictor, peopleSchema, lone, { sex: "M" }, { against: { sex: "F" }, draws: 50 });
    const [m, f] = await Promise.all(["M", "F"].map((sex) => predict(predictor, peopleSchema, { sex }, { ask: ["height"] })));
    expect(attributes[0].under.mean).toBeCloseTo(m.answers[0].mean!, 9);
    expect(attributes[0].effect).toMatchObject({ value: expect.closeTo(m.answers[0].mean! - f.answers[0].mean!, 9) });
    expect(attributes[0].association).toBeCloseTo(m.answers[0].mean! - f.answers[0].mean!, 9);
  });

  test("knows an attribute by its aliases, which are one node with it", async () => {
    const aliased = parseGraph("digraph { AGE -> health }", "g.dot");
    const found = await intervene(predictor, peopleSchema, aliased, { AGE: 50 }, { draws: 50 });
    expect(found.attributes).toEqual((await intervene(predictor, peopleSchema, parseGraph("digraph { age -> health }", "g.dot"), { age: 50 }, { draws: 50 })).attributes);
    const twice = parseGraph("digraph { AGE -> health; age -> health }", "g.dot");
    await expect(intervene(predictor, peopleSchema, twice, { age: 50 })).rejects.toThrow("The graph has age twice, once as 'age'; an attribute is one node.");
  });

  test("says of values that nobody had that the answer is extrapolated", async () => {
    const { notes } = await ask({ age: "150" }, { against: { age: "40" } });
    const about = notes.filter((note) => note.includes("extrapolated"));
    expect(about).toHaveLength(1);
    expect(about[0]).toMatch(/^age = 150 lies outside of what the model has seen, \d\d to \d\d: the answer is extrapolated\.$/);
  });

  test("weighs simulated people by what is given", async () => {
    const free = await ask({ smokes: "yes" }, { ask: ["height"] });
    const tall = await ask({ smokes: "yes" }, { ask: ["sex"], given: { height: 182 } });
    expect(tall.effectiveSize).toBeLessThan(free.effectiveSize);
    expect(tall.attributes[0].under.levels!.find((l) => l.level === "M")!.probability).toBeGreaterThan(0.7);
  });

  test("gives the same answer with the same seed, another with another", async () => {
    const [a, b, c] = [await ask({ age: "60" }), await ask({ age: "60" }), await ask({ age: "60" }, { seed: 2 })];
    expect(a).toEqual(b);
    expect(c).not.toEqual(a);
  });

  test.each([
    [{ smokes: "yes" }, { given: { health: "good" } }, "'health' was given, but the graph says that smokes acts on it"],
    [{ smokes: "yes" }, { given: { smokes: "no" } }, "both given and set by do"],
    [{ region: "North" }, {}, "'region' stands in do, but is no node of the graph"],
    [{ smokes: "yes" }, { against: { age: "50" } }, "is set by only one of do and against"],
    [{ height: "180" }, {}, "act on nothing"],
    [{}, {}, "No value is set by do"],
    [{ smokes: "yes" }, { ask: ["region"] }, "'region' was asked for, but is no node"],
  ] as const)("refuses %j with %j", async (action, options, message) => {
    await expect(ask(action as Record<string, string>, options)).rejects.toThrow(message);
  });
});
