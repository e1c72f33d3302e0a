import { expect, test } from "vitest";
import { createProfiler, inferSchema, type InferredSchema } from "./infer.js";
import { mergeKnown, type KnownColumn } from "./known.js";

function infer(cells: readonly string[], known: KnownColumn): InferredSchema {
  const profiler = createProfiler(["x"], { missing: [known.missing] });
  profiler.add(cells.map((cell) => [cell]));
  return inferSchema(profiler.finish(), { labels: ["file's"], known: [known] });
}
const attribute = (cells: readonly string[], known: KnownColumn) => infer(cells, known).schema.attributes[0];
const many = (length: number, cell: (i: number) => string): string[] => Array.from({ length }, (_, i) => cell(i));

test("missing codes take no part in a number's range, resolution and missing rate", () => {
  const cells = [...many(60, (i) => String(20 + (i % 30))), "7777", "9999.0", ""];
  const { schema, notes } = infer(cells, { label: "own", unit: "kg", missing: ["7777", "9999"], reason: "Because." });
  expect(schema.attributes[0]).toEqual({ name: "x", label: "own", role: "attribute", type: "count", unit: "kg", resolution: 1, min: 20, max: 49, missing: ["7777", "9999"] });
  expect(notes[0].missingRate).toBeCloseTo(3 / 63);
  expect(notes[0].reason).toMatch(/Because\.$/);
  expect(notes[0].suggestions).toEqual([]);
});

test("words for missing in a column of numbers follow the codebook's own", () => {
  const cells = many(60, (i) => (i % 10 === 0 ? "-" : String(20 + (i % 30))));
  expect(attribute([...cells, "7777"], { missing: ["7777"] })).toMatchObject({ type: "count", max: 49, missing: ["7777", "-"] });
});

test("levels stand in the codebook's order, without those that never occur and with texts that it lacks", () => {
  expect(attribute(["b", "a", "c", "z", "Refused"], { levels: ["c", "b", "never", "a"], missing: ["Refused"] })).toEqual({
    name: "x", label: "file's", role: "attribute", type: "categorical", levels: ["c", "b", "a", "z"], missing: ["Refused"],
  });
});

test("an order that the codebook says, and one that the texts show", () => {
  const said = infer(["low grade", "some", "much"], { levels: ["low grade", "some", "much"], ordered: true });
  expect(said.schema.attributes[0]).toMatchObject({ type: "ordinal", levels: ["low grade", "some", "much"] });
  expect(said.notes[0].reason).toBe("3 levels, ordered as in the codebook.");
  expect(attribute(["sometimes", "always", "never"], { levels: ["always", "never", "sometimes"] })).toMatchObject({ type: "ordinal", levels: ["never", "sometimes", "always"] });
});

test("two levels are binary, absence first; None is a level where the codebook says so", () => {
  expect(attribute(["Yes", "No", "Yes"], { levels: ["Yes", "No"] })).toMatchObject({ type: "binary", levels: ["No", "Yes"] });
  expect(attribute(["None", "Some", "None", "More than that"], { levels: ["None", "Some", "More than that"] }).levels).toEqual(["None", "Some", "More than that"]);
});

test("one level of few stays set aside", () => {
  expect(attribute(["Yes", "", ""], { levels: ["Yes", "No"] })).toMatchObject({ role: "ignore", levels: ["Yes"] });
  expect(attribute(["Yes", "Yes"], { levels: ["Yes", "No"] })).toMatchObject({ role: "attribute", levels: ["Yes"] });
});

test("levels rule where the texts look free", () => {
  const texts = many(30, (i) => `a rather long answer, number ${i} of the question's thirty`);
  expect(attribute(texts, {}).role).toBe("text");
  expect(attribute(texts, { levels: texts })).toMatchObject({ role: "attribute", type: "categorical" });
});

test("a role leaves the column out of the model, with the codebook's reason alone", () => {
  const { schema, notes } = infer(many(40, (i) => String(i % 20)), { role: "weight", reason: "A weight.", missing: ["3"] });
  expect(schema.attributes[0]).toEqual({ name: "x", label: "file's", role: "weight", type: "count" });
  expect(notes[0].reason).toBe("A weight.");
});

test("a unit is for numbers only", () => expect(attribute(["a", "b"], { unit: "kg" })).not.toHaveProperty("unit"));

test("several codebooks: the first has the word, levels and missing texts are joined", () => {
  const one: KnownColumn = { label: "A", levels: ["x", "y"], ordered: true, missing: ["r"] };
  expect(mergeKnown([undefined, one, undefined])).toEqual(one);
  expect(mergeKnown([undefined])).toBeUndefined();
  expect(mergeKnown([one, { label: "B", levels: ["x", "y"] }])).toEqual(one);
  expect(mergeKnown([one, { levels: ["z", "r"], missing: ["s"] }])).toEqual({ label: "A", levels: ["x", "y", "z"], missing: ["r", "s"] });
  expect(mergeKnown([one, { unit: "kg" }])).toEqual({ label: "A", missing: ["r"] });
});
