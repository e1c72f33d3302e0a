import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { strFromU8 } from "fflate";
import { expect, test } from "vitest";
import { unpackBundle } from "./bundle.js";
import { exportFiles } from "./exported.js";
import type { ExportedSchema } from "./exportedSchema.js";

test("the description places every attribute, and the readme names the rules that the graph does not know", async () => {
  const bundle = await unpackBundle(await readFile(join(import.meta.dirname, "golden/format1.vhgm")), "format1.vhgm");
  const files = exportFiles(bundle, [["sex"], ["age", "systolic"]]);
  const { attributes, input, outputs, quantiles, members, rounds } = JSON.parse(strFromU8(files["schema.json"])) as ExportedSchema;
  expect(input.shape).toEqual(["B", 4]);
  expect(outputs).toEqual(["mean", "sd", "quantiles", "density", "probabilities", "completed"]);
  expect(quantiles).toContain(0.5);
  expect(attributes.map(({ name, number, firstProbability }) => [name, number, firstProbability])).toEqual([
    ["age", 0, undefined], ["sex", undefined, 0], ["systolic", 1, undefined], ["smoking", undefined, 2],
  ]);
  expect(attributes.map(({ name, place }) => [name, bundle.model.layout.columns[place].attribute.name])).toEqual(attributes.map(({ name }) => [name, name]));
  expect({ members, rounds }).toEqual({ members: 1, rounds: [["sex"], ["age", "systolic"]] });
  expect(attributes[2].cells!.lo).toHaveLength(bundle.model.grids.grids[1].size);
  // The rule of smoking can't be read, so nobody obeys it.
  expect(attributes.map(({ applies_when }) => applies_when)).toEqual([undefined, undefined, "age >= 18", undefined]);
  expect(strFromU8(files["README.md"])).toContain("vhgm obeys those of systolic (`applies_when`");
});

test("a number that is less than another is told as a rule", async () => {
  const bundle = await unpackBundle(await readFile(join(import.meta.dirname, "golden/format1.vhgm")), "format1.vhgm");
  const attributes = bundle.schema.attributes.map((a) => (a.name === "age" ? { ...a, less_than: "systolic" } : a));
  const files = exportFiles({ ...bundle, schema: { ...bundle.schema, attributes } });
  const told = (JSON.parse(strFromU8(files["schema.json"])) as ExportedSchema).attributes.map(({ name, less_than }) => [name, less_than]);
  expect(told.filter(([, than]) => than !== undefined)).toEqual([["age", "systolic"]]);
  expect(strFromU8(files["README.md"])).toContain("vhgm obeys those of age, systolic (`applies_when`");
});

test("a model with trees is refused, with what to do", async () => {
  const bundle = await unpackBundle(await readFile(join(import.meta.dirname, "golden/format1.vhgm")), "format1.vhgm");
  const forest = bundle.model.columns.map(() => null);
  expect(() => exportFiles({ ...bundle, model: { ...bundle.model, forest } })).toThrow("The model has trees on top of its network, which cannot be exported: they are outside the graph; train without --memory rows, or with `trees: 0`");
});
